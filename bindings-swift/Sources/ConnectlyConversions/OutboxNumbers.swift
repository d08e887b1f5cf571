internal import ConnectlyFFI
public import Foundation

extension Outbox {
    /// How many events are in each state.
    public struct Counts: Sendable, Hashable, Codable {
        /// In ``State/held``.
        public let held: Int
        /// In ``State/pending``.
        public let pending: Int
        /// In ``State/leased``.
        public let leased: Int
        /// In ``State/accepted``.
        public let accepted: Int
        /// In ``State/rejected``.
        public let rejected: Int
        /// In ``State/dead``.
        public let dead: Int
        /// In ``State/cancelled``.
        public let cancelled: Int
        /// In ``State/skipped``.
        public let skipped: Int

        init(_ record: CountsRecord) {
            held = Int(clamping: record.held)
            pending = Int(clamping: record.pending)
            leased = Int(clamping: record.leased)
            accepted = Int(clamping: record.accepted)
            rejected = Int(clamping: record.rejected)
            dead = Int(clamping: record.dead)
            cancelled = Int(clamping: record.cancelled)
            skipped = Int(clamping: record.skipped)
        }
    }

    /// What a delivery did.
    public struct Delivered: Sendable, Hashable, Codable {
        /// Events that the API received.
        public let accepted: Int
        /// Events that it refused.
        public let rejected: Int
        /// Events that were given up.
        public let dead: Int
        /// Attempts after which the event goes out again.
        public let retried: Int

        init(_ record: DeliveredRecord) {
            accepted = Int(clamping: record.accepted)
            rejected = Int(clamping: record.rejected)
            dead = Int(clamping: record.dead)
            retried = Int(clamping: record.retried)
        }
    }

    /// The outbox in numbers.
    public struct Metrics: Sendable, Hashable, Codable {
        /// How many events are in each state.
        public let counts: Counts
        /// How long the oldest event that is due has waited; zero where none is.
        public let oldestDue: Duration
        /// Held events whose order is older than six days: Meta counts nothing older than seven.
        public let overdueHolds: Int
        /// What this process delivered so far.
        public let delivered: Delivered
        /// Outcomes that came after the lease had passed on.
        public let leasesLost: Int
        /// Until when the operator has paused the queue; `Date.distantFuture` is until
        /// ``Outbox/resume()``.
        public let pausedUntil: Date?
        /// The code of the answer that has stopped the queue: key, business or address are wrong.
        public let refusedCode: ConnectlyError.Code?
        /// Until when the circuit breaker is open.
        public let openUntil: Date?

        init(_ record: MetricsRecord) {
            counts = Counts(record.counts)
            oldestDue = .milliseconds(record.oldestDue)
            overdueHolds = Int(clamping: record.overdueHolds)
            delivered = Delivered(record.delivered)
            leasesLost = Int(clamping: record.leasesLost)
            pausedUntil = record.pausedUntil.map(Date.init(milliseconds:))
            refusedCode = record.refusedCode.map(ConnectlyError.Code.init(rawValue:))
            openUntil = record.openUntil.map(Date.init(milliseconds:))
        }
    }

    /// What ``Outbox/replay(_:force:plan:)`` did, or would do.
    public struct Replayed: Sendable, Hashable, Codable {
        /// What a replay does with one event.
        public struct Event: Sendable, Hashable, Codable {
            /// The event as it was before.
            public let record: Record
            /// Whether it goes out again, or why it does not.
            public let verdict: Verdict
            /// Whether Meta would still count it: it goes out, and the order is not older than
            /// seven days.
            public let counts: Bool

            init(_ event: ReplayedEventRecord) throws {
                record = try Record(event.record)
                verdict = try known(event.verdict)
                counts = event.counts
            }
        }

        /// One an event.
        public let events: [Event]
        /// How many go out again.
        public let replayed: Int
        /// The money of those that would still count, by currency.
        public let money: [String: Decimal]

        init(_ record: ReplayedRecord) throws {
            events = try record.events.map(Event.init)
            replayed = Int(clamping: record.replayed)
            money = record.money.compactMapValues(Decimal.init(exactly:))
        }
    }
}
