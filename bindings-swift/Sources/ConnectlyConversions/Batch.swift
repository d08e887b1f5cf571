internal import ConnectlyFFI

/// A batch of the native library, and how many of its events may be held at a time.
struct Batch: Sendable {
    let handle: NativeBatch
    let concurrency: Int

    init(_ client: NativeClient, concurrency: Int?) throws {
        let (handle, held) = try native {
            let handle = try client.batch(concurrency: concurrency.map(Double.init))
            return (handle, try handle.concurrency())
        }
        self.handle = handle
        self.concurrency = Int(clamping: held)
    }

    func start(_ event: ConversionEvent) throws -> StartedEvent {
        StartedEvent(event: event, request: try native { try handle.start(event: event.handle) })
    }

    func cancel() {
        // Only a panic could be thrown here.
        try? handle.cancel()
    }
}

/// An event and the request that carries it.
struct StartedEvent: Sendable {
    let event: ConversionEvent
    let request: InFlight

    func outcome() async throws -> Outcome {
        do {
            let result: Result<Receipt, any Error> =
                switch try await request.outcome() {
                case .received(let receipt): .success(Receipt(receipt))
                case .failed(let error): .failure(ConnectlyError(error))
                case .cancelled: .failure(CancellationError())
                }
            return Outcome(event: event, result: result)
        } catch {
            throw publicError(error)
        }
    }
}
