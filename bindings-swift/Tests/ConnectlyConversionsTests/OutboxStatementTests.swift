import ConnectlyConversions
import Foundation
import XCTest

/// The statement for a shop's own transaction, by its text and its parameters. What it does to a
/// server is the core's, and tested there.
final class OutboxStatementTests: XCTestCase {
    private typealias Value = Outbox.Statement.Value

    /// Nobody listens there: a statement asks no server.
    private static let url = "postgresql://shop@127.0.0.1:1/shop"

    private func outbox(_ query: String = "") throws -> Outbox {
        try Outbox.open(Self.url + query, businessID: OutboxFile.business)
    }

    private func values(_ statement: Outbox.Statement) -> [String: Value] {
        Dictionary(uniqueKeysWithValues: statement.parameters.map { ($0.name, $0.value) })
    }

    /// The core's file: one line, without its comments.
    private func schema() throws -> String {
        let file = Contract.folder.deletingLastPathComponent()
            .appendingPathComponent("core/schema/enqueue.postgres.sql")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            .map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty && !$0.hasPrefix("--") }
            .joined(separator: " ")
    }

    func testTheTextIsTheSchemasInEachStyle() throws {
        let schema = try schema()
        let writers: [Outbox.Statement.Style: (Int, String) -> String] = [
            .numeric: { number, _ in "$\(number)" },
            .pyformat: { _, name in "%(\(name))s" },
            .named: { _, name in ":\(name)" },
        ]
        XCTAssertEqual(Set(writers.keys), Set(Outbox.Statement.Style.allCases))
        for (style, write) in writers {
            let statement = try outbox().insertStatement(Sample.purchase(), style: style)
            var expected = schema
            for (index, parameter) in statement.parameters.enumerated() {
                let own = "CAST(:\(parameter.name) AS "
                XCTAssertTrue(expected.contains(own), own)
                expected = expected.replacingOccurrences(
                    of: own, with: "CAST(\(write(index + 1, parameter.name)) AS ")
            }
            XCTAssertEqual(statement.sql, expected, "\(style)")
        }
        let unsaid = try outbox().insertStatement(Sample.purchase())
        let numeric = try outbox().insertStatement(Sample.purchase(), style: .numeric)
        XCTAssertEqual(unsaid.sql, numeric.sql)
    }

    func testItWritesWhereTheOutboxIs() throws {
        let here = try outbox().insertStatement(Sample.purchase()).sql
        let there = try outbox("?schema=connectly").insertStatement(Sample.purchase()).sql
        XCTAssertTrue(here.contains("INSERT INTO connectly_outbox AS "), here)
        XCTAssertTrue(there.contains("INSERT INTO connectly.connectly_outbox AS "), there)
    }

    func testTheParametersAreTheEvents() throws {
        let event = try Sample.purchase()
        let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        var given = values(try outbox().insertStatement(event, traceparent: traceparent))
        // `printf '3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a\0Purchase\0ORD-7821' | sha256sum`
        XCTAssertEqual(
            given.removeValue(forKey: "conversion_key").map(hexadecimal),
            "700d5ba5f8c1cd5a45e543a0aafa1472b275e460da02e37a2ad971c90f570ed4")
        // `printf t1 | sha256sum`
        XCTAssertEqual(
            given.removeValue(forKey: "tracking_hash").map(hexadecimal),
            "628b49d96dcde97a430dd4f597705899e09a968f793491e4b704cae33a40dc02")
        // Of a form of the core's own.
        XCTAssertEqual(given.removeValue(forKey: "content_hash").map(hexadecimal)?.count, 64)
        XCTAssertEqual(
            given,
            [
                "business_id": .text(OutboxFile.business), "event_name": .text("Purchase"),
                "state": .text("pending"), "hold_until": .null, "order_id": .text("ORD-7821"),
                "event_time": .int8(1_746_480_000), "currency": .text("USD"),
                "value": .text("99.97"), "code": .null, "message": .null, "reason": .null,
                "document": .null, "issues": .null, "traceparent": .text(traceparent),
                "wire": .bytea(event.toWire()),
            ])
    }

    private func hexadecimal(_ value: Value) -> String {
        guard case .bytea(let bytes) = value else { return "\(value)" }
        return bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    func testAHeldEventTellsUntilWhen() throws {
        let outbox = try outbox()
        let event = try Sample.purchase()
        let until = Date(timeIntervalSince1970: 1_746_480_000.125)
        let timed = values(try outbox.insertStatement(event, holdUntil: .time(until)))
        XCTAssertEqual(timed["state"], .text("held"))
        XCTAssertEqual(timed["hold_until"], .int8(1_746_480_000_125))
        let released = values(try outbox.insertStatement(event, holdUntil: .release))
        XCTAssertEqual(released["state"], .text("held"))
        XCTAssertEqual(released["hold_until"], .null)
    }

    func testAnEventWithoutAnOrderIDHasNoKey() throws {
        let given = values(try outbox().insertStatement(Sample.purchase(nil)))
        XCTAssertEqual(given["conversion_key"], .null)
        XCTAssertEqual(given["order_id"], .null)
    }

    func testTheRowTellsWhatWasDone() throws {
        let statement = try outbox().insertStatement(Sample.purchase())
        let inserted = try statement.enqueued(id: 7, state: "pending", effect: "inserted")
        XCTAssertEqual(inserted.id, 7)
        XCTAssertEqual(inserted.state, .pending)
        XCTAssertFalse(inserted.duplicate || inserted.replaced || inserted.conflict)
        let replaced = try statement.enqueued(id: 7, state: "held", effect: "replaced")
        XCTAssertEqual(replaced.state, .held)
        XCTAssertTrue(replaced.replaced && !replaced.duplicate)
        let duplicate = try statement.enqueued(id: 7, state: "accepted", effect: "duplicate")
        XCTAssertTrue(duplicate.duplicate && !duplicate.conflict)
        let conflict = try statement.enqueued(id: 7, state: "accepted", effect: "conflict")
        XCTAssertTrue(conflict.duplicate && conflict.conflict)
    }

    func testARowOfAnotherStatementIsRefused() async throws {
        let statement = try outbox().insertStatement(Sample.purchase())
        for (state, effect) in [("paid", "inserted"), ("pending", "")] {
            let refused = await code {
                _ = try statement.enqueued(id: 1, state: state, effect: effect)
            }
            XCTAssertEqual(refused, .invalidOption)
        }
    }

    func testWhatCannotBeWrittenIsRefused() async throws {
        let file = try OutboxFile(self).outbox
        let event = try Sample.purchase()
        let inAFile = await code { _ = try file.insertStatement(event) }
        XCTAssertEqual(inAFile, .invalidOutboxURL)
        let server = try outbox()
        let noMoment = await code {
            let date = Date(timeIntervalSince1970: .nan)
            _ = try server.insertStatement(event, holdUntil: .time(date))
        }
        XCTAssertEqual(noMoment, .invalidOption)
    }

    func testAStatementDoesNotTellWhoTheCustomerIs() throws {
        let statement = try outbox().insertStatement(Sample.purchase())
        var dumped = ""
        dump(statement, to: &dumped)
        for text in ["\(statement)", String(reflecting: statement), dumped] {
            XCTAssertFalse(text.contains("ORD-7821"), text)
        }
    }
}
