/// What became of many events, one ``Outcome`` each, in the order of the events, as they come:
/// the result of `Client.outcomes(_:concurrency:)`.
///
/// Events are pulled as they are needed: never more are held than requests are in flight at a
/// time, so a backfill of any length takes a few megabytes.
///
/// When the task is cancelled, or the source throws, no more events are pulled. Those that were
/// pulled still have their outcomes: a receipt where the answer had come, `CancellationError`
/// where it had not. Then the sequence throws `CancellationError`, or the source's error.
///
/// Leaving the loop early stops the requests in flight.
public struct Outcomes: AsyncSequence {
    /// What became of one event.
    public typealias Element = Outcome

    let begin: () throws -> () async throws -> Outcome?

    /// Starts a run of its own.
    public func makeAsyncIterator() -> Iterator {
        do {
            return Iterator(pull: try begin())
        } catch {
            return Iterator(pull: { throw error })
        }
    }

    /// One run over the events.
    public struct Iterator: AsyncIteratorProtocol {
        let pull: () async throws -> Outcome?

        /// The next outcome; `nil` after that of the last event.
        public mutating func next() async throws -> Outcome? {
            try await pull()
        }
    }
}

/// Why `Client.sendMany(_:concurrency:)` stopped before its source ended, and the
/// outcomes that it had.
public struct InterruptedBatch: Error {
    /// One outcome for each event that was pulled, in their order.
    public let outcomes: [Outcome]
    /// What the source threw, or `CancellationError`.
    public let underlying: any Error
}
