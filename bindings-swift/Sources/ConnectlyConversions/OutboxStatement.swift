internal import ConnectlyFFI
public import Foundation

extension Outbox {
    /// The statement that enqueues an event on PostgreSQL within a transaction of the shop's own,
    /// run by the shop's own driver: rolled back means never sent, committed means sent.
    ///
    /// It takes an order once, as ``enqueue(_:holdUntil:traceparent:)`` does. It asks for no cap on
    /// waiting events, and wakes no worker: one looks within seconds. The tables are made by the
    /// outbox's first use, such as its worker's.
    ///
    /// Whoever reports the same order at once waits until the first has committed; a shop that
    /// would rather not wait sets `lock_timeout` in a savepoint.
    ///
    /// - Parameters:
    ///   - event: The event.
    ///   - style: How the driver writes parameters.
    ///   - holdUntil: Until when the event is held; not at all unless given.
    ///   - traceparent: The trace that it is enqueued in, as W3C `traceparent`.
    /// - Throws: ``ConnectlyError/configuration(_:)`` where the outbox is not in a PostgreSQL
    ///   database, or an option cannot be used.
    public func insertStatement(
        _ event: ConversionEvent, style: Statement.Style = .numeric, holdUntil: Hold? = nil,
        traceparent: String? = nil
    ) throws -> Statement {
        let options = EnqueueRecord(holdUntil: holdUntil?.record, traceparent: traceparent)
        return try native {
            try Statement(
                handle.insertStatement(
                    event: event.handle, style: style.rawValue, options: options))
        }
    }

    /// One SQL statement that enqueues an event in the transaction that runs it.
    ///
    /// It answers with one row, which ``enqueued(id:state:effect:)`` reads.
    public struct Statement: Sendable {
        /// The statement, the same text for every event.
        public let sql: String
        /// Its parameters, in the order of their numbers.
        public let parameters: [Parameter]
        private let handle: NativeStatement

        init(_ handle: NativeStatement) throws {
            self.handle = handle
            sql = try handle.sql()
            parameters = try handle.parameters().map(Parameter.init)
        }

        /// What the row says that the statement answered with.
        ///
        /// - Parameters:
        ///   - id: Its first column, a `bigint`.
        ///   - state: Its second column, a `text`.
        ///   - effect: Its third column, a `text`.
        /// - Throws: ``ConnectlyError/configuration(_:)`` where it is another statement's.
        public func enqueued(id: Int64, state: String, effect: String) throws -> Enqueued {
            try native {
                try Enqueued(handle.enqueued(id: id, state: state, effect: effect))
            }
        }
    }
}

extension Outbox.Statement {
    /// How a driver wants parameters written.
    public enum Style: String, Sendable, Hashable, CaseIterable {
        /// `$1`: PostgresNIO, and libpq itself.
        case numeric
        /// `%(name)s`: psycopg.
        case pyformat
        /// `:name`: SQLAlchemy and Knex.
        case named
    }

    /// A parameter of a statement.
    public struct Parameter: Sendable, Hashable {
        /// Its name, for a style that has names.
        public let name: String
        /// What is given.
        public let value: Value

        init(_ record: ParameterRecord) {
            name = record.name
            value =
                switch record.value {
                case .text(let text): .text(text)
                case .int8(let number): .int8(number)
                case .bytea(let bytes): .bytea(bytes)
                case .null: .null
                }
        }
    }

    /// The value of a parameter, by its type in PostgreSQL.
    public enum Value: Sendable, Hashable {
        /// A `text`.
        case text(String)
        /// A `bigint`.
        case int8(Int64)
        /// A `bytea`.
        case bytea(Data)
        /// `NULL`; the statement itself says of which type.
        case null
    }
}

extension Outbox.Statement: CustomStringConvertible, CustomReflectable {
    /// The statement without its parameters: they tell who the customer is.
    public var description: String { sql }

    /// What ``description`` says, so that `dump` tells no more.
    public var customMirror: Mirror {
        Mirror(self, children: ["sql": sql], displayStyle: .struct)
    }
}
