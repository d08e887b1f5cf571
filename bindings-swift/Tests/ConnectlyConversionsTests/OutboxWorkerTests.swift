import ConnectlyConversions
import ConnectlyTesting
import Foundation
import XCTest

/// Workers and deliveries.
final class OutboxWorkerTests: XCTestCase {
    func testAWorkerDeliversUntilItIsStopped() async throws {
        let file = try OutboxFile(self)
        let told = Told()
        let worker = try file.outbox.worker(
            client: file.client, concurrency: 2, rate: 1_000
        ) { await told.add($0) }
        let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        let first = try await file.outbox.enqueue(OutboxFile.purchase("A"), traceparent: trace)
        try await file.sandbox.wait(for: 1)
        await worker.stop()
        let attempts = await told.attempts
        XCTAssertEqual(attempts.map(\.id), [first.id])
        XCTAssertEqual(attempts.map(\.eventName), [.purchase])
        XCTAssertEqual(attempts.map(\.orderID), ["A"])
        XCTAssertEqual(attempts.map(\.state), [.accepted])
        XCTAssertEqual(attempts.map(\.attempts), [1])
        XCTAssertEqual(attempts.map(\.status), [200])
        XCTAssertEqual(attempts.map(\.code), [nil])
        XCTAssertEqual(attempts.map(\.traceparent), [trace])
        try await file.outbox.enqueue(OutboxFile.purchase("B"))
        let counts = try await file.outbox.counts()
        XCTAssertEqual(counts.accepted, 1)
        XCTAssertEqual(counts.pending, 1)
        XCTAssertEqual(try file.sandbox.requests.count, 1)
    }

    func testAWorkerGoesOnThoughNobodyHoldsIt() async throws {
        let file = try OutboxFile(self)
        try file.outbox.worker(client: file.client)
        try await file.outbox.enqueue(OutboxFile.purchase("A"))
        try await file.sandbox.wait(for: 1)
    }

    func testAServiceEndsWhenItsTaskIsCancelled() async throws {
        let file = try OutboxFile(self)
        let worker = try file.outbox.worker(client: file.client)
        let running = Task { try await worker.run() }
        try await file.outbox.enqueue(OutboxFile.purchase("A"))
        try await file.sandbox.wait(for: 1)
        running.cancel()
        try await running.value
        let metrics = try await file.outbox.metrics()
        XCTAssertEqual(metrics.delivered.accepted, 1)
        // It has ended, so there is nothing to wait for.
        try await worker.run()
    }

    func testWhoStopsWaitsForTheAttemptsUnderWay() async throws {
        let file = try OutboxFile(self)
        try file.sandbox.failNext(.delay(.milliseconds(100)))
        let worker = try file.outbox.worker(client: file.client)
        try await file.outbox.enqueue(OutboxFile.purchase("A"))
        while try file.sandbox.requests.isEmpty { await Task.yield() }
        await worker.stop()
        let record = try await file.outbox.status(.order("A"))
        XCTAssertEqual(record?.state, .accepted)
    }

    func testWhoGivesNoTimeCutsThemOff() async throws {
        let file = try OutboxFile(self)
        try file.sandbox.failNext(.hang)
        let worker = try file.outbox.worker(client: file.client)
        try await file.outbox.enqueue(OutboxFile.purchase("A"))
        while try file.sandbox.requests.isEmpty { await Task.yield() }
        await worker.stop(within: .zero)
        let record = try await file.outbox.status(.order("A"))
        XCTAssertNotEqual(record?.state, .accepted)
        XCTAssertEqual(try file.sandbox.received, [])
    }

    func testADeliveryWhoseTaskIsCancelledEndsInAnOrderlyWay() async throws {
        let file = try OutboxFile(self)
        try file.sandbox.failNext(.delay(.milliseconds(100)))
        try await file.outbox.enqueue(OutboxFile.purchase("A"))
        let delivery = Task {
            try await file.outbox.deliver(client: file.client, untilEmpty: false)
        }
        while try file.sandbox.requests.isEmpty { await Task.yield() }
        delivery.cancel()
        let delivered = try await delivery.value
        XCTAssertEqual(delivered.accepted, 1)
        let record = try await file.outbox.status(.order("A"))
        XCTAssertEqual(record?.state, .accepted)
    }

    func testADeliveryEndsAtItsDeadline() async throws {
        let file = try OutboxFile(self)
        let delivered = try await file.outbox.deliver(
            client: file.client, untilEmpty: false, deadline: .milliseconds(50))
        XCTAssertEqual(delivered.accepted, 0)
    }

    func testAWorkerTellsThatItsFileFails() async throws {
        let file = try OutboxFile(self)
        let outbox = try Outbox.open(
            file.url.replacingOccurrences(of: "connectly.db", with: "no-folder/connectly.db"),
            businessID: OutboxFile.business)
        let (failures, told) = AsyncStream<ConnectlyError>.makeStream()
        let worker = try outbox.worker(client: file.client, onFailure: { told.yield($0) })
        let failure = await failures.first { _ in true }
        XCTAssertEqual(failure?.code, .outboxUnavailable)
        await worker.stop(within: .zero)
    }

    func testAWorkerThatCannotWorkIsRefused() async throws {
        let file = try OutboxFile(self)
        let (outbox, client) = (file.outbox, file.client)
        let stranger = try file.sandbox.client()
        let wrong = await code { try outbox.worker(client: stranger) }
        XCTAssertEqual(wrong, .wrongBusiness)
        let delivery = await code { try await outbox.deliver(client: stranger) }
        XCTAssertEqual(delivery, .wrongBusiness)
        let idle = await code { try outbox.worker(client: client, concurrency: 0) }
        XCTAssertEqual(idle, .invalidConcurrency)
        let slow = await code { try outbox.worker(client: client, rate: 0) }
        XCTAssertEqual(slow, .invalidOption)
    }
}

private actor Told {
    private(set) var attempts: [Outbox.Attempt] = []
    func add(_ attempt: Outbox.Attempt) { attempts.append(attempt) }
}
