/// One run over an `AsyncSequence`. A task of its own pulls the events, so that a source which
/// takes its time holds no outcome back.
final class AsyncSequenceRun<Events: AsyncSequence & Sendable>: Sendable
where Events.Element == ConversionEvent {
    private let batch: Batch
    private let window: Window
    private let pump: Task<Void, Never>

    init(_ events: Events, _ batch: Batch) {
        let window = Window(size: batch.concurrency)
        self.batch = batch
        self.window = window
        pump = Task {
            do {
                var iterator = events.makeAsyncIterator()
                while await window.hasRoom(), let event = try await iterator.next() {
                    await window.add(try batch.start(event))
                }
                // A cancelled source may end as if it had come to its end.
                await window.end(Task.isCancelled ? CancellationError() : nil)
            } catch {
                await window.end(error)
            }
        }
    }

    deinit {
        Self.stop(batch, window, pump)
    }

    func next() async throws -> Outcome? {
        let (batch, window, pump) = (batch, window, pump)
        return try await withTaskCancellationHandler {
            guard let first = try await window.first() else { return nil }
            let outcome = try await first.outcome()
            await window.removeFirst()
            return outcome
        } onCancel: {
            Self.stop(batch, window, pump)
        }
    }

    private static func stop(_ batch: Batch, _ window: Window, _ pump: Task<Void, Never>) {
        batch.cancel()
        pump.cancel()
        Task { await window.end(CancellationError()) }
    }
}

/// The events in flight, between the task that pulls them and the one that waits for outcomes.
private actor Window {
    private let size: Int
    private var started: [StartedEvent] = []
    private var isOver = false
    /// Why there are no more, unless the source came to its end; told once.
    private var failure: (any Error)?
    private var waitingForRoom: CheckedContinuation<Void, Never>?
    private var waitingForEvent: CheckedContinuation<Void, Never>?

    init(size: Int) {
        self.size = size
    }

    /// Waits until one more may be pulled; false where no more are wanted.
    func hasRoom() async -> Bool {
        while started.count >= size, !isOver {
            await withCheckedContinuation { waitingForRoom = $0 }
        }
        return !isOver
    }

    func add(_ event: StartedEvent) {
        started.append(event)
        resume(&waitingForEvent)
    }

    /// No more come. What ended it first counts.
    func end(_ failure: (any Error)?) {
        guard !isOver else { return }
        isOver = true
        self.failure = failure
        resume(&waitingForRoom)
        resume(&waitingForEvent)
    }

    /// Waits for the event whose outcome is the next one.
    func first() async throws -> StartedEvent? {
        while started.isEmpty, !isOver {
            await withCheckedContinuation { waitingForEvent = $0 }
        }
        if started.isEmpty, let failure {
            self.failure = nil
            throw failure
        }
        return started.first
    }

    func removeFirst() {
        started.removeFirst()
        resume(&waitingForRoom)
    }

    private func resume(_ waiting: inout CheckedContinuation<Void, Never>?) {
        waiting?.resume()
        waiting = nil
    }
}
