//! What a visit is counted as. Generated from `schema/surface.json` by `make generate`.

use crate::named::named;

named! {
    /// What a visit was, as one word for a counter.
    VisitCount {
        /// The visit brought new params, and they are the visitor's params now.
        Captured = "captured",
        /// The visit brought params, and those that were known stay: they are the same, they are
        /// newer, or the first touch counts.
        Kept = "kept",
        /// The visit is Connectly's, but values are missing. What was known stays.
        Partial = "partial",
        /// The visit is Connectly's, but a value breaks a rule. What was known stays.
        Invalid = "invalid",
        /// The request is not a visit to count; `skipped` says why.
        Skipped = "skipped",
        /// The visit brought nothing of Connectly's, as most visits do.
        None = "none",
    }
}

named! {
    /// Why a request is not a visit to count.
    SkipReason {
        /// The visitor has not agreed to be tracked.
        Consent = "consent",
        /// The method is not GET.
        Method = "method",
        /// The browser loads the page ahead of a visit that may never come.
        Prefetch = "prefetch",
        /// An app shows a preview of the link.
        LinkPreview = "link_preview",
    }
}
