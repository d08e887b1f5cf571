extension Outbox {
    /// Where an event of the outbox stands.
    public enum State: String, Sendable, Hashable, Codable, CaseIterable {
        // generated: states (core/schema/surface.json; make generate)
        /// It waits for a time, or for `release`.
        case held
        /// It waits for a worker.
        case pending
        /// A worker sends it.
        case leased
        /// The API said that it received it.
        case accepted
        /// The API refused it, or it was invalid from the start. `replay` may try again.
        case rejected
        /// It is given up: nobody knows whether it was recorded, or it failed for too long.
        /// `replay` may try again.
        case dead
        /// It was taken back before it was sent.
        case cancelled
        /// The shop decided not to report the order.
        case skipped
        // generated: end
    }

    /// Whether a replay sends an event again.
    public enum Verdict: String, Sendable, Hashable, Codable, CaseIterable {
        // generated: verdicts (core/schema/surface.json; make generate)
        /// It goes out again.
        case replayed
        /// It cannot: its payload was erased.
        case payloadGone = "payload_gone"
        /// It stays: it could count twice. `force` sends it all the same.
        case needsForce = "needs_force"
        /// It stays: from its state nothing is replayed.
        case unchanged
        // generated: end
    }
}
