import ConnectlyConversions
import Foundation

/// A small shop: visitors land, buy, and the purchase is reported. What a web framework would
/// call is here; the framework is not.
public struct Shop: Sendable {
    private let client: Client
    private let log: @Sendable (String) -> Void

    public init(client: Client, log: @escaping @Sendable (String) -> Void) {
        self.client = client
        self.log = log
    }

    /// The `Set-Cookie` header of a landing, if it is one of Connectly's. A broken link must not
    /// cost the visit.
    public func land(at url: URL) -> String? {
        do {
            guard let tracking = try TrackingParams.from(url: url) else { return nil }
            return "\(TrackingParams.cookieName)=\(tracking.toCookie()); Path=/; "
                + "Max-Age=2419200; Secure; HttpOnly; SameSite=Lax"
        } catch {
            log("a Connectly link without all of its values: \(error)")
            return nil
        }
    }

    /// Takes the order, and reports it without making the shopper wait.
    ///
    /// - Parameter cookie: The value of the cookie that ``land(at:)`` set.
    /// - Returns: The report under way, which a test can wait for.
    @discardableResult
    public func checkOut(_ order: Order, cookie: String?) -> Task<Void, Never>? {
        // Anyone can write a cookie, so one that cannot be read is no reason to lose an order.
        guard let cookie, let tracking = try? TrackingParams(cookie: cookie) else { return nil }
        return Task { await report(order, tracking) }
    }

    private func report(_ order: Order, _ tracking: TrackingParams) async {
        do {
            let receipt = try await client.send(event(order, tracking))
            log("order \(order.id) reported after \(receipt.attempts) attempt(s)")
        } catch ConnectlyError.validation(let details) {
            for issue in details.issues { log("order \(order.id) cannot be reported: \(issue)") }
        } catch let error as ConnectlyError where error.retryable {
            log("order \(order.id) can be reported again later: \(error)")
        } catch {
            log("order \(order.id) was not reported: \(error)")
        }
    }

    private func event(_ order: Order, _ tracking: TrackingParams) throws -> ConversionEvent {
        try ConversionEvent.purchase(
            tracking: tracking, orderID: order.id, currency: order.currency,
            value: order.total,
            items: order.lines.map {
                Item(id: $0.sku, quantity: $0.quantity, itemPrice: $0.price)
            },
            eventTime: order.placedAt)
    }
}
