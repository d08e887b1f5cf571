import ConnectlyConversions
import ConnectlyTesting
import Foundation
import XCTest

/// What is enqueued, and what may be done with it before it is sent.
final class OutboxTests: XCTestCase {
    func testAnEventIsOnTheDiskAndIsDelivered() async throws {
        let file = try OutboxFile(self)
        XCTAssertEqual(file.outbox.businessID, OutboxFile.business)
        let enqueued = try await file.outbox.enqueue(OutboxFile.purchase("A"))
        XCTAssertEqual(enqueued.state, .pending)
        XCTAssertFalse(enqueued.duplicate || enqueued.replaced || enqueued.conflict)
        await file.outbox.close()

        let other = try Outbox.open(file.url, businessID: OutboxFile.business)
        let waiting = try await other.counts()
        XCTAssertEqual(waiting.pending, 1)
        let delivered = try await other.deliver(client: file.client)
        XCTAssertEqual(delivered.accepted, 1)
        try file.sandbox.assertReported(orderID: "A", value: "99.97", currency: "USD")
        let record = try await other.status(.order("A"))
        XCTAssertEqual(record?.id, enqueued.id)
        XCTAssertEqual(record?.eventName, .purchase)
        XCTAssertEqual(record?.state, .accepted)
        XCTAssertEqual(record?.attempts, 1)
        XCTAssertEqual(record?.status, 200)
        XCTAssertEqual(record?.value, Sample.amount("99.97"))
        XCTAssertNotNil(record?.finishedAt)
        let unknown = try await other.status(.order("A", eventName: .viewContent))
        XCTAssertNil(unknown)
    }

    func testAnOrderIsOneRow() async throws {
        let outbox = try OutboxFile(self).outbox
        let first = try await outbox.enqueue(OutboxFile.purchase("A"))
        let again = try await outbox.enqueue(OutboxFile.purchase("A"))
        XCTAssertTrue(again.duplicate && !again.conflict)
        let other = try await outbox.enqueue(OutboxFile.purchase("A", value: "1.00"))
        XCTAssertTrue(other.duplicate && other.conflict)
        XCTAssertEqual([again.id, other.id], [first.id, first.id])
        let record = try await outbox.status(.id(first.id))
        XCTAssertEqual(record?.value, Sample.amount("99.97"))
    }

    func testManyAreAllTakenOrNone() async throws {
        let outbox = try OutboxFile(self, maxEvents: 3).outbox
        let events = try ["A", "B", "A"].map { try OutboxFile.purchase($0) }
        let enqueued = try await outbox.enqueueMany(events)
        XCTAssertEqual(enqueued.map(\.duplicate), [false, false, true])
        let tooMany = try ["C", "D"].map { try OutboxFile.purchase($0) }
        let refused = await code { try await outbox.enqueueMany(tooMany) }
        XCTAssertEqual(refused, .outboxFull)
        let counts = try await outbox.counts()
        XCTAssertEqual(counts.pending, 2)
    }

    func testAHeldEventWaitsForItsRelease() async throws {
        let file = try OutboxFile(self)
        let held = try await file.outbox.enqueue(OutboxFile.purchase("A"), holdUntil: .release)
        XCTAssertEqual(held.state, .held)
        let nothing = try await file.outbox.deliver(client: file.client)
        XCTAssertEqual(nothing.accepted, 0)
        let released = try await file.outbox.release(.order("A"))
        XCTAssertTrue(released.changed)
        XCTAssertEqual(released.state, .pending)
        let delivered = try await file.outbox.deliver(client: file.client)
        XCTAssertEqual(delivered.accepted, 1)
    }

    func testAHoldMayEndByItself() async throws {
        let outbox = try OutboxFile(self).outbox
        // A whole millisecond, as the ledger keeps it.
        let until = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded() + 86_400.125)
        try await outbox.enqueue(OutboxFile.purchase("A"), holdUntil: .time(until))
        let record = try await outbox.status(.order("A"))
        XCTAssertEqual(record?.state, .held)
        XCTAssertEqual(record?.dueAt, until)
    }

    func testADateThatIsNoMomentHoldsAndPausesNothing() async throws {
        let outbox = try OutboxFile(self).outbox
        let event = try OutboxFile.purchase("A")
        for date in [Date(timeIntervalSince1970: .nan), Date(timeIntervalSince1970: -1)] {
            do {
                try await outbox.enqueue(event, holdUntil: .time(date))
                XCTFail("\(date) was taken")
            } catch ConnectlyError.configuration(let details) {
                XCTAssertEqual(details.code, .invalidOption)
                XCTAssertTrue(details.message.hasPrefix("holdUntil: "), details.message)
            }
            let refused = await code { try await outbox.pause(until: date) }
            XCTAssertEqual(refused, .invalidOption)
        }
        let counts = try await outbox.counts()
        XCTAssertEqual(counts.pending + counts.held, 0)
    }

    func testWhatIsCancelledIsNeverSent() async throws {
        let file = try OutboxFile(self)
        try await file.outbox.enqueue(OutboxFile.purchase("A"), holdUntil: .release)
        let cancelled = try await file.outbox.cancel(.order("A"), reason: "not paid at the door")
        XCTAssertTrue(cancelled.changed)
        let record = try await file.outbox.status(.order("A"))
        XCTAssertEqual(record?.state, .cancelled)
        XCTAssertEqual(record?.reason, "not paid at the door")
        let late = try await file.outbox.release(.order("A"))
        XCTAssertFalse(late.changed)
        XCTAssertEqual(late.state, .cancelled)
        let unknown = try await file.outbox.cancel(.order("B"))
        XCTAssertFalse(unknown.changed)
        XCTAssertNil(unknown.state)
        try await file.outbox.deliver(client: file.client)
        XCTAssertEqual(try file.sandbox.requests, [])
    }

    func testASkippedOrderTellsWhy() async throws {
        let outbox = try OutboxFile(self).outbox
        let skipped = try await outbox.skip(7821, reason: "staff")
        XCTAssertTrue(skipped.changed)
        XCTAssertEqual(skipped.state, .skipped)
        let record = try await outbox.status(.order(7821))
        XCTAssertEqual(record?.reason, "staff")
        let enqueued = try await outbox.enqueue(OutboxFile.purchase("7821"))
        XCTAssertTrue(enqueued.replaced)
    }

    func testACustomerIsForgotten() async throws {
        let file = try OutboxFile(self)
        try await file.outbox.enqueue(OutboxFile.purchase("A", tracking: "ours"))
        try await file.outbox.deliver(client: file.client)
        let id = try await file.outbox.enqueue(OutboxFile.purchase("B", tracking: "ours")).id
        try await file.outbox.enqueue(OutboxFile.purchase("C", tracking: "another"))
        let forgotten = try await file.outbox.forget(.tracking("ours"))
        XCTAssertEqual(forgotten.forgotten, 2)
        XCTAssertEqual(forgotten.later, 0)
        let record = try await file.outbox.status(.id(id))
        XCTAssertNotNil(record?.forgottenAt)
        XCTAssertNil(record?.orderID)
        XCTAssertEqual(record?.hasPayload, false)
        try await file.outbox.deliver(client: file.client)
        XCTAssertEqual(try file.sandbox.received.map(\.orderID), ["A", "C"])
    }

    func testATaskThatWasCancelledEnqueuesNothing() async throws {
        let outbox = try OutboxFile(self).outbox
        let event = try OutboxFile.purchase("A")
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await outbox.enqueue(event)
        }
        let result = await task.result
        XCTAssertThrowsError(try result.get()) { XCTAssertTrue($0 is CancellationError, "\($0)") }
        let counts = try await outbox.counts()
        XCTAssertEqual(counts.pending, 0)
    }

    func testASettingThatCannotBeUsedIsNamed() async throws {
        let here = "sqlite:///tmp/connectly.db"
        func refused(_ open: @autoclosure () throws -> Outbox) -> String? {
            do {
                _ = try open()
                return nil
            } catch {
                guard case .configuration(let details)? = error as? ConnectlyError else {
                    return "\(error)"
                }
                return "\(details.code): \(details.message.prefix { $0 != ":" })"
            }
        }
        let business = OutboxFile.business
        XCTAssertEqual(
            refused(try Outbox.open(here, businessID: business, enqueueTimeout: .zero)),
            "invalid_timeout: enqueueTimeout")
        XCTAssertEqual(
            refused(try Outbox.open(here, businessID: business, maxEvents: 0)),
            "invalid_option: maxEvents")
        XCTAssertEqual(
            refused(try Outbox.open(here, businessID: business, maxBytes: -1)),
            "invalid_option: maxBytes")
        XCTAssertEqual(
            refused(try Outbox.open(here, businessID: business, giveUpAfter: .seconds(-1))),
            "invalid_timeout: giveUpAfter")
        XCTAssertEqual(
            refused(try Outbox.open(here, businessID: business, keepPayloads: .zero)),
            "invalid_timeout: keepPayloads")
        // More than four billion.
        XCTAssertNil(refused(try Outbox.open(here, businessID: business, maxBytes: 1 << 33)))
        let relative = await code { _ = try Outbox.open("sqlite:shop.db", businessID: business) }
        XCTAssertEqual(relative, .invalidOutboxURL)
        let nobody = await code { _ = try Outbox.open(here, businessID: "none") }
        XCTAssertEqual(nobody, .invalidBusinessID)
    }

    func testAFolderThatIsNotThereIsToldAtTheFirstUse() async throws {
        let folder = try OutboxFile.folder()
        try FileManager.default.removeItem(at: folder)
        let outbox = try Outbox.open(
            "sqlite://\(folder.path)/connectly.db", businessID: OutboxFile.business)
        do {
            try await outbox.enqueue(OutboxFile.purchase("A"))
            XCTFail("it was taken")
        } catch ConnectlyError.outbox(let details) {
            XCTAssertEqual(details.code, .outboxUnavailable)
        }
    }
}
