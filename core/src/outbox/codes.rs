//! Where an event of the outbox stands. Generated from `schema/surface.json` by `make generate`.

use crate::named::named;

named! {
    /// Where an event of the outbox stands.
    State {
        /// It waits for a time, or for `release`.
        Held = "held",
        /// It waits for a worker.
        Pending = "pending",
        /// A worker sends it.
        Leased = "leased",
        /// The API said that it received it.
        Accepted = "accepted",
        /// The API refused it, or it was invalid from the start. `replay` may try again.
        Rejected = "rejected",
        /// It is given up: nobody knows whether it was recorded, or it failed for too long.
        /// `replay` may try again.
        Dead = "dead",
        /// It was taken back before it was sent.
        Cancelled = "cancelled",
        /// The shop decided not to report the order.
        Skipped = "skipped",
    }
}

named! {
    /// Whether a replay sends an event again.
    Verdict {
        /// It goes out again.
        Replayed = "replayed",
        /// It cannot: its payload was erased.
        PayloadGone = "payload_gone",
        /// It stays: it could count twice. `force` sends it all the same.
        NeedsForce = "needs_force",
        /// It stays: from its state nothing is replayed.
        Unchanged = "unchanged",
    }
}
