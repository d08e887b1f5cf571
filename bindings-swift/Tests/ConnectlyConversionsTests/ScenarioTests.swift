import ConnectlyConversions
import ConnectlyTesting
import Foundation
import XCTest

/// Runs `tests/scenarios`: the real client against the sandbox while things go wrong.
final class ScenarioTests: XCTestCase {
    func testEveryScenario() async throws {
        let folder = Contract.folder.appendingPathComponent("scenarios")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".json") }
        var report = Report()
        // All at once: most of their time is waiting.
        try await withThrowingTaskGroup(of: (String, String?).self) { group in
            for file in files {
                let scenario = try Contract.json("scenarios/\(file)")
                group.addTask { (file, try await Scenario(scenario, in: file).play()) }
            }
            for try await (file, problem) in group { report.note(file, problem) }
        }
        report.finish()
        XCTAssertGreaterThanOrEqual(report.run, 49)
    }
}

private struct Scenario {
    private var client: Members
    private let faults: JSON
    private let orders: [String?]
    private let concurrency: Int?
    private var expect: Members

    init(_ json: JSON, in file: String) throws {
        var members = try Members(json, in: file)
        guard try members.string("name").map({ $0 + ".json" }) == file else {
            throw ContractError("\(file): its name is another")
        }
        _ = members.take("about")
        client = try Members(members.needed("client"), in: file)
        faults = .object([("faults", .array(try members.array("faults")))])
        orders = try members.array("events").map { event in
            var event = try Members(event, in: file)
            let order = try event.string("order_id")
            try event.finish()
            return order
        }
        concurrency = try members.number("concurrency").map { Int($0) }
        expect = try Members(members.needed("expect"), in: file)
        try members.finish()
    }

    /// How what came differs from what must.
    func play() async throws -> String? {
        let sandbox = try Sandbox()
        try sandbox.script(json: faults.text)
        let client = try makeClient(url: sandbox.url)
        let events = try orders.map(Self.event)
        let began = ContinuousClock.now
        let results: [Result<Receipt, any Error>]
        if events.count == 1 {
            results = [await Self.result { try await client.send(events[0]) }]
        } else {
            let outcomes = await client.sendMany(events, concurrency: concurrency)
            guard outcomes.map(\.event) == events else {
                return "the outcomes are not in the order of the events"
            }
            results = outcomes.map(\.result)
        }
        return try compare(results, took: began.duration(to: .now), sandbox)
    }

    private func makeClient(url: URL) throws -> Client {
        var given = client
        func seconds(_ name: String) throws -> Duration? {
            try given.number(name).map { .seconds($0) }
        }
        let made = try Client(
            apiKey: "sandbox-key", businessID: "3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a",
            baseURL: url, timeout: seconds("timeout"),
            attemptTimeout: seconds("attempt_timeout"),
            connectTimeout: seconds("connect_timeout"),
            retry: RetryPolicy(
                retries: given.number("retries").map { Int($0) }, base: seconds("base"),
                cap: seconds("cap")))
        try given.finish()
        return made
    }

    /// The documentation's example with this order id, or with none.
    private static func event(_ orderID: String?) throws -> ConversionEvent {
        try Contract.event(["payload.order_id": orderID.map(JSON.string) ?? .null])
    }

    private static func result(
        _ send: () async throws -> Receipt
    ) async -> Result<Receipt, any Error> {
        do { return .success(try await send()) } catch { return .failure(error) }
    }

    private func compare(
        _ results: [Result<Receipt, any Error>], took: Duration, _ sandbox: Sandbox
    ) throws -> String? {
        var expect = expect
        var problems: [String] = []
        let outcomes = try expect.array("outcomes")
        if outcomes.count != results.count { problems.append("\(results.count) outcomes") }
        for (wanted, found) in zip(outcomes, results) where try !Self.matches(wanted, found) {
            problems.append("expected \(wanted.text), found \(found)")
        }
        let requests = try sandbox.requests.count
        if let wanted = try expect.number("requests"), Int(wanted) != requests {
            problems.append("expected \(wanted) requests, found \(requests)")
        }
        if let seconds = try expect.number("waits_at_least"), took < .seconds(seconds) {
            problems.append("it took \(took) only")
        }
        let wanted = try expect.array("received").map { held in
            var held = try Members(held, in: "received")
            let order = try held.string("order_id")
            let times = try held.number("times") ?? 0
            try held.finish()
            return "\(order ?? "none") × \(Int(times))"
        }
        try expect.finish()
        let held = try Self.held(sandbox)
        if wanted.sorted() != held.sorted() {
            problems.append("expected \(wanted) received, found \(held)")
        }
        return problems.isEmpty ? nil : problems.joined(separator: "; ")
    }

    /// One entry for each order, and one for each event without an order id.
    private static func held(_ sandbox: Sandbox) throws -> [String] {
        var times: [String: Int] = [:]
        var held: [String] = []
        for received in try sandbox.received {
            if let order = received.orderID {
                times[order, default: 0] += 1
            } else {
                held.append("none × 1")
            }
        }
        return held + times.map { "\($0.key) × \($0.value)" }
    }

    private static func matches(
        _ wanted: JSON, _ found: Result<Receipt, any Error>
    ) throws -> Bool {
        var outcome = try Members(wanted, in: "outcome")
        let receipt = outcome.take("receipt")
        let error = outcome.take("error")
        try outcome.finish()
        switch found {
        case .success(let found):
            guard let receipt else { return false }
            var wanted = try Members(receipt, in: "receipt")
            let attempts = try wanted.number("attempts")
            try wanted.finish()
            return attempts == nil || Int(attempts ?? 0) == found.attempts
        case .failure(let thrown):
            guard let error, let found = thrown as? ConnectlyError else { return false }
            return try matches(error, found)
        }
    }

    private static func matches(_ wanted: JSON, _ found: ConnectlyError) throws -> Bool {
        var wanted = try Members(wanted, in: "error")
        let kind = try wanted.string("kind")
        let code = try wanted.string("code")
        let retryable = try wanted.bool("retryable")
        let attempts = try wanted.number("attempts")
        let status = try wanted.number("status")
        let retryAfter = try wanted.number("retry_after")
        let message = try wanted.string("message")
        try wanted.finish()
        return kind == found.kind.rawValue && code == found.code.rawValue
            && retryable == found.retryable
            && (attempts == nil || attempts == Double(found.attempts))
            && (status == nil || status == found.status.map(Double.init))
            && (retryAfter == nil || retryAfter.map { .seconds($0) } == found.retryAfter)
            && (message == nil || message == found.message)
    }
}
