/// One run over a `Sequence`. Whoever waits for outcomes pulls its events.
final class SequenceRun<Events: IteratorProtocol> where Events.Element == ConversionEvent {
    private var events: Events
    private let batch: Batch
    private var started: [StartedEvent] = []
    private var isOver = false

    init(_ events: Events, _ batch: Batch) {
        self.events = events
        self.batch = batch
    }

    deinit {
        batch.cancel()
    }

    func next() async throws -> Outcome? {
        while !isOver, !Task.isCancelled, started.count < batch.concurrency {
            if let event = events.next() {
                started.append(try batch.start(event))
            } else {
                isOver = true
            }
        }
        guard let first = started.first else {
            guard isOver else {
                isOver = true
                throw CancellationError()
            }
            return nil
        }
        let batch = batch
        let outcome = try await withTaskCancellationHandler {
            try await first.outcome()
        } onCancel: {
            batch.cancel()
        }
        started.removeFirst()
        return outcome
    }
}
