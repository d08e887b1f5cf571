import ConnectlyConversions
import ConnectlyTesting
import Foundation
import XCTest

final class ClientTests: XCTestCase {
    private let business = "3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a"

    private func error(_ body: () async throws -> Void) async -> ConnectlyError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? ConnectlyError
        }
    }

    func testAPurchaseArrives() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client(businessID: business)
        let event = try Sample.purchase()
        let receipt = try await client.send(event)
        XCTAssertEqual(receipt.eventsReceived, 1)
        XCTAssertEqual(receipt.attempts, 1)
        XCTAssertEqual(receipt.status, 200)
        let received = try sandbox.received
        XCTAssertEqual(received.map(\.orderID), ["ORD-7821"])
        XCTAssertEqual(received.first?.value, Sample.amount("99.97"))
        XCTAssertEqual(received.first?.businessID, business)
        let request = try XCTUnwrap(sandbox.requests.first)
        XCTAssertEqual(Array(request.body.utf8), Array(event.toWire()))
        XCTAssertEqual(request.path, "/external/v1/businesses/\(business)/conversion_events")
        XCTAssertEqual(request.headers["content-type"], "application/json")
        XCTAssertEqual(request.headers["x-api-key"], "***")
    }

    func testTheKeyIsSentAndShownNowhere() async throws {
        let sandbox = try Sandbox(apiKey: "canary-7c1e", businessID: business)
        let client = try sandbox.client(apiKey: "canary-7c1e", businessID: business)
        _ = try await client.send(Sample.purchase())
        let refused = try sandbox.client(apiKey: "canary-other", businessID: business)
        let error = await error { _ = try await refused.send(Sample.purchase()) }
        guard case .authentication(let details)? = error else {
            return XCTFail("\(String(describing: error))")
        }
        XCTAssertEqual(details.status, 401)
        var dumped = ""
        dump(client, to: &dumped)
        dump(error, to: &dumped)
        XCTAssertFalse((dumped + "\(client) \(details)").contains("canary"))
    }

    func testARefusalIsToldVerbatim() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        try sandbox.failNext(.status(400).body(#"{"error":{"message":"Invalid ad id é"}}"#))
        let error = await error { _ = try await client.send(Sample.purchase()) }
        guard case .rejected(let details)? = error else {
            return XCTFail("\(String(describing: error))")
        }
        XCTAssertEqual(details.message, "Invalid ad id é")
        XCTAssertEqual(details.rawBody, #"{"error":{"message":"Invalid ad id é"}}"#)
        XCTAssertEqual(details.attempts, 1)
        XCTAssertFalse(details.retryable)
        XCTAssertEqual(error?.failureReason, "Invalid ad id é")
        XCTAssertEqual(error?.localizedDescription, "rejected: Invalid ad id é")
    }

    func testRetryAfterIsADuration() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        try sandbox.failNext(.status(429).retryAfter(seconds: 120).times(0))
        let error = await error { _ = try await client.send(Sample.purchase()) }
        XCTAssertEqual(error?.kind, .rateLimited)
        XCTAssertEqual(error?.retryAfter, .seconds(120))
        XCTAssertEqual(error?.retryable, true)
    }

    func testAFailureIsTriedAgain() async throws {
        let sandbox = try Sandbox()
        let retry = RetryPolicy(retries: 2, base: .milliseconds(1), cap: .milliseconds(2))
        let client = try sandbox.client(retry: retry)
        try sandbox.failNext(.resetAfterRecording.order("ORD-7821"))
        let receipt = try await client.send(Sample.purchase())
        XCTAssertEqual(receipt.attempts, 2)
        XCTAssertEqual(try sandbox.received.map(\.times), [2, 2])
    }

    func testCancellingTheTaskStopsTheRequest() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        try sandbox.failNext(.hang)
        let event = try Sample.purchase()
        let task = Task { try await client.send(event) }
        while try sandbox.requests.isEmpty { await Task.yield() }
        task.cancel()
        let result = await task.result
        XCTAssertThrowsError(try result.get()) { XCTAssertTrue($0 is CancellationError, "\($0)") }
    }

    func testATaskThatWasCancelledBeforeSendsNothing() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        let event = try Sample.purchase()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await client.send(event)
        }
        let result = await task.result
        XCTAssertThrowsError(try result.get()) { XCTAssertTrue($0 is CancellationError, "\($0)") }
        XCTAssertEqual(try sandbox.requests, [])
    }

    func testItsRoundingReachesTheEventsThatAreMadeForIt() throws {
        let client = try Client(
            apiKey: "k", businessID: business,
            baseURL: XCTUnwrap(URL(string: "http://127.0.0.1:9")),
            rounding: .currency)
        let purchase = try client.purchase(
            tracking: Sample.tracking(), orderID: "A", currency: "JPY", value: "1500.5")
        XCTAssertEqual(purchase.value, 1500)
        XCTAssertEqual(purchase.warnings.map(\.code), [.amountRounded])
        let view = try client.viewContent(
            tracking: Sample.tracking(), currency: "JPY", value: "1501.5",
            options: EventOptions(extraCurrencies: []))
        XCTAssertEqual(view.value, 1502)
        let asGiven = try client.purchase(
            tracking: Sample.tracking(), orderID: "A", currency: "JPY", value: "1500.5",
            options: EventOptions(rounding: .never))
        XCTAssertEqual(asGiven.value, Sample.amount("1500.5"))
    }

    func testItsUserAgentIsAddedToOurs() async throws {
        let sandbox = try Sandbox()
        let client = try Client(
            apiKey: "k", businessID: business, baseURL: sandbox.url, userAgent: "shop/7")
        _ = try await client.send(Sample.purchase())
        let agent = try sandbox.requests.first?.headers["user-agent"] ?? ""
        XCTAssertTrue(agent.hasPrefix("connectly-conversions/"), agent)
        XCTAssertTrue(agent.hasSuffix(" shop/7"), agent)
    }

    func testAFailedConnectionSaysWhatLiesBeneath() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client(retry: .never)
        sandbox.stop()
        let error = await error { _ = try await client.send(Sample.purchase()) }
        XCTAssertEqual(error?.code, .connectFailed)
        let causes = error?.causes ?? []
        XCTAssertTrue(causes.contains { $0.contains("refused") }, "\(causes)")
    }

    func testKindsAreCaughtByTheirCases() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        for status in [401, 404, 400] {
            try sandbox.failNext(.status(status))
            do {
                _ = try await client.send(Sample.purchase())
                XCTFail("\(status) is no receipt")
            } catch ConnectlyError.authentication(_), ConnectlyError.notFound(_) {
                XCTAssertNotEqual(status, 400)
            } catch let error as ConnectlyError where !error.retryable {
                XCTAssertEqual(error.status, 400)
            }
        }
    }

    func testAClosedClientRefuses() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        client.close()
        let error = await error { _ = try await client.send(Sample.purchase()) }
        XCTAssertEqual(error?.code, .clientClosed)
        XCTAssertEqual(try sandbox.requests, [])
    }

    func testCloseWaitsForWhatIsInFlight() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        try sandbox.failNext(.delay(.milliseconds(50)))
        let event = try Sample.purchase()
        let task = Task { try await client.send(event) }
        while try sandbox.requests.isEmpty { await Task.yield() }
        let cutOff = await client.close(timeout: .seconds(60))
        XCTAssertEqual(cutOff, 0)
        let receipt = try await task.value
        XCTAssertEqual(receipt.eventsReceived, 1)
    }

    func testCloseCutsOffWhatTakesTooLongAndTellsIt() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        try sandbox.failNext(.hang.times(0))
        let event = try Sample.purchase()
        let batch = Task { await client.sendMany([event, event], concurrency: 1) }
        let single = Task { try await client.send(event) }
        while try sandbox.requests.count < 2 { await Task.yield() }
        let cutOff = await client.close(timeout: .milliseconds(1))
        XCTAssertEqual(cutOff, 2)
        let error = await error { _ = try await single.value }
        XCTAssertEqual(error?.code, .clientClosed)
        XCTAssertEqual(error?.retryable, true)
        XCTAssertEqual(error?.attempts, 1)
        let outcomes = await batch.value.map { $0.error as? ConnectlyError }
        XCTAssertEqual(outcomes.map { $0?.code }, [.clientClosed, .clientClosed])
        // The second was never sent.
        XCTAssertEqual(outcomes.map { $0?.attempts }, [1, 0])
        XCTAssertEqual(try sandbox.requests.count, 2)
    }

    func testManyTasksShareOneClient() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        let attempts = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<50 {
                group.addTask { try await client.send(Sample.purchase("ORD-\(number)")).attempts }
            }
            return try await group.reduce(0, +)
        }
        XCTAssertEqual(attempts, 50)
        XCTAssertEqual(Set(try sandbox.received.map(\.orderID)).count, 50)
    }

    func testSettingsAreChecked() throws {
        let local = try XCTUnwrap(URL(string: "http://127.0.0.1:9"))
        let plain = try XCTUnwrap(URL(string: "http://api.example"))
        let wrong: [(ConnectlyError.Code, () throws -> Client)] = [
            (.invalidBusinessID, { try Client(apiKey: "k", businessID: "shop", baseURL: local) }),
            (.insecureBaseURL, { try Client(apiKey: "k", businessID: UUID(), baseURL: plain) }),
            (.invalidAPIKey, { try Client(apiKey: "k\n", businessID: UUID(), baseURL: local) }),
            (
                .invalidTimeout,
                {
                    try Client(
                        apiKey: "k", businessID: UUID(), baseURL: local, timeout: .seconds(-1))
                }
            ),
            (
                .invalidRetryPolicy,
                {
                    try Client(
                        apiKey: "k", businessID: UUID(), baseURL: local,
                        retry: RetryPolicy(retries: -1))
                }
            ),
            (
                .invalidOption,
                { try Client(apiKey: "k", businessID: UUID(), baseURL: local, maxConnections: 0) }
            ),
            (
                .invalidCABundle,
                {
                    try Client(
                        apiKey: "k", businessID: UUID(), baseURL: local,
                        caBundle: URL(fileURLWithPath: "/nowhere.pem"))
                }
            ),
        ]
        for (code, make) in wrong {
            XCTAssertThrowsError(try make()) { error in
                XCTAssertEqual((error as? ConnectlyError)?.kind, .configuration)
                XCTAssertEqual((error as? ConnectlyError)?.code, code)
            }
        }
    }

    func testADeadlineIsKept() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client(timeout: .milliseconds(50))
        try sandbox.failNext(.hang.times(0))
        let error = await error { _ = try await client.send(Sample.purchase()) }
        XCTAssertEqual(error?.kind, .timeout)
        XCTAssertEqual(error?.code, .deadlineExceeded)
        let patient = try sandbox.client(timeout: .seconds(600))
        let own = await self.error {
            _ = try await patient.send(Sample.purchase(), timeout: .milliseconds(50))
        }
        XCTAssertEqual(own?.code, .deadlineExceeded)
        let wrong = await self.error {
            _ = try await patient.send(Sample.purchase(), timeout: .seconds(-1))
        }
        XCTAssertEqual(wrong?.code, .invalidTimeout)
    }
}
