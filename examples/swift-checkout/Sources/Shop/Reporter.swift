import ConnectlyConversions

/// Reports orders through the outbox. A checkout waits for the disk of this machine and for nothing
/// else, and it never fails because of a report.
public struct Reporter: Sendable {
    private let outbox: Outbox
    private let log: @Sendable (String) -> Void

    public init(outbox: Outbox, log: @escaping @Sendable (String) -> Void) {
        self.outbox = outbox
        self.log = log
    }

    /// For the checkout, once the order is stored: the report is on the disk when this returns, and
    /// a worker sends it.
    public func report(_ order: Order, _ tracking: TrackingParams?) async {
        // Most customers did not come from an ad.
        guard let tracking else { return }
        do {
            let event = try ConversionEvent.purchase(
                tracking: tracking, orderID: order.id, currency: order.currency,
                value: order.total,
                items: order.lines.map {
                    Item(id: $0.sku, quantity: $0.quantity, itemPrice: $0.price)
                },
                eventTime: order.placedAt)
            try await outbox.enqueue(event)
        } catch {
            log("order \(order.id) is not reported: \(error)")
        }
    }
}
