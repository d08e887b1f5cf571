// What the README uses of PostgresNIO. It keeps what it is asked, and answers as it was told.

import ConnectlyConversions
import Foundation

struct PostgresBindings: Sendable {
    private(set) var values: [Outbox.Statement.Value] = []
    mutating func append(_ text: String) { values.append(.text(text)) }
    mutating func append(_ number: Int64) { values.append(.int8(number)) }
    mutating func append(_ bytes: Data) throws { values.append(.bytea(bytes)) }
    mutating func appendNull() { values.append(.null) }
}

struct PostgresQuery: Sendable, ExpressibleByStringInterpolation {
    struct StringInterpolation: StringInterpolationProtocol {
        var sql = ""
        var binds = PostgresBindings()
        init(literalCapacity: Int, interpolationCount: Int) {}
        mutating func appendLiteral(_ literal: String) { sql += literal }
        mutating func appendInterpolation(_ text: String) {
            binds.append(text)
            sql += "$\(binds.values.count)"
        }
    }

    let sql: String
    let binds: PostgresBindings

    init(unsafeSQL sql: String, binds: PostgresBindings) {
        self.sql = sql
        self.binds = binds
    }
    init(stringLiteral sql: String) { self.init(unsafeSQL: sql, binds: PostgresBindings()) }
    init(stringInterpolation: StringInterpolation) {
        self.init(unsafeSQL: stringInterpolation.sql, binds: stringInterpolation.binds)
    }
}

struct PostgresRow: Sendable {
    let columns: (Int64, String, String)
    func decode(_ type: (Int64, String, String).Type) throws -> (Int64, String, String) { columns }
}

struct PostgresRowSequence: Sendable {
    let rows: [PostgresRow]
    func collect() async throws -> [PostgresRow] { rows }
}

final class PostgresConnection: @unchecked Sendable {
    private(set) var asked: [PostgresQuery] = []
    private var answers: [[PostgresRow]]

    init(answers: [[PostgresRow]]) { self.answers = answers }

    @discardableResult
    func query(_ query: PostgresQuery, logger: Logger) async throws -> PostgresRowSequence {
        asked.append(query)
        return PostgresRowSequence(rows: answers.removeFirst())
    }
}

final class PostgresClient: Sendable {
    let connection: PostgresConnection

    init(answers: [[(Int64, String, String)]]) {
        connection = PostgresConnection(
            answers: answers.map { rows in rows.map(PostgresRow.init(columns:)) })
    }

    func withTransaction<Result>(
        logger: Logger, isolation: isolated (any Actor)? = #isolation,
        _ closure: (PostgresConnection) async throws -> sending Result
    ) async throws -> sending Result {
        try await closure(connection)
    }
}
