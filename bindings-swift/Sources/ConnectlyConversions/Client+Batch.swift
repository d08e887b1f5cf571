extension Client {
    /// Sends many events, a few at a time, and tells of each in their order as it comes.
    ///
    /// For a backfill of any length: events are pulled as they are needed, and nothing is
    /// collected. A lazy sequence takes a few megabytes, however long it is.
    ///
    /// ```swift
    /// for try await outcome in client.outcomes(events) {
    ///     if let error = outcome.error { logger.error("\(outcome.event): \(error)") }
    /// }
    /// ```
    ///
    /// One event's failure stops no other. Once the API has said that the key or the business is
    /// wrong, events that have not been started get that error unsent. Nothing is sent until the
    /// loop begins.
    ///
    /// - Parameters:
    ///   - events: The events.
    ///   - concurrency: How many requests are in flight at a time: 4 unless given. Below 1, the
    ///     loop throws ``ConnectlyError/configuration(_:)``.
    public func outcomes<Events: Sequence>(
        _ events: Events, concurrency: Int? = nil
    ) -> Outcomes where Events.Element == ConversionEvent {
        let handle = handle
        return Outcomes {
            let batch = try Batch(handle, concurrency: concurrency)
            let run = SequenceRun(events.makeIterator(), batch)
            return { try await run.next() }
        }
    }

    /// Sends many events that come as they come, such as the rows of a query or the messages of a
    /// queue. Otherwise as `outcomes(_:concurrency:)`.
    public func outcomes<Events: AsyncSequence & Sendable>(
        _ events: Events, concurrency: Int? = nil
    ) -> Outcomes where Events.Element == ConversionEvent {
        let handle = handle
        return Outcomes {
            let batch = try Batch(handle, concurrency: concurrency)
            let run = AsyncSequenceRun(events, batch)
            return { try await run.next() }
        }
    }

    /// Sends many events and tells of each, in their order: `outcomes(_:concurrency:)`, collected.
    ///
    /// Cancelling the task stops the requests. Events that have no answer yet get a
    /// `CancellationError`.
    ///
    /// - Parameters:
    ///   - events: The events.
    ///   - concurrency: How many requests are in flight at a time: 4 unless given. Below 1, every
    ///     event has the error `invalid_concurrency`.
    public func sendMany(
        _ events: some Sequence<ConversionEvent>, concurrency: Int? = nil
    ) async -> [Outcome] {
        let events = Array(events)
        var collected: [Outcome] = []
        do {
            for try await outcome in outcomes(events, concurrency: concurrency) {
                collected.append(outcome)
            }
        } catch {
            let rest = events[collected.count...]
            collected += rest.map { Outcome(event: $0, result: .failure(error)) }
        }
        return collected
    }

    /// Sends many events that come as they come: `outcomes(_:concurrency:)`, collected.
    ///
    /// - Throws: ``InterruptedBatch`` where the source throws or the task is cancelled, with the
    ///   outcomes of the events that were pulled before.
    public func sendMany<Events: AsyncSequence & Sendable>(
        _ events: Events, concurrency: Int? = nil
    ) async throws -> [Outcome] where Events.Element == ConversionEvent {
        var collected: [Outcome] = []
        do {
            for try await outcome in outcomes(events, concurrency: concurrency) {
                collected.append(outcome)
            }
        } catch {
            throw InterruptedBatch(outcomes: collected, underlying: error)
        }
        return collected
    }
}
