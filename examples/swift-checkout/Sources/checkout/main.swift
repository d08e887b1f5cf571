import ConnectlyConversions
import Foundation
import Shop

// Reports one order. Start `connectly sandbox` first, and set CONNECTLY_API_KEY,
// CONNECTLY_BUSINESS_ID, CONNECTLY_BASE_URL, and CONNECTLY_OUTBOX_URL, such as
// `sqlite:///tmp/connectly.db`.
let url = ProcessInfo.processInfo.environment["CONNECTLY_OUTBOX_URL"] ?? ""
let outbox = try Outbox.open(url)
let shop = try Shop(reporter: Reporter(outbox: outbox) { print($0) })
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
await shop.checkOut(order, url: "/checkout", headers: [("Cookie", String(cookie))])
// A server has a worker instead, as long as it runs.
let delivered = try await outbox.deliver(client: Client())
await outbox.close()
print("\(delivered.accepted) received")
