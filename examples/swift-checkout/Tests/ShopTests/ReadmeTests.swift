import ConnectlyConversions
import ConnectlyTesting
import Foundation
import Shop
import XCTest

// The README's code as it stands there, compiled and run. Vapor is not among this project's
// dependencies: what the README uses of it is declared here, with the signatures that it has there.

/// As in Vapor, a sequence of names and values.
struct HTTPHeaders: Sequence {
    var all: [(name: String, value: String)] = []
    mutating func add(name: String, value: String) { all.append((name, value)) }
    mutating func replaceOrAdd(name: String, value: String) {
        all.removeAll { $0.name == name }
        add(name: name, value: value)
    }
    func makeIterator() -> some IteratorProtocol<(name: String, value: String)> {
        all.makeIterator()
    }
}

struct HTTPMethod { let rawValue: String }

struct URI { let string: String }

struct Request {
    var method = HTTPMethod(rawValue: "GET")
    var url: URI
    var headers = HTTPHeaders()
}

final class Response { var headers = HTTPHeaders() }

protocol AsyncResponder { func respond(to request: Request) async throws -> Response }

protocol AsyncMiddleware {
    func respond(to request: Request, chainingTo next: any AsyncResponder) async throws -> Response
}

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

private struct Server {
    let landing: Landing
    let reporter: Reporter

    func checkOut(_ request: Request, _ order: Order) {
        let visit = landing.visit(
            method: request.method.rawValue, url: request.url.string, headers: request.headers)
        reporter.report(order, visit.params)
    }
}

final class ReadmeTests: XCTestCase {
    private let landing = "/?cnct_tracking_id=t1&sendout_id=s1&ctwa_clid=c1&ad_id=23851234567"

    private let order = Order(
        id: "ORD-7821", placedAt: Date(), currency: "USD", total: "99.97",
        lines: [Order.Line(sku: "data-pass-30d", quantity: 1, price: "99.97")])

    private var tracking: TrackingParams? {
        get throws { try TrackingParams.from(url: landing) }
    }

    func testAnOrderIsReported() async throws {
        let sandbox = try Sandbox()
        let reporter = Reporter(client: try sandbox.client()) { print($0) }
        let running = Task { try await reporter.run() }
        reporter.report(order, try tracking)
        try await sandbox.wait(for: 1)
        try sandbox.assertReported(orderID: "ORD-7821", value: "99.97")
        reporter.stop()
        try await running.value
    }

    func testAVisitorLandsAndBuys() async throws {
        let sandbox = try Sandbox()
        setenv("CONNECTLY_API_KEY", "k", 1)
        setenv("CONNECTLY_BUSINESS_ID", "3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a", 1)
        setenv("CONNECTLY_BASE_URL", sandbox.url.absoluteString, 1)
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
        let reporter = Reporter(client: try Client()) { print($0) }
        let running = Task { try await reporter.run() }
        Server(landing: middleware.landing, reporter: reporter).checkOut(checkout, order)
        reporter.stop()
        try await running.value
        XCTAssertEqual(try sandbox.received.map(\.orderID), ["ORD-7821"])
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
        let compiled = try [tests, shop.appendingPathComponent("Sources/Shop/Reporter.swift")]
            .map(lines)
        let readme = try lines(root.appendingPathComponent("bindings-swift/README.md"))
        let blocks = readme.split(omittingEmptySubsequences: false) { $0.hasPrefix("```") }
            .enumerated()
            .filter { $0.offset % 2 == 1 }.map(\.element)
        let fences = readme.filter { $0.hasPrefix("```") }
        XCTAssertEqual(Set(fences), ["```swift", "```"])
        XCTAssertEqual(blocks.count, 7)
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
