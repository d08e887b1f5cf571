import ConnectlyConversions
import ConnectlyTesting
import Foundation
import Shop
import XCTest

// The README's code as it stands there, compiled and run. Vapor, Hummingbird and PostgresNIO are not
// among this project's dependencies: what the README uses of them is declared in Frameworks.swift and
// Postgres.swift, with the signatures that it has there. Its transaction is in TransactionTests.swift.

private struct Page: AsyncResponder {
    func respond(to request: Request) async throws -> Response { Response() }
}

struct ConnectlyLanding: AsyncMiddleware {
    let landing: Landing  // try Landing(), made once

    func respond(
        to request: Request, chainingTo next: any AsyncResponder
    ) async throws -> Response {
        let response = try await next.respond(to: request)
        let visit = landing.visit(
            method: request.method.rawValue, url: request.url.string, headers: request.headers)
        for cookie in visit.cookies { response.headers.add(name: "Set-Cookie", value: cookie) }
        if visit.noStore {
            response.headers.replaceOrAdd(name: "Cache-Control", value: "private, no-store")
        }
        return response
    }
}

private let order = Order(
    id: "ORD-7821", placedAt: Date(), currency: "USD", total: "99.97",
    lines: [Order.Line(sku: "data-pass-30d", quantity: 1, price: "99.97")])

private func store(_ request: Request) async throws -> Order { order }

func configure(_ app: Application) throws {
    let landing = try Landing()
    // A file on a disk of this machine. Any number of its processes share it.
    let outbox = try Outbox.open(
        Environment.get("CONNECTLY_OUTBOX_URL") ?? "sqlite:///var/lib/shop/connectly.db")
    let reporter = Reporter(outbox: outbox) { app.logger.warning("\($0)") }
    app.post("checkout") { request async throws -> HTTPStatus in
        let order = try await store(request)
        let visit = landing.visit(
            method: request.method.rawValue, url: request.url.string, headers: request.headers)
        await reporter.report(order, visit.params)
        return .created
    }
    let worker = try outbox.worker(client: Client()) { attempt in
        app.logger.info("order \(attempt.orderID ?? ""): \(attempt.state)")
    } onFailure: { error in
        app.logger.error("the outbox fails: \(error)")
    }
    app.lifecycle.use(ConnectlyWorker(worker: worker))
}

/// Sends what the outbox holds, as long as the server runs.
struct ConnectlyWorker: LifecycleHandler {
    let worker: Outbox.Worker

    /// Lets the reports under way end, which takes 10 s at most. The others wait on the disk.
    func shutdownAsync(_ application: Application) async { await worker.stop() }
}

struct ConnectlyService: Service {
    let worker: Outbox.Worker

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await worker.run() }
    }
}

final class ReadmeTests: XCTestCase {
    private let landing = "/?cnct_tracking_id=t1&sendout_id=s1&ctwa_clid=c1&ad_id=23851234567"

    private var url = ""

    override func setUpWithError() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "connectly-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        addTeardownBlock { try FileManager.default.removeItem(at: folder) }
        url = "sqlite://\(folder.path)/connectly.db"
    }

    private var tracking: TrackingParams? {
        get throws { try TrackingParams.from(url: landing) }
    }

    func testAnOrderIsReported() async throws {
        let sandbox = try Sandbox()
        let business = UUID()
        // A file in a folder of the test, on a disk that may be slow.
        let outbox = try Outbox.open(url, businessID: business, enqueueTimeout: .seconds(60))
        await Reporter(outbox: outbox) { print($0) }.report(order, try tracking)
        try await outbox.deliver(client: sandbox.client(businessID: business))
        try sandbox.assertReported(orderID: "ORD-7821", value: "99.97")
    }

    func testAVisitorLandsAndBuys() async throws {
        let sandbox = try Sandbox()
        setenv("CONNECTLY_API_KEY", "k", 1)
        setenv("CONNECTLY_BUSINESS_ID", "3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a", 1)
        setenv("CONNECTLY_BASE_URL", sandbox.url.absoluteString, 1)
        setenv("CONNECTLY_OUTBOX_URL", url, 1)
        let middleware = ConnectlyLanding(landing: try Landing())
        let page = try await middleware.respond(
            to: Request(url: URI(string: landing)), chainingTo: Page())
        XCTAssertEqual(page.headers.all.map(\.name), ["Set-Cookie", "Cache-Control"])
        let other = try await middleware.respond(
            to: Request(url: URI(string: "/?sendout_id=%%%")), chainingTo: Page())
        XCTAssertEqual(other.headers.all.count, 0)

        var checkout = Request(method: HTTPMethod(rawValue: "POST"), url: URI(string: "/checkout"))
        let cookie = page.headers.all.first?.value.prefix { $0 != ";" } ?? ""
        checkout.headers.add(name: "Cookie", value: String(cookie))
        let app = Application()
        try configure(app)
        // The disk of a busy machine may be slower than a checkout waits; then it is asked again.
        let outbox = try Outbox.open(url)
        while try await outbox.status(.order("ORD-7821")) == nil {
            let status = try await app.serve(checkout)
            XCTAssertEqual(status, .created)
        }
        try await sandbox.wait(for: 1)
        await app.shutDown()
        try sandbox.assertReported(orderID: "ORD-7821", value: "99.97")
    }

    func testAServiceEndsWithItsTask() async throws {
        let sandbox = try Sandbox()
        let business = UUID()
        let outbox = try Outbox.open(url, businessID: business, enqueueTimeout: .seconds(60))
        let client = try sandbox.client(businessID: business)
        let service = ConnectlyService(worker: try outbox.worker(client: client))
        let running = Task { try await service.run() }
        await Reporter(outbox: outbox) { print($0) }.report(order, try tracking)
        try await sandbox.wait(for: 1)
        running.cancel()
        try await running.value
    }

    func testAnOrderIsPaidAtTheDoor() async throws {
        let sandbox = try Sandbox()
        let business = UUID()
        let outbox = try Outbox.open(url, businessID: business, enqueueTimeout: .seconds(60))
        let params = try XCTUnwrap(tracking)
        let event = try ConversionEvent.purchase(
            tracking: params, orderID: "ORD-7821", currency: "USD", value: "99.97")
        try await outbox.enqueue(event, holdUntil: .release)  // or .time(order.dueAt)
        let client = try sandbox.client(businessID: business)
        try await outbox.deliver(client: client)
        XCTAssertEqual(try sandbox.requests, [])
        try await outbox.release(.order("ORD-7821"))
        try sandbox.failNext(.status(400))
        try await outbox.deliver(client: client)
        if let record = try await outbox.status(.order("ORD-7821")) {
            print(record.state, record.message ?? "")
        }
        let counts = try await outbox.counts()
        XCTAssertEqual(counts.rejected, 1)
        for try await letter in outbox.deadLetters() {
            print(letter.orderID ?? "without an order id", letter.message ?? "")
        }
        let plan = try await outbox.replay(.all, plan: true)
        print("\(plan.replayed) would go out again, and \(plan.money) would count")
        try await outbox.replay(.all)
        try await outbox.deliver(client: client)
        try sandbox.assertReported(orderID: "ORD-7821", value: "99.97")
    }

    func testABackfill() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        let params = try XCTUnwrap(tracking)
        let events = (0..<20).lazy.compactMap {
            try? ConversionEvent.purchase(
                tracking: params, orderID: $0, currency: "USD", value: "99.97")
        }
        for try await outcome in client.outcomes(events, concurrency: 8) {
            if let error = outcome.error { print("\(outcome.event): \(error)") }
        }
        XCTAssertEqual(try sandbox.received.count, 20)
    }

    func testTheReadmeHoldsNoOtherCode() throws {
        let tests = URL(fileURLWithPath: #filePath)
        let shop = tests.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let root = shop.deletingLastPathComponent().deletingLastPathComponent()
        func lines(_ file: URL) throws -> [Substring] {
            try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        }
        /// The lines as they would stand at the margin.
        func text(_ lines: some Sequence<Substring>) -> String {
            let margin = lines.map { $0.prefix { $0 == " " }.count }.min() ?? 0
            return lines.map { $0.dropFirst(margin) }.joined(separator: "\n")
        }
        let others = ["Sources/Shop/Reporter.swift", "Tests/ShopTests/TransactionTests.swift"]
        let compiled = try ([tests] + others.map(shop.appendingPathComponent)).map(lines)
        let all = try lines(root.appendingPathComponent("bindings-swift/README.md"))
        // A first report is a package of its own, which toolchain/first_hour.py builds and runs.
        let start = try XCTUnwrap(all.firstIndex(of: "## A first report"))
        let end = try XCTUnwrap(all.firstIndex(of: "## 1. A visitor lands"))
        let readme = Array(all[..<start] + all[end...])
        let blocks = readme.split(omittingEmptySubsequences: false) { $0.hasPrefix("```") }
            .enumerated()
            .filter { $0.offset % 2 == 1 }.map(\.element)
        let fences = readme.filter { $0.hasPrefix("```") }
        XCTAssertEqual(Set(fences), ["```swift", "```"])
        XCTAssertEqual(blocks.count, 11)
        for block in blocks {
            let isCompiled = compiled.contains { file in
                file.indices.contains { start in
                    file[start...].prefix(block.count).count == block.count
                        && text(file[start...].prefix(block.count)) == text(block)
                }
            }
            XCTAssertTrue(isCompiled, "nothing compiles this code:\n\(text(block))")
        }
    }
}
