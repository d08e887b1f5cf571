import ConnectlyConversions
import Foundation

/// How a case's values are read and compared.
extension OutboxPlay {
    static func event(_ given: Members) throws -> ConversionEvent {
        var given = given
        var changes: [String: JSON] = ["payload.order_id": given.take("order_id") ?? .null]
        let members = [
            ("event_name", "event_name"), ("cnct_tracking_id", "cnct_tracking_id"),
            ("currency", "payload.currency"), ("value", "payload.value"),
        ]
        for (name, path) in members where given.contains(name) {
            changes[path] = given.take(name)
        }
        if let placed = try given.string("placed") {
            guard placed == "now" else { throw ContractError("\(placed) is not known") }
            changes["payload.event_time"] = .number(String(Int(Date().timeIntervalSince1970)))
        }
        try given.finish()
        return try Contract.event(changes)
    }

    /// `nil` is without an end.
    static func time(_ word: String) throws -> Date? {
        switch word {
        case "past": Date() - 3_600
        case "future": Date() + 86_400
        case "release": nil
        default: throw ContractError("\(word) is not known")
        }
    }

    static func eventName(_ step: inout Members) throws -> ConversionEvent.Name {
        guard let word = try step.string("event_name") else { return .purchase }
        guard let name = ConversionEvent.Name(rawValue: word) else {
            throw ContractError("\(word) is not known")
        }
        return name
    }

    func target(_ step: inout Members) throws -> Outbox.Target {
        let (order, label) = (try step.string("order_id"), try step.string("id"))
        let tracking = try step.string("cnct_tracking_id")
        switch (order, label, tracking) {
        case (let order?, nil, nil): return .order(order, eventName: try Self.eventName(&step))
        case (nil, let label?, nil):
            guard let id = labels[label] else { throw ContractError("no \(label)") }
            return .id(id)
        case (nil, nil, let tracking?): return .tracking(tracking)
        default: throw ContractError("\(step.place): one event is needed")
        }
    }

    /// How an answer differs: what the case leaves out is false, 0 or nothing.
    func difference(
        _ answer: some Encodable, _ expected: JSON, but ignored: Set<String> = [],
        and more: [String: String] = [:]
    ) throws -> String? {
        var found = try Self.members(answer)
        for name in ignored { found[name] = nil }
        found.merge(more) { $1 }
        let wanted = try Members(expected, in: name).rest.mapValues(\.text)
        for name in Set(found.keys).union(wanted.keys) {
            let usual = ["false", "0", "null"]
            let value = found[name] ?? "null"
            guard wanted[name].map({ $0 == value }) ?? usual.contains(value) else {
                return "found \(found)"
            }
        }
        return nil
    }

    /// How a record differs in what the case names; of a time it says whether it is there.
    func status(_ record: Outbox.Record?, expected: JSON) throws -> String? {
        guard let record else { return expected.text == "null" ? nil : "found nothing" }
        guard case .object = expected else { return "found \(record)" }
        var found = try Self.members(record)
        found["value"] = record.value.map { JSON.string($0.description).text }
        found["issues"] = record.issues.isEmpty ? nil : found["issues"]
        for (name, wanted) in try Members(expected, in: name).rest {
            let isTime = name.hasSuffix("_at") || name.hasSuffix("_since")
            let value = isTime ? found[name].map { _ in "true" } : found[name]
            guard value ?? "null" == wanted.text else { return "\(name) in \(found)" }
        }
        return nil
    }

    /// What Swift shows, under the names that every language has.
    private static func members(_ answer: some Encodable) throws -> [String: String] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = .withoutEscapingSlashes
        let text = String(decoding: try encoder.encode(answer), as: UTF8.self)
        return try Members(JSON.parse(text), in: "answer").rest.mapValues(\.text)
    }

    static func orNull(_ json: JSON) throws -> String {
        switch json {
        case .null: "null"
        case .string(let text): text
        default: throw ContractError("a text or nothing is needed")
        }
    }

    /// What the sandbox holds, an entry for each order and for each event without an order id.
    static func holdings(_ orders: [String?]) -> [String] {
        let (ids, others) = (orders.compactMap { $0.map(ascii) }, orders.filter { $0 == nil })
        let counted = Dictionary(grouping: ids) { $0 }.map { "\($0) \($1.count)" }
        return (counted + others.map { _ in "null 1" }).sorted()
    }

    static func holding(_ json: JSON) throws -> String {
        var members = try Members(json, in: "received")
        let order = ascii(try orNull(members.needed("order_id")))
        let times = try members.number("times").map { Int($0) } ?? 0
        try members.finish()
        return "\(order) \(times)"
    }

    /// To Swift two texts of other bytes can be equal.
    static func ascii(_ text: String) -> String {
        text.unicodeScalars.map { $0.escaped(asASCII: true) }.joined()
    }
}
