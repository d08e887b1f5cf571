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

    /// Answers with this status; nothing is recorded.
    public static func status(_ status: Int) -> Fault {
        Fault("status", ["status": .number(Decimal(status))])
    }

    /// Answers as usual, this much later.
    public static func delay(_ pause: Duration) -> Fault {
        Fault("delay", ["seconds": .number(decimal(pause))])
    }

    /// Never answers.
    public static let hang = Fault("hang")
    /// Breaks the connection before anything is recorded.
    public static let reset = Fault("reset")
    /// Records the conversion, then breaks the connection: a success that nobody is told of.
    public static let resetAfterRecording = Fault("reset_after_recording")
    /// Records the conversion and breaks off in the middle of the answer.
    public static let halfAnswer = Fault("half_answer")
    /// Answers with bytes that are not HTTP.
    public static let garbage = Fault("garbage")
    /// Answers with more than the 64 KiB that a client reads.
    public static let oversizedBody = Fault("oversized_body")
    /// Answers one byte at a time.
    public static let slowDrip = Fault("slow_drip")
    /// Answers as usual and then closes the connection unannounced.
    public static let closeIdle = Fault("close_idle")
    /// Answers with a header of a megabyte.
    public static let hugeHeader = Fault("huge_header")
    /// Answers with a small body that would inflate hugely.
    public static let gzipBomb = Fault("gzip_bomb")
    /// Answers 200 and says that no event was received.
    public static let notReceived = Fault("not_received")
    /// Answers one request twice.
    public static let duplicateAnswer = Fault("duplicate_answer")

    /// Redirects to this place.
    public static func redirect(to location: String) -> Fault {
        Fault("redirect", ["location": .string(location)])
    }

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
