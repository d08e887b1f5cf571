import ConnectlyConversions
import ConnectlyTesting
import Foundation
import XCTest

final class SandboxTests: XCTestCase {
    func testItForgetsOnReset() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        _ = try await client.send(Sample.purchase())
        try sandbox.failNext(.status(503).times(0))
        try sandbox.reset()
        _ = try await client.send(Sample.purchase())
        XCTAssertEqual(try sandbox.received.map(\.duplicate), [false])
        XCTAssertEqual(try sandbox.requests.map(\.status), [200])
    }

    func testFaultsAreClearedAndRefused() async throws {
        let sandbox = try Sandbox()
        try sandbox.failNext(.notReceived.times(0))
        try sandbox.clearFaults()
        _ = try await sandbox.client().send(Sample.purchase())
        XCTAssertThrowsError(try sandbox.script(json: #"{"kind":"rain"}"#)) { error in
            XCTAssertEqual((error as? ConnectlyError)?.code, .invalidOption)
        }
        XCTAssertThrowsError(try sandbox.failNext(.status(7)))
    }

    func testEveryFaultIsOneThatItKnows() throws {
        let sandbox = try Sandbox()
        let faults: [Fault] = [
            .status(503).headers(["X-Trace": "1"]).recorded(true), .delay(.milliseconds(1)),
            .hang, .reset, .resetAfterRecording, .halfAnswer, .garbage, .oversizedBody,
            .slowDrip, .closeIdle, .hugeHeader, .gzipBomb, .notReceived, .duplicateAnswer,
            .redirect(to: "/elsewhere"),
        ]
        for fault in faults { XCTAssertNoThrow(try sandbox.failNext(fault.order("A"))) }
    }

    func testItsClockIsTheTests() async throws {
        let sandbox = try Sandbox()
        try sandbox.setNow(Date(timeIntervalSince1970: 1_746_480_000))
        let client = try sandbox.client(retry: .never)
        let later = try ConversionEvent.viewContent(
            tracking: Sample.tracking(), items: [Item(id: "a")],
            eventTime: Date(timeIntervalSince1970: 1_746_480_301))
        do {
            _ = try await client.send(later)
            XCTFail("an event of the future was taken")
        } catch ConnectlyError.rejected(let details) {
            XCTAssertEqual(details.status, 400)
        }
    }

    func testItWaitsForWhatIsReportedInTheBackground() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        Task { _ = await client.sendMany([try Sample.purchase("A"), try Sample.purchase("B")]) }
        let received = try await sandbox.wait(for: 2)
        XCTAssertEqual(Set(received.map(\.orderID)), ["A", "B"])
        let none = try await sandbox.wait(for: 3, timeout: .milliseconds(1))
        XCTAssertEqual(none.count, 2)
    }

    func testItStops() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client(retry: .never)
        sandbox.stop()
        XCTAssertThrowsError(try sandbox.received)
        do {
            _ = try await client.send(Sample.purchase())
            XCTFail("it still answers")
        } catch ConnectlyError.network(let details) {
            XCTAssertEqual(details.code, .connectFailed)
        }
    }
}
