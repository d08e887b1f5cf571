internal import ConnectlyFFI

/// The API's word that it received an event. Received is not attributed: Meta decides later.
public struct Receipt: Sendable, Hashable {
    /// How many events the API says it received; at least 1.
    public let eventsReceived: Int
    /// How many requests were made; at least 1.
    public let attempts: Int
    /// The HTTP status, 200 to 299.
    public let status: Int
    /// The answer's body as it came.
    public let rawBody: String

    init(_ record: ReceiptRecord) {
        eventsReceived = Int(clamping: record.eventsReceived)
        attempts = Int(record.attempts)
        status = Int(record.status)
        rawBody = record.rawBody
    }
}

/// What became of one event of `Client.sendMany(_:concurrency:)`.
public struct Outcome: Sendable {
    /// The event.
    public let event: ConversionEvent
    /// Its receipt, or why there is none: a ``ConnectlyError``, or a `CancellationError` where the
    /// task was cancelled before an answer came.
    public let result: Result<Receipt, any Error>

    /// The receipt, if the event was received.
    public var receipt: Receipt? { try? result.get() }

    /// Why there is no receipt.
    public var error: (any Error)? {
        switch result {
        case .success: nil
        case .failure(let error): error
        }
    }
}
