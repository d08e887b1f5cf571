/// JSON that keeps the order of members and the digits of numbers, because the contract's files
/// compare both.
enum JSON: Sendable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSON])
    case object([(name: String, value: JSON)])

    struct Malformed: Error { let offset: Int }

    static func parse(_ text: String) throws -> JSON {
        var parser = Parser(bytes: Array(text.utf8))
        let value = try parser.value()
        parser.skipSpace()
        guard parser.at == parser.bytes.count else { throw Malformed(offset: parser.at) }
        return value
    }

    /// Compact text.
    var text: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let digits): digits
        case .string(let value): Self.quoted(value)
        case .array(let values): "[" + values.map(\.text).joined(separator: ",") + "]"
        case .object(let members):
            "{"
                + members.map { Self.quoted($0.name) + ":" + $0.value.text }
                .joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ value: String) -> String {
        let short: [Unicode.Scalar: String] = [
            "\"": "\\\"", "\\": "\\\\", "\u{8}": "\\b", "\u{c}": "\\f", "\n": "\\n", "\r": "\\r",
            "\t": "\\t",
        ]
        var text = "\""
        for scalar in value.unicodeScalars {
            if let escape = short[scalar] {
                text += escape
            } else if scalar.value < 0x20 {
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}

private struct Parser {
    let bytes: [UInt8]
    var at = 0

    mutating func skipSpace() {
        while at < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[at]) { at += 1 }
    }

    mutating func take(_ character: Character) -> Bool {
        skipSpace()
        guard at < bytes.count, bytes[at] == character.asciiValue else { return false }
        at += 1
        return true
    }

    mutating func expect(_ word: String) throws {
        for character in word where !take(character) { throw JSON.Malformed(offset: at) }
    }

    mutating func value() throws -> JSON {
        skipSpace()
        guard at < bytes.count else { throw JSON.Malformed(offset: at) }
        switch Character(Unicode.Scalar(bytes[at])) {
        case "{": return try object()
        case "[": return try array()
        case "\"": return .string(try string())
        case "t":
            try expect("true")
            return .bool(true)
        case "f":
            try expect("false")
            return .bool(false)
        case "n":
            try expect("null")
            return .null
        default: return try number()
        }
    }

    mutating func object() throws -> JSON {
        try expect("{")
        var members: [(name: String, value: JSON)] = []
        if take("}") { return .object([]) }
        repeat {
            skipSpace()
            let name = try string()
            try expect(":")
            members.append((name, try value()))
        } while take(",")
        try expect("}")
        return .object(members)
    }

    mutating func array() throws -> JSON {
        try expect("[")
        var values: [JSON] = []
        if take("]") { return .array([]) }
        repeat { values.append(try value()) } while take(",")
        try expect("]")
        return .array(values)
    }

    mutating func number() throws -> JSON {
        let start = at
        while at < bytes.count, "+-.eE0123456789".utf8.contains(bytes[at]) { at += 1 }
        guard at > start else { throw JSON.Malformed(offset: at) }
        return .number(String(decoding: bytes[start..<at], as: UTF8.self))
    }

    mutating func string() throws -> String {
        guard take("\"") else { throw JSON.Malformed(offset: at) }
        var units: [UInt16] = []
        var run = at
        func flush(_ end: Int, _ units: inout [UInt16]) {
            units += String(decoding: bytes[run..<end], as: UTF8.self).utf16
        }
        while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
            guard bytes[at] == UInt8(ascii: "\\") else {
                at += 1
                continue
            }
            flush(at, &units)
            at += 1
            guard at < bytes.count else { throw JSON.Malformed(offset: at) }
            let escape = bytes[at]
            at += 1
            switch Character(Unicode.Scalar(escape)) {
            case "u":
                guard at + 4 <= bytes.count,
                    let unit = UInt16(
                        String(decoding: bytes[at..<at + 4], as: UTF8.self), radix: 16)
                else { throw JSON.Malformed(offset: at) }
                units.append(unit)
                at += 4
            case "b": units.append(8)
            case "f": units.append(12)
            case "n": units.append(10)
            case "r": units.append(13)
            case "t": units.append(9)
            default: units.append(UInt16(escape))
            }
            run = at
        }
        flush(at, &units)
        guard at < bytes.count else { throw JSON.Malformed(offset: at) }
        at += 1
        return String(decoding: units, as: UTF16.self)
    }
}
