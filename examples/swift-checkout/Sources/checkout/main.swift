import ConnectlyConversions
import Foundation
import Shop

// Reports one order. Start `connectly sandbox` first, and set CONNECTLY_API_KEY,
// CONNECTLY_BUSINESS_ID and CONNECTLY_BASE_URL.
let shop = Shop(client: try Client()) { print($0) }
let landing =
    "https://shop.example/?cnct_tracking_id=t1&sendout_id=s1&ctwa_clid=c1&ad_id=120215559412340678"
let order = Order(
    id: UUID(), placedAt: Date(), currency: "USD", total: "99.97",
    lines: [
        Order.Line(sku: "data-pass-30d", quantity: 1, price: "49.99"),
        Order.Line(sku: "phone-case-blk", quantity: 1, price: "49.98"),
    ])
guard let url = URL(string: landing), let header = shop.land(at: url),
    let cookie = header.split(separator: ";").first?.split(separator: "=").last
else { fatalError("not a Connectly visit") }
await shop.checkOut(order, cookie: String(cookie))?.value
