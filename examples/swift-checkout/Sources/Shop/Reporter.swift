import ConnectlyConversions

/// Reports orders in the background. A checkout never waits for it and never fails because of it.
public struct Reporter: Sendable {
    private let client: Client
    private let log: @Sendable (String) -> Void
    private let orders: AsyncStream<ConversionEvent>
    private let queue: AsyncStream<ConversionEvent>.Continuation

    public init(client: Client, log: @escaping @Sendable (String) -> Void) {
        self.client = client
        self.log = log
        // What waits here is lost where the process is killed; 10,000 orders are a few megabytes.
        (orders, queue) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(10_000))
    }

    /// For the checkout, once the order is stored: neither waits nor throws.
    public func report(_ order: Order, _ tracking: TrackingParams?) {
        // Most customers did not come from an ad.
        guard let tracking else { return }
        do {
            let event = try client.purchase(
                tracking: tracking, orderID: order.id, currency: order.currency,
                value: order.total,
                items: order.lines.map {
                    Item(id: $0.sku, quantity: $0.quantity, itemPrice: $0.price)
                },
                eventTime: order.placedAt)
            guard case .enqueued = queue.yield(event) else {
                return log("\(event) was not reported: too many wait, or the server stops")
            }
        } catch {
            log("order \(order.id) cannot be reported: \(error)")
        }
    }

    /// Sends what is reported, until the server stops. Run it in a task of its own.
    public func run() async throws {
        for try await outcome in client.outcomes(orders, concurrency: 16) {
            switch outcome.result {
            case .success(let receipt):
                log("\(outcome.event) was reported after \(receipt.attempts) attempt(s)")
            case .failure(let error):
                log("\(outcome.event) was not reported: \(error)")
            }
        }
    }

    /// When the server stops: takes no more orders, and gives those that wait this long. Then
    /// ``run()`` ends; it has logged each order by then.
    public func stop(patience: Duration = .seconds(10)) {
        queue.finish()
        Task {
            try await Task.sleep(for: patience)
            await client.close(timeout: .zero)
        }
    }
}
