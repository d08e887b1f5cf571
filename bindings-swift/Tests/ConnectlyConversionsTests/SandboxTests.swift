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
        do {
            try await sandbox.wait(for: 3, timeout: .milliseconds(1))
            XCTFail("nobody sent a third")
        } catch let short as NotReported {
            XCTAssertTrue(short.message.hasPrefix("3 were expected within 0.001 s, 2 came"))
        }
    }

    func testItStops() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client(retry: .never)
        sandbox.stop()
        XCTAssertEqual(try sandbox.received, [])
        do {
            _ = try await client.send(Sample.purchase())
            XCTFail("it still answers")
        } catch ConnectlyError.network(let details) {
            XCTAssertEqual(details.code, .connectFailed)
        }
    }

    func testAStopEndsTheWaitAndClosesThePort() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client(retry: .never)
        async let waiting = sandbox.wait(for: 1, timeout: .seconds(600))
        sandbox.stop()
        do {
            _ = try await client.send(Sample.purchase())
            XCTFail("it still answers")
        } catch ConnectlyError.network(let details) {
            XCTAssertEqual(details.code, .connectFailed)
        }
        do {
            _ = try await waiting
            XCTFail("nothing came")
        } catch let stopped as NotReported {
            XCTAssertTrue(stopped.message.contains("before the sandbox was stopped"))
        }
    }

    func testAssertionsSayWhatCameInstead() async throws {
        let sandbox = try Sandbox()
        try sandbox.assertNotReported(orderID: "A")
        XCTAssertThrowsError(try sandbox.assertReported(orderID: "A")) { error in
            XCTAssertEqual(
                "\(error)", "order A was expected once and did not come; received: nothing")
        }
        _ = try await sandbox.client().send(Sample.purchase("A"))
        let value = try XCTUnwrap(sandbox.received.first?.value)
        let found = try sandbox.assertReported(orderID: "A", value: value, currency: "usd")
        XCTAssertEqual(found.orderID, "A")
        XCTAssertThrowsError(try sandbox.assertReported(orderID: "A", value: value + 1))
        XCTAssertThrowsError(try sandbox.assertReported(orderID: "A", times: 0))
        XCTAssertThrowsError(try sandbox.assertNotReported(orderID: "A"))
    }

    func testAClientOfProductionRefusesWhileASandboxRuns() async throws {
        let sandbox = try Sandbox()
        // Nobody listens at this proxy: nothing leaves the machine, whatever happens.
        let nobody = try Sandbox()
        nobody.stop()
        let client = try Client(
            apiKey: "a-real-key", businessID: UUID(),
            baseURL: URL(string: "https://api.connectly.ai"), retry: .never, proxy: nobody.url)
        do {
            _ = try await client.send(Sample.purchase())
            XCTFail("it was sent")
        } catch ConnectlyError.configuration(let details) {
            XCTAssertEqual(details.code, .sandboxActive)
        }
        XCTAssertEqual(try sandbox.requests, [])
    }

    func testPlainHTTPToAnotherMachineIsForTestsThatAskForIt() throws {
        let url = URL(string: "http://sandbox:8099")
        XCTAssertThrowsError(try Client(apiKey: "k", businessID: UUID(), baseURL: url)) { error in
            XCTAssertEqual((error as? ConnectlyError)?.code, .insecureBaseURL)
        }
        _ = try Client(
            apiKey: "k", businessID: UUID(), baseURL: url, allowInsecureHTTPForTests: true)
    }
}
