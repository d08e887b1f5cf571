import ConnectlyConversions
import ConnectlyTesting
import Foundation
import XCTest

final class BatchTests: XCTestCase {
    func testABatchTellsOfEachInOrder() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        try sandbox.failNext(.status(400).order("ORD-3").times(0))
        let events = try (0..<8).map { try Sample.purchase("ORD-\($0)") }
        let outcomes = await client.sendMany(events, concurrency: 3)
        XCTAssertEqual(outcomes.map(\.event), events)
        XCTAssertEqual(outcomes.map { $0.receipt != nil }, (0..<8).map { $0 != 3 })
        XCTAssertEqual((outcomes[3].error as? ConnectlyError)?.kind, .rejected)
        XCTAssertEqual(try sandbox.received.count, 7)
    }

    func testACancelledBatchKeepsItsReceipts() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        try sandbox.failNext(.hang.order("ORD-1").times(0))
        let events = try (0..<3).map { try Sample.purchase("ORD-\($0)") }
        let task = Task { await client.sendMany(events, concurrency: 1) }
        while try sandbox.requests.count < 2 { await Task.yield() }
        task.cancel()
        let outcomes = await task.value
        XCTAssertNotNil(outcomes[0].receipt)
        XCTAssertTrue(outcomes[1].error is CancellationError)
        XCTAssertTrue(outcomes[2].error is CancellationError)
        XCTAssertEqual(try sandbox.requests.count, 2)
    }

    func testNoConcurrencyIsAnErrorOfEveryEvent() async throws {
        let client = try Sandbox().client()
        let events = [try Sample.purchase()]
        for concurrency in [0, -1] {
            let outcomes = await client.sendMany(events, concurrency: concurrency)
            XCTAssertEqual(
                outcomes.map { ($0.error as? ConnectlyError)?.code }, [.invalidConcurrency])
        }
    }

    func testAnAnswerThatWaitsBehindAHangingOneSurvivesACancel() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        try sandbox.failNext(.hang.order("ORD-0").times(0))
        let events = try (0..<3).map { try Sample.purchase("ORD-\($0)") }
        let task = Task { await client.sendMany(events, concurrency: 3) }
        try await sandbox.wait(for: 2)
        // One thread reads all answers, so that these two come behind those of the batch.
        for probe in ["A", "B"] { _ = try await client.send(Sample.purchase(probe)) }
        task.cancel()
        let outcomes = await task.value
        XCTAssertTrue(outcomes[0].error is CancellationError)
        XCTAssertNotNil(outcomes[1].receipt)
        XCTAssertNotNil(outcomes[2].receipt)
    }

    func testNoMoreEventsArePulledThanAreInFlight() async throws {
        let client = try Sandbox().client()
        let pulled = Counter()
        let endless = sequence(state: 0) { number -> ConversionEvent? in
            number += 1
            pulled.value = number
            return try? Sample.purchase("ORD-\(number)")
        }
        var orders: [String?] = []
        for try await outcome in client.outcomes(endless, concurrency: 3) {
            XCTAssertNotNil(outcome.receipt)
            orders.append(outcome.event.orderID)
            XCTAssertLessThanOrEqual(pulled.value, orders.count - 1 + 3)
            if orders.count == 10 { break }
        }
        XCTAssertEqual(orders, (1...10).map { "ORD-\($0)" })
    }

    func testNoOutcomeWaitsForASourceThatTakesItsTime() async throws {
        let client = try Sandbox().client()
        let (source, events) = AsyncStream.makeStream(of: ConversionEvent.self)
        var outcomes = client.outcomes(source).makeAsyncIterator()
        for number in 0..<5 {
            events.yield(try Sample.purchase("ORD-\(number)"))
            let outcome = try await outcomes.next()
            XCTAssertEqual(outcome?.event.orderID, "ORD-\(number)")
            XCTAssertNotNil(outcome?.receipt)
        }
        events.finish()
        let end = try await outcomes.next()
        XCTAssertNil(end)
    }

    func testAnAsyncSourceIsPulledNoFurtherAheadThanIsInFlight() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        try sandbox.failNext(.hang.times(0))
        let pulled = Counter()
        let source = AsyncStream<ConversionEvent>(unfolding: {
            pulled.value += 1
            return try? Sample.purchase("ORD-\(pulled.value)")
        })
        let task = Task {
            for try await _ in client.outcomes(source, concurrency: 2) {}
        }
        while try sandbox.requests.count < 2 { await Task.yield() }
        task.cancel()
        let result = await task.result
        XCTAssertThrowsError(try result.get()) { XCTAssertTrue($0 is CancellationError, "\($0)") }
        XCTAssertEqual(pulled.value, 2)
    }

    func testWhereTheSourceThrowsTheOutcomesSoFarAreAttached() async throws {
        struct RowIsGone: Error {}
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        let source = AsyncThrowingStream<ConversionEvent, any Error> { events in
            events.yield(with: Result { try Sample.purchase("ORD-0") })
            events.yield(with: Result { try Sample.purchase("ORD-1") })
            events.finish(throwing: RowIsGone())
        }
        do {
            _ = try await client.sendMany(source)
            XCTFail("nothing was thrown")
        } catch let interrupted as InterruptedBatch {
            XCTAssertTrue(interrupted.underlying is RowIsGone)
            XCTAssertEqual(interrupted.outcomes.map(\.event.orderID), ["ORD-0", "ORD-1"])
            XCTAssertEqual(interrupted.outcomes.map { $0.receipt != nil }, [true, true])
        }
        XCTAssertEqual(try sandbox.received.count, 2)
    }

    func testACancelEndsABatchWhoseSourceIsStuck() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        let (source, events) = AsyncStream.makeStream(of: ConversionEvent.self)
        events.yield(try Sample.purchase())
        let task = Task { try await client.sendMany(source) }
        try await sandbox.wait(for: 1)
        _ = try await client.send(Sample.purchase("A"))
        task.cancel()
        do {
            _ = try await task.value
            XCTFail("nothing was thrown")
        } catch let interrupted as InterruptedBatch {
            XCTAssertTrue(interrupted.underlying is CancellationError)
            XCTAssertEqual(interrupted.outcomes.map { $0.receipt != nil }, [true])
        }
    }

    func testLeavingTheLoopLetsGoOfTheSource() async throws {
        let client = try Sandbox().client()
        let (source, events) = AsyncStream.makeStream(of: ConversionEvent.self)
        let letGo = expectation(description: "the source is let go of")
        events.onTermination = { _ in letGo.fulfill() }
        events.yield(try Sample.purchase())
        for try await _ in client.outcomes(source) { break }
        await fulfillment(of: [letGo], timeout: 60)
    }

    func testARefusedKeyStopsWhatHasNotBeenStarted() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        try sandbox.failNext(.status(401).times(0))
        let events = try (0..<5).map { try Sample.purchase("ORD-\($0)") }
        var attempts: [Int?] = []
        for try await outcome in client.outcomes(events, concurrency: 1) {
            let error = outcome.error as? ConnectlyError
            XCTAssertEqual(error?.kind, .authentication)
            attempts.append(error?.attempts)
        }
        XCTAssertEqual(attempts, [1, 0, 0, 0, 0])
        XCTAssertEqual(try sandbox.requests.count, 1)
    }

    func testAStreamOfNoConcurrencyThrows() async throws {
        let client = try Sandbox().client()
        do {
            for try await _ in client.outcomes([try Sample.purchase()], concurrency: 0) {}
            XCTFail("nothing was thrown")
        } catch ConnectlyError.configuration(let details) {
            XCTAssertEqual(details.code, .invalidConcurrency)
        }
    }
}

/// A number that closures of a test share.
private final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private var number = 0
    var value: Int {
        get { lock.withLock { number } }
        set { lock.withLock { number = newValue } }
    }
}
