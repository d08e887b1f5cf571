//! What becomes of a shop's order. Generated from `schema/surface.json` by `make generate`.

use crate::named::named;

named! {
    /// What became of an order that was to be reported.
    ReportResult {
        /// It is stored and will be sent.
        Queued = "queued",
        /// It is stored, and waits for a time or for `release`.
        Held = "held",
        /// The order was there before and stays as it was; `conflict` says that this report has
        /// another content.
        Duplicate = "duplicate",
        /// The customer did not come from an ad, as far as is known. The ledger has the order,
        /// without a payload.
        NotAttributed = "not_attributed",
        /// The order is deliberately not reported; `reason` says why, and so does the ledger.
        Skipped = "skipped",
        /// The event breaks a rule; `issues` lists every problem. It is kept as a dead letter, to
        /// be repaired.
        Invalid = "invalid",
        /// Nothing is known to be stored; `error` says why.
        Failed = "failed",
    }
}

named! {
    /// Why an order is deliberately not reported.
    Omission {
        /// The shop's own rule leaves it out, such as an order of staff or a test.
        Excluded = "excluded",
        /// It is not paid, and no hold waits for that.
        Unpaid = "unpaid",
        /// Nothing was paid for it.
        ZeroValue = "zero_value",
        /// A subscription goes on: no new purchase.
        Renewal = "renewal",
    }
}
