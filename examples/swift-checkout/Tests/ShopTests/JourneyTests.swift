import ConnectlyConversions
import ConnectlyTesting
import Foundation
import Shop
import XCTest

/// A shopper's journey through the shop, against the sandbox.
final class JourneyTests: XCTestCase {
    private let landing = "/?cnct_tracking_id=t1&sendout_id=s1&ctwa_clid=c1&ad_id=23851234567"
    private let log = Log()
    /// Of the outbox of the shop that was open last.
    private var counts: Outbox.Counts?

    /// Lets a shop serve, and then delivers what it has in its outbox.
    private func open(_ sandbox: Sandbox, _ visit: (Shop) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "connectly-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (business, log) = (UUID(), log)
        let outbox = try Outbox.open(
            "sqlite://\(folder.path)/connectly.db", businessID: business,
            enqueueTimeout: .seconds(60))
        try await visit(Shop(reporter: Reporter(outbox: outbox) { log.add($0) }))
        try await outbox.deliver(client: sandbox.client(businessID: business))
        counts = try await outbox.counts()
        await outbox.close()
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
            await shop.checkOut(order, url: "/checkout", headers: headers(shop, landing))
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
            await shop.checkOut(order(), url: "/checkout", headers: [])
            await shop.checkOut(
                order(), url: "/checkout", headers: [("Cookie", "cnct_tracking=v1.forged")])
        }
        XCTAssertEqual(try sandbox.requests, [])
    }

    func testAnOrderThatCannotBeReportedIsStillAnOrder() async throws {
        try await open(Sandbox()) { shop in
            let headers = headers(shop, landing)
            await shop.checkOut(order(total: "ninety"), url: "/checkout", headers: headers)
        }
        XCTAssertEqual(log.lines.count, 1)
        XCTAssertTrue(log.lines[0].contains("invalid_event"), "\(log.lines)")
    }

    func testWhatCannotBeSentNowWaits() async throws {
        let sandbox = try Sandbox()
        try sandbox.failNext(.status(401).times(0))
        try await open(sandbox) { shop in
            let headers = headers(shop, landing)
            for _ in 0..<20 { await shop.checkOut(order(), url: "/checkout", headers: headers) }
        }
        XCTAssertEqual(counts?.pending, 20)
        XCTAssertEqual(log.lines, [])
    }
}

private final class Log: @unchecked Sendable {
    private let lock = NSLock()
    private var written: [String] = []
    var lines: [String] { lock.withLock { written } }
    func add(_ line: String) { lock.withLock { written.append(line) } }
}
