//! The answer to a visit.

use std::fmt;

use crate::issue::Issue;
use crate::named::named;
use crate::tracking::TrackingParams;

named! {
    /// What a visit was, as one word for a counter.
    VisitCount {
        /// The visit brought new params, and they are the visitor's params now.
        Captured = "captured",
        /// The visit brought params, and those that were known stay: they are the same, they are
        /// newer, or the first touch counts.
        Kept = "kept",
        /// The visit is Connectly's, but values are missing; what was known stays.
        Partial = "partial",
        /// The visit is Connectly's, but a value is malformed; what was known stays.
        Invalid = "invalid",
        /// The request is not a visit to count; [`Visit::skipped`] says why.
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

/// What a visit means; made by [`Landing::visit`](crate::Landing::visit).
#[derive(Clone, PartialEq, Eq)]
pub struct Visit {
    pub(super) params: Option<TrackingParams>,
    pub(super) cookies: Vec<String>,
    pub(super) count: VisitCount,
    pub(super) skipped: Option<SkipReason>,
    pub(super) issues: Vec<Issue>,
}

impl Visit {
    /// The visitor's params from now on, whether this visit brought them or they were known.
    ///
    /// Keep them in the session, if there is one. Where they are none, nothing is known of the
    /// visitor or nothing may be kept: what a session still holds is to be removed.
    #[must_use]
    pub fn params(&self) -> Option<&TrackingParams> {
        self.params.as_ref()
    }

    /// As [`Visit::params`], to own.
    #[must_use]
    pub fn into_params(self) -> Option<TrackingParams> {
        self.params
    }

    /// The values of the `Set-Cookie` headers to add to the response, one a header.
    #[must_use]
    pub fn cookies(&self) -> &[String] {
        &self.cookies
    }

    /// Whether the response must carry `Cache-Control: private, no-store`: it sets a cookie, which
    /// a cache would hand to other visitors.
    #[must_use]
    pub fn no_store(&self) -> bool {
        !self.cookies.is_empty()
    }

    /// What to count.
    #[must_use]
    pub fn count(&self) -> VisitCount {
        self.count
    }

    /// Why the visit was skipped; `None` unless it was.
    #[must_use]
    pub fn skipped(&self) -> Option<SkipReason> {
        self.skipped
    }

    /// What is wrong with a partial or invalid visit, without the values; otherwise empty.
    #[must_use]
    pub fn issues(&self) -> &[Issue] {
        &self.issues
    }
}

impl fmt::Debug for Visit {
    /// Without params and cookies: they tell who the customer is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visit")
            .field("count", &self.count)
            .field("skipped", &self.skipped)
            .field("issues", &self.issues)
            .finish_non_exhaustive()
    }
}
