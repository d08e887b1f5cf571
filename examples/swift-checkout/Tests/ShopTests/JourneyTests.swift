import ConnectlyConversions
import ConnectlyTesting
import Foundation
import Shop
import XCTest

/// A shopper's journey through the shop, against the sandbox.
final class JourneyTests: XCTestCase {
    private let landing = "/?cnct_tracking_id=t1&sendout_id=s1&ctwa_clid=c1&ad_id=23851234567"
    private let log = Log()

    /// Runs a shop until what was reported has an outcome.
    private func open(
        _ sandbox: Sandbox, patience: Duration = .seconds(60),
        _ visit: (Shop) async throws -> Void
    ) async throws {
        let log = log
        let reporter = Reporter(client: try sandbox.client(retry: .never)) { log.add($0) }
        let running = Task { try await reporter.run() }
        try await visit(Shop(reporter: reporter))
        reporter.stop(patience: patience)
        try await running.value
    }

    /// The `Cookie` header of a visitor who came by this URL.
    private func headers(_ shop: Shop, _ url: String) -> Shop.Headers {
        shop.page(method: "GET", url: url, headers: [])
            .filter { $0.name == "Set-Cookie" }
            .map { (name: "Cookie", value: String($0.value.prefix { $0 != ";" })) }
    }

    private func order(total: String = "99.97") -> Order {
        Order(
            id: UUID().uuidString, placedAt: Date(), currency: "USD", total: total,
            lines: [Order.Line(sku: "data-pass-30d", quantity: 1, price: "99.97")])
    }

    func testThePurchaseOfAVisitorFromAnAdIsReported() async throws {
        let sandbox = try Sandbox()
        let order = order()
        try await open(sandbox) { shop in
            shop.checkOut(order, url: "/checkout", headers: headers(shop, landing))
        }
        XCTAssertEqual(try sandbox.received.map(\.orderID), [order.id])
        XCTAssertEqual(try sandbox.received.map { $0.value?.description }, ["99.97"])
    }

    func testAPageThatSetsTheCookieIsNotCached() async throws {
        try await open(Sandbox()) { shop in
            let names = shop.page(method: "GET", url: landing, headers: []).map(\.name)
            XCTAssertEqual(names, ["Set-Cookie", "Cache-Control"])
        }
    }

    func testOtherVisitorsCostNothingAndBreakNothing() async throws {
        let sandbox = try Sandbox()
        try await open(sandbox) { shop in
            XCTAssertEqual(headers(shop, "/?gclid=1").count, 0)
            XCTAssertEqual(headers(shop, "/?sendout_id=s1").count, 0)
            XCTAssertEqual(headers(shop, "/%%%?\u{0}=&&").count, 0)
            shop.checkOut(order(), url: "/checkout", headers: [])
            shop.checkOut(
                order(), url: "/checkout", headers: [("Cookie", "cnct_tracking=v1.forged")])
        }
        XCTAssertEqual(try sandbox.requests, [])
    }

    func testAnOrderThatCannotBeReportedIsStillAnOrder() async throws {
        let sandbox = try Sandbox()
        try sandbox.failNext(.status(401))
        try await open(sandbox) { shop in
            let headers = headers(shop, landing)
            shop.checkOut(order(total: "ninety"), url: "/checkout", headers: headers)
            shop.checkOut(order(), url: "/checkout", headers: headers)
        }
        XCTAssertEqual(try sandbox.received, [])
        XCTAssertEqual(log.lines.count, 2)
    }

    func testAServerThatStopsLogsWhatItCouldNotReport() async throws {
        let sandbox = try Sandbox()
        try sandbox.failNext(.hang.times(0))
        try await open(sandbox, patience: .milliseconds(1)) { shop in
            let headers = headers(shop, landing)
            for _ in 0..<20 { shop.checkOut(order(), url: "/checkout", headers: headers) }
        }
        XCTAssertEqual(log.lines.count, 20)
        XCTAssertTrue(log.lines.allSatisfy { $0.contains("client_closed") }, "\(log.lines)")
    }
}

private final class Log: @unchecked Sendable {
    private let lock = NSLock()
    private var written: [String] = []
    var lines: [String] { lock.withLock { written } }
    func add(_ line: String) { lock.withLock { written.append(line) } }
}
