import ConnectlyConversions
import Foundation
import Shop

// Reports one order. Start `connectly sandbox` first, and set CONNECTLY_API_KEY,
// CONNECTLY_BUSINESS_ID and CONNECTLY_BASE_URL.
let reporter = Reporter(client: try Client()) { print($0) }
let running = Task { try await reporter.run() }
let shop = try Shop(reporter: reporter)
let page = shop.page(
    method: "GET",
    url: "/?cnct_tracking_id=t1&sendout_id=s1&ctwa_clid=c1&ad_id=120215559412340678",
    headers: [("Host", "shop.example")])
guard let cookie = page.first?.value.prefix(while: { $0 != ";" }) else {
    fatalError("not a Connectly visit")
}
let order = Order(
    id: UUID().uuidString, placedAt: Date(), currency: "USD", total: "99.97",
    lines: [
        Order.Line(sku: "data-pass-30d", quantity: 1, price: "49.99"),
        Order.Line(sku: "phone-case-blk", quantity: 1, price: "49.98"),
    ])
shop.checkOut(order, url: "/checkout", headers: [("Cookie", String(cookie))])
reporter.stop()
try await running.value
