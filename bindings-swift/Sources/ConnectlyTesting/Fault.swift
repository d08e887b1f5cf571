public import ConnectlyConversions
import Foundation

/// Something that goes wrong with the next request to the ``Sandbox`` that it matches.
///
/// Unless told otherwise by ``order(_:)`` and ``times(_:)``, that is one request, whichever comes
/// next.
public struct Fault: Sendable, Hashable {
    private var members: [String: JSONValue]

    private init(_ kind: String, _ members: [String: JSONValue] = [:]) {
        self.members = members
        self.members["kind"] = .string(kind)
    }

    var text: String { JSONValue.object(members).jsonText }

    // generated: faults (core/schema/surface.json; make generate)
    /// Answers with this status, 200 to 599. Nothing is recorded.
    public static func status(_ value: Int) -> Fault {
        Fault("status", ["status": .number(Decimal(value))])
    }
    /// Answers as usual after this time. The event is recorded.
    public static func delay(_ value: Duration) -> Fault {
        Fault("delay", ["seconds": .number(decimal(value))])
    }
    /// Never answers. Nothing is recorded.
    public static let hang = Fault("hang")
    /// Resets the connection. Nothing is recorded.
    public static let reset = Fault("reset")
    /// Resets the connection: a success that nobody is told of. The event is recorded.
    public static let resetAfterRecording = Fault("reset_after_recording")
    /// Closes the connection in the middle of the answer. The event is recorded.
    public static let halfAnswer = Fault("half_answer")
    /// Answers with bytes that are not HTTP. Nothing is recorded.
    public static let garbage = Fault("garbage")
    /// Answers 200 with a body of 80 KiB; a client reads 64. The event is recorded.
    public static let oversizedBody = Fault("oversized_body")
    /// Answers 200, one byte every 50 ms, without end. The event is recorded.
    public static let slowDrip = Fault("slow_drip")
    /// Answers as usual, then closes the connection, which the answer promised to keep. The event
    /// is recorded.
    public static let closeIdle = Fault("close_idle")
    /// Answers 200 with a header of 1 MiB. The event is recorded.
    public static let hugeHeader = Fault("huge_header")
    /// Answers 200 with 48 KiB of gzip that become 48 MiB. The event is recorded.
    public static let gzipBomb = Fault("gzip_bomb")
    /// Answers 307 to this URL. Nothing is recorded.
    public static func redirect(to value: String) -> Fault {
        Fault("redirect", ["location": .string(value)])
    }
    /// Answers 200 with `events_received` 0. Nothing is recorded.
    public static let notReceived = Fault("not_received")
    /// Answers one request twice; the connection goes on. The event is recorded.
    public static let duplicateAnswer = Fault("duplicate_answer")
    // generated: end; by hand from here

    /// Only with requests for this order.
    public func order(_ id: some IDConvertible) -> Fault { with("order_id", .string(id.idText)) }

    /// With this many requests; 0 means every one.
    public func times(_ count: Int) -> Fault { with("times", .number(Decimal(count))) }

    /// Adds the header `Retry-After` with this many seconds.
    public func retryAfter(seconds: Int) -> Fault {
        with("retry_after", .number(Decimal(seconds)))
    }

    /// Adds headers to the answer.
    public func headers(_ headers: [String: String]) -> Fault {
        with("headers", .object(headers.mapValues(JSONValue.string)))
    }

    /// Answers with this body.
    public func body(_ body: String) -> Fault { with("body", .string(body)) }

    /// Whether the conversion is recorded although this goes wrong.
    public func recorded(_ recorded: Bool) -> Fault { with("recorded", .bool(recorded)) }

    private func with(_ name: String, _ value: JSONValue) -> Fault {
        var fault = self
        fault.members[name] = value
        return fault
    }

    private static func decimal(_ pause: Duration) -> Decimal {
        let (seconds, attoseconds) = pause.components
        let one = Decimal(sign: .plus, exponent: -18, significand: 1)
        return Decimal(seconds) + Decimal(attoseconds) * one
    }
}
