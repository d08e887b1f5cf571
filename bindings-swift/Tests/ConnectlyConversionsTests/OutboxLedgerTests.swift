import ConnectlyConversions
import ConnectlyTesting
import Foundation
import XCTest

/// What became of events, and what an operator does about it.
final class OutboxLedgerTests: XCTestCase {
    func testAReplayIsPlannedFirst() async throws {
        let file = try OutboxFile(self)
        try file.sandbox.failNext(.status(400).body(#"{"error":{"message":"Meta is out"}}"#))
        try await file.outbox.enqueue(OutboxFile.purchase("A"))
        let delivered = try await file.outbox.deliver(client: file.client)
        XCTAssertEqual(delivered.rejected, 1)
        let record = try await file.outbox.status(.order("A"))
        XCTAssertEqual(record?.state, .rejected)
        XCTAssertEqual(record?.code, .rejected)
        XCTAssertEqual(record?.status, 400)
        XCTAssertEqual(record?.message, "Meta is out")

        let plan = try await file.outbox.replay(.all, plan: true)
        XCTAssertEqual(plan.replayed, 1)
        XCTAssertEqual(plan.money, ["USD": Sample.amount("99.97")])
        XCTAssertEqual(plan.events.map(\.verdict), [.replayed])
        XCTAssertEqual(plan.events.map(\.record), [try XCTUnwrap(record)])
        let before = try await file.outbox.counts()
        XCTAssertEqual(before.rejected, 1)

        let none = try await file.outbox.replay(.code(.unauthenticated))
        XCTAssertEqual(none.replayed, 0)
        let replayed = try await file.outbox.replay(.code(.rejected))
        XCTAssertEqual(replayed.replayed, 1)
        let again = try await file.outbox.deliver(client: file.client)
        XCTAssertEqual(again.accepted, 1)
        let unchanged = try await file.outbox.replay(.one(.order("A")), force: true)
        XCTAssertEqual(unchanged.events.map(\.verdict), [.unchanged])
    }

    func testDeadLettersComeInPages() async throws {
        let file = try OutboxFile(self)
        try file.sandbox.failNext(.status(400).times(0))
        let orders = (1...250).map(String.init)
        let enqueued = try await file.outbox.enqueueMany(
            orders.map { try OutboxFile.purchase($0) })
        try await file.outbox.deliver(client: file.client)
        var found: [String?] = []
        for try await letter in file.outbox.deadLetters() { found.append(letter.orderID) }
        XCTAssertEqual(found, orders)
        var rest: [String?] = []
        for try await letter in file.outbox.deadLetters(after: enqueued[247].id) {
            rest.append(letter.orderID)
        }
        XCTAssertEqual(rest, ["249", "250"])
    }

    func testAPauseStopsDelivery() async throws {
        let file = try OutboxFile(self)
        try await file.outbox.pause()
        let forEver = try await file.outbox.metrics()
        XCTAssertEqual(forEver.pausedUntil, .distantFuture)
        try await file.outbox.enqueue(OutboxFile.purchase("A"))
        let nothing = try await file.outbox.deliver(client: file.client)
        XCTAssertEqual(nothing.accepted, 0)
        // A whole millisecond, as the queue keeps it.
        let until = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded() + 3_600.125)
        try await file.outbox.pause(until: until)
        let anHour = try await file.outbox.metrics()
        XCTAssertEqual(anHour.pausedUntil, until)
        try await file.outbox.resume()
        let resumed = try await file.outbox.metrics()
        XCTAssertNil(resumed.pausedUntil)
        let delivered = try await file.outbox.deliver(client: file.client)
        XCTAssertEqual(delivered.accepted, 1)
    }

    func testMetricsTellThatTheKeyIsRefused() async throws {
        let file = try OutboxFile(self)
        try file.sandbox.failNext(.status(401))
        try await file.outbox.enqueue(OutboxFile.purchase("A"))
        try await file.outbox.deliver(client: file.client)
        let metrics = try await file.outbox.metrics()
        XCTAssertEqual(metrics.refusedCode, .unauthenticated)
        XCTAssertEqual(metrics.counts.pending, 1)
        XCTAssertEqual(metrics.delivered.accepted, 0)
    }

    func testADiskThatGoesWithItsContainerIsWarnedOf() async throws {
        let memory = "/dev/shm"  // a tmpfs on every Linux
        guard FileManager.default.fileExists(atPath: memory) else {
            throw XCTSkip("no memory disk")
        }
        let folder = URL(fileURLWithPath: "\(memory)/connectly-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        addTeardownBlock { try FileManager.default.removeItem(at: folder) }
        let outbox = try OutboxFile(folder).outbox
        let warnings = try await outbox.warnings()
        XCTAssertEqual(warnings.count, 1)
        XCTAssertTrue(warnings.first?.contains("tmpfs") ?? false, "\(warnings)")
    }

    func testWhatTheLedgerTellsIsCodable() async throws {
        let file = try OutboxFile(self)
        try file.sandbox.failNext(.status(400))
        let enqueued = try await file.outbox.enqueue(OutboxFile.purchase("A"))
        try await file.outbox.deliver(client: file.client)
        XCTAssertEqual(try back(enqueued), enqueued)
        let metrics = try await file.outbox.metrics()
        XCTAssertEqual(try back(metrics), metrics)
        let plan = try await file.outbox.replay(.all, plan: true)
        XCTAssertEqual(plan.events.count, 1)
        XCTAssertEqual(try back(plan), plan)
    }

    private func back<Value: Codable>(_ value: Value) throws -> Value {
        try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(value))
    }
}
