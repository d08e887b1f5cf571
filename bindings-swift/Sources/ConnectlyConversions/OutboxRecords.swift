internal import ConnectlyFFI
public import Foundation

extension Outbox {
    /// What ``Outbox/enqueue(_:holdUntil:traceparent:)`` did.
    public struct Enqueued: Sendable, Hashable, Codable {
        /// The outbox's own number of the event.
        public let id: Int64
        /// Where it stands now.
        public let state: State
        /// The order was there before and stays as it was.
        public let duplicate: Bool
        /// The event took the place of one of which nothing was counted.
        public let replaced: Bool
        /// The order was there before with another content; it stays as it was.
        public let conflict: Bool

        init(_ record: EnqueuedRecord) throws {
            id = record.id
            state = try known(record.state)
            duplicate = record.duplicate
            replaced = record.replaced
            conflict = record.conflict
        }
    }

    /// What ``Outbox/release(_:)``, ``Outbox/cancel(_:reason:)`` or
    /// ``Outbox/skip(_:reason:eventName:)`` did.
    public struct Changed: Sendable, Hashable, Codable {
        /// Whether it did anything.
        public let changed: Bool
        /// Where the event stands now; `nil` where there is none.
        public let state: State?

        init(_ record: ChangedRecord) throws {
            changed = record.changed
            state = try record.state.map(known)
        }
    }

    /// What ``Outbox/forget(_:)`` did.
    public struct Forgotten: Sendable, Hashable, Codable {
        /// Events whose personal data is gone.
        public let forgotten: Int
        /// Events under way, whose data goes as soon as their attempt has ended.
        public let later: Int

        init(_ record: ForgottenRecord) {
            forgotten = Int(clamping: record.forgotten)
            later = Int(clamping: record.later)
        }
    }

    /// One conversion in the ledger.
    public struct Record: Sendable, Hashable, Codable {
        /// The outbox's own number of it.
        public let id: Int64
        /// What it reports.
        public let eventName: ConversionEvent.Name
        /// The order's id; `nil` where it has none, and once it is forgotten.
        public let orderID: String?
        /// Where it stands.
        public let state: State
        /// When it may be sent, or becomes due by itself.
        public let dueAt: Date?
        /// Attempts since it was enqueued or replayed.
        public let attempts: Int
        /// When it was enqueued.
        public let enqueuedAt: Date
        /// The first attempt.
        public let firstAttemptAt: Date?
        /// The first attempt that may have been recorded though nobody knows.
        public let ambiguousSince: Date?
        /// When it was accepted, rejected, given up, cancelled or skipped.
        public let finishedAt: Date?
        /// The code of the last failure.
        public let code: ConnectlyError.Code?
        /// The HTTP status of the last answer.
        public let status: Int?
        /// The last failure in words.
        public let message: String?
        /// Why it was skipped or cancelled.
        public let reason: String?
        /// When the order was placed.
        public let eventTime: Date?
        /// The currency's ISO 4217 code.
        public let currency: String?
        /// The total, in the currency's major unit.
        public let value: Decimal?
        /// Whether the payload is still there, so that it can be replayed.
        public let hasPayload: Bool
        /// The problems of an invalid event.
        public let issues: [Issue]
        /// When its personal data was erased.
        public let forgottenAt: Date?

        init(_ record: LedgerRecord) throws {
            id = record.id
            eventName = try known(record.eventName)
            orderID = record.orderId
            state = try known(record.state)
            dueAt = record.dueAt.map(Date.init(milliseconds:))
            attempts = Int(record.attempts)
            enqueuedAt = Date(milliseconds: record.enqueuedAt)
            firstAttemptAt = record.firstAttemptAt.map(Date.init(milliseconds:))
            ambiguousSince = record.ambiguousSince.map(Date.init(milliseconds:))
            finishedAt = record.finishedAt.map(Date.init(milliseconds:))
            code = record.code.map(ConnectlyError.Code.init(rawValue:))
            status = record.status.map(Int.init)
            message = record.message
            reason = record.reason
            eventTime = record.eventTime.map { Date(timeIntervalSince1970: TimeInterval($0)) }
            currency = record.currency
            value = record.value.flatMap(Decimal.init(exactly:))
            hasPayload = record.hasPayload
            let issues = Data((record.issues ?? "[]").utf8)
            self.issues = try JSONDecoder().decode([Issue].self, from: issues)
            forgottenAt = record.forgottenAt.map(Date.init(milliseconds:))
        }
    }
}

/// A word of the native library's as this release's lists have it.
func known<Value: RawRepresentable<String>>(_ word: String) throws -> Value {
    guard let value = Value(rawValue: word) else { throw UnknownWord(word: word) }
    return value
}

private struct UnknownWord: Error, CustomStringConvertible {
    let word: String
    var description: String { "the native library's \(word) is not known here" }
}

extension Date {
    /// From Unix milliseconds; the largest number is for ever.
    init(milliseconds: Int64) {
        self =
            milliseconds == .max
            ? .distantFuture : Date(timeIntervalSince1970: Double(milliseconds) / 1_000)
    }
}

extension Decimal {
    /// From a plain decimal of the native library's.
    init?(exactly text: String) {
        self.init(string: text, locale: Locale(identifier: "en_US_POSIX"))
    }
}
