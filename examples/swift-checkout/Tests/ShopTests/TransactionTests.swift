import ConnectlyConversions
import Foundation
import XCTest

func pay(
    _ orderID: String, _ event: ConversionEvent, outbox: Outbox, database: PostgresClient,
    logger: Logger
) async throws -> Outbox.Enqueued {
    let statement = try outbox.insertStatement(event)  // takes holdUntil, as enqueue does
    var values = PostgresBindings()
    for parameter in statement.parameters {
        switch parameter.value {
        case .text(let text): values.append(text)
        case .int8(let number): values.append(number)
        case .bytea(let bytes): try values.append(bytes)
        case .null: values.appendNull()
        }
    }
    let report = PostgresQuery(unsafeSQL: statement.sql, binds: values)
    return try await database.withTransaction(logger: logger) { connection in
        try await connection.query(
            "UPDATE orders SET paid = true WHERE id = \(orderID)", logger: logger)
        let rows = try await connection.query(report, logger: logger).collect()
        let (id, state, effect) = try rows[0].decode((Int64, String, String).self)
        return try statement.enqueued(id: id, state: state, effect: effect)
    }
}

/// The README's transaction: what a driver is asked for, and what its answer comes to.
final class TransactionTests: XCTestCase {
    func testAnOrderIsReportedInItsOwnTransaction() async throws {
        // Nobody listens there: a statement asks no server.
        let outbox = try Outbox.open("postgresql://shop@127.0.0.1:1/shop", businessID: UUID())
        let tracking = try TrackingParams(
            cnctTrackingID: "t1", sendoutID: "s1", ctwaClid: "c1", adID: "23851234567")
        let event = try ConversionEvent.purchase(
            tracking: tracking, orderID: "ORD-7821", currency: "USD", value: "99.97")
        let database = PostgresClient(answers: [[], [(7, "pending", "inserted")]])
        let enqueued = try await pay(
            "ORD-7821", event, outbox: outbox, database: database, logger: Logger())
        XCTAssertEqual(enqueued.id, 7)
        XCTAssertEqual(enqueued.state, .pending)
        let asked = database.connection.asked
        XCTAssertEqual(asked.count, 2)
        XCTAssertEqual(asked[0].sql, "UPDATE orders SET paid = true WHERE id = $1")
        XCTAssertEqual(asked[0].binds.values, [.text("ORD-7821")])
        let statement = try outbox.insertStatement(event)
        XCTAssertEqual(asked[1].sql, statement.sql)
        XCTAssertEqual(asked[1].binds.values, statement.parameters.map(\.value))
    }
}
