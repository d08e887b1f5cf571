import ConnectlyConversions
import Foundation
import XCTest

/// Runs `tests/vectors/response.json` over a real connection.
final class ResponseTests: XCTestCase {
    func testResponse() async throws {
        var report = Report()
        for var vector in try Contract.vectors("response") {
            let name = try vector.string("name") ?? ""
            _ = vector.take("why")
            // What an answer means does not depend on it.
            _ = try vector.bool("order_id")
            let now = try vector.date("now")
            let status = try vector.number("status") ?? 0
            let headers = try Self.headers(vector.needed("headers"))
            let body = try vector.string("body") ?? ""
            var expected = try Members(vector.needed("expect"), in: name)
            try vector.finish()
            let receipt = expected.take("receipt")
            let error = expected.take("error")
            try expected.finish()
            let waits = try error.map { try Members($0, in: name) }.flatMap { members in
                var members = members
                return try members.number("retry_after")
            }
            let answer = Self.answer(
                Int(status), headers, body, date: waits == nil ? nil : now)
            let found = try await Self.send(answer)
            report.note(name, try Self.difference(receipt, error, found))
        }
        report.finish()
        XCTAssertEqual(report.run, try Contract.count("response"))
    }

    private static func headers(_ json: JSON) throws -> [(String, String)] {
        guard case .object(let members) = json else { throw ContractError("headers") }
        return try members.map { member in
            guard case .string(let value) = member.value else { throw ContractError("a header") }
            return (member.name, value)
        }
    }

    /// The answer's bytes. The client reads the real clock, so an answer whose `Retry-After`
    /// counts from the case's clock tells it in its own `Date`, which means the same.
    private static func answer(
        _ status: Int, _ headers: [(String, String)], _ body: String, date: Date?
    ) -> String {
        var headers = headers
        if let date, !headers.contains(where: { $0.0.lowercased() == "date" }) {
            let format = DateFormatter()
            format.locale = Locale(identifier: "en_US_POSIX")
            format.timeZone = TimeZone(identifier: "GMT")
            format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
            headers.append(("Date", format.string(from: date)))
        }
        let lines = headers.map { "\($0.0): \($0.1)\r\n" }.joined()
        return "HTTP/1.1 \(status) Scripted\r\n\(lines)Connection: close\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private static func send(_ answer: String) async throws -> Result<Receipt, any Error> {
        let server = try RawServer { answer }
        let client = try Client(
            apiKey: "k", businessID: UUID(), baseURL: server.url, retry: .never)
        do {
            let receipt = try await client.send(Sample.purchase())
            return withExtendedLifetime(server) { .success(receipt) }
        } catch {
            return .failure(error)
        }
    }

    private static func difference(
        _ receipt: JSON?, _ error: JSON?, _ found: Result<Receipt, any Error>
    ) throws -> String? {
        switch (receipt, error, found) {
        case (let receipt?, nil, .success(let found)):
            var wanted = try Members(receipt, in: "receipt")
            let events = try wanted.number("events_received")
            try wanted.finish()
            return events == Double(found.eventsReceived) ? nil : "found \(found)"
        case (nil, let error?, .failure(let found as ConnectlyError)):
            var wanted = try Members(error, in: "error")
            let message = try wanted.string("message")
            // Of an event with an order id, what is neither refused nor the sender's fault may be
            // sent again.
            let disposition = try wanted.string("disposition") ?? ""
            let retryable = ["never_sent", "not_recorded", "ambiguous"].contains(disposition)
            let kind = try wanted.string("kind")
            let code = try wanted.string("code")
            let retryAfter = try wanted.number("retry_after").map { Duration.seconds($0) }
            try wanted.finish()
            let same =
                kind == found.kind.rawValue && code == found.code.rawValue
                && retryAfter == found.retryAfter && retryable == found.retryable
                && (message == nil || message == found.message)
            return same ? nil : "expected \(error.text), found \(found) \(found.details)"
        default:
            return "found \(found)"
        }
    }
}
