import ConnectlyConversions
import ConnectlyTesting
import Foundation
import Shop
import XCTest

/// A shopper's journey through the shop, against the sandbox.
final class JourneyTests: XCTestCase {
    private let landing =
        "https://shop.example/?cnct_tracking_id=t1&sendout_id=s1&ctwa_clid=c1&ad_id=23851234567"

    private func shop(_ sandbox: Sandbox) throws -> Shop {
        Shop(client: try sandbox.client(retry: .never)) { _ in }
    }

    private func cookie(_ shop: Shop, _ url: String) throws -> String? {
        let header = try shop.land(at: XCTUnwrap(URL(string: url)))
        guard let pair = header?.split(separator: ";").first else { return nil }
        return String(pair.dropFirst(TrackingParams.cookieName.count + 1))
    }

    private func order(total: String = "99.97") -> Order {
        Order(
            id: UUID(), placedAt: Date(), currency: "USD", total: total,
            lines: [Order.Line(sku: "data-pass-30d", quantity: 1, price: "99.97")])
    }

    func testThePurchaseOfAVisitorFromAnAdIsReported() async throws {
        let sandbox = try Sandbox()
        let shop = try shop(sandbox)
        let cookie = try XCTUnwrap(cookie(shop, landing))
        let order = order()
        await shop.checkOut(order, cookie: cookie)?.value
        XCTAssertEqual(try sandbox.received.map(\.orderID), [order.id.uuidString.lowercased()])
        XCTAssertEqual(try sandbox.received.map(\.value), [Decimal(string: "99.97")])
    }

    func testOtherVisitorsAreNobodysBusiness() async throws {
        let sandbox = try Sandbox()
        let shop = try shop(sandbox)
        XCTAssertNil(try cookie(shop, "https://shop.example/?gclid=1"))
        XCTAssertNil(shop.checkOut(order(), cookie: nil))
        XCTAssertNil(shop.checkOut(order(), cookie: "v1.forged"))
        XCTAssertEqual(try sandbox.requests, [])
    }

    func testABrokenLinkCostsNoVisit() throws {
        let sandbox = try Sandbox()
        XCTAssertNil(try cookie(shop(sandbox), "https://shop.example/?sendout_id=s1"))
    }

    func testAnOrderThatCannotBeReportedIsStillAnOrder() async throws {
        let sandbox = try Sandbox()
        let shop = try shop(sandbox)
        let cookie = try XCTUnwrap(cookie(shop, landing))
        await shop.checkOut(order(total: "ninety"), cookie: cookie)?.value
        try sandbox.failNext(.status(401))
        await shop.checkOut(order(), cookie: cookie)?.value
        XCTAssertEqual(try sandbox.received, [])
    }
}
