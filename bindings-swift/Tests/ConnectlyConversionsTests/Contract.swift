import ConnectlyConversions
import Foundation
import XCTest

/// The contract's files, in `tests` at the repository's root.
enum Contract {
    static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("tests")

    static func json(_ path: String) throws -> JSON {
        let data = try Data(contentsOf: folder.appendingPathComponent(path))
        return try JSON.parse(String(decoding: data, as: UTF8.self))
    }

    /// How many cases a file of vectors has by the table of `tests/README.md`.
    static func count(_ name: String) throws -> Int {
        let table = try String(
            contentsOf: folder.appendingPathComponent("README.md"), encoding: .utf8)
        let row = table.split(separator: "\n").first { $0.hasPrefix("| `\(name).json`") }
        let cells = row?.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        guard let count = cells?.last.flatMap({ Int($0) }) else {
            throw ContractError("tests/README.md: no count of \(name).json")
        }
        return count
    }

    /// The documentation's example with these members changed, by their paths.
    static func event(_ changes: [String: JSON]) throws -> ConversionEvent {
        var document = try json("event.json")
        for (path, value) in changes {
            document = try document.with(path.split(separator: ".").map(String.init)[...], value)
        }
        return try ConversionEvent(json: document.text)
    }

    /// The cases of a file of vectors.
    static func vectors(_ name: String) throws -> [Members] {
        var file = try Members(json("vectors/\(name).json"), in: name)
        _ = file.take("about")
        let cases = try file.array("cases")
        try file.finish()
        return try cases.map { try Members($0, in: name) }
    }
}

struct ContractError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

extension JSON {
    /// With another value at this path.
    fileprivate func with(_ path: ArraySlice<String>, _ value: JSON) throws -> JSON {
        guard let name = path.first else { return value }
        guard case .object(let members) = self, members.contains(where: { $0.name == name }) else {
            throw ContractError("event.json: no \(name)")
        }
        return .object(
            try members.map {
                $0.name == name ? (name, try $0.value.with(path.dropFirst(), value)) : $0
            })
    }
}

/// The members of an object. Whatever is not taken fails the run, so that no expectation is
/// passed over.
struct Members {
    let place: String
    private var members: [String: JSON] = [:]

    init(_ json: JSON, in place: String) throws {
        guard case .object(let members) = json else {
            throw ContractError("\(place): an object is needed")
        }
        self.place = place
        for (name, value) in members { self.members[name] = value }
    }

    var isEmpty: Bool { members.isEmpty }

    var rest: [String: JSON] { members }

    func contains(_ name: String) -> Bool { members[name] != nil }

    mutating func take(_ name: String) -> JSON? {
        members.removeValue(forKey: name)
    }

    mutating func needed(_ name: String) throws -> JSON {
        guard let value = take(name) else { throw ContractError("\(place): no \(name)") }
        return value
    }

    mutating func string(_ name: String) throws -> String? {
        switch take(name) {
        case nil, .null?: return nil
        case .string(let text)?: return text
        default: throw ContractError("\(place): \(name) is a string")
        }
    }

    mutating func number(_ name: String) throws -> Double? {
        switch take(name) {
        case nil, .null?: return nil
        case .number(let digits)?: return Double(digits)
        default: throw ContractError("\(place): \(name) is a number")
        }
    }

    mutating func bool(_ name: String) throws -> Bool? {
        switch take(name) {
        case nil: return nil
        case .bool(let value)?: return value
        default: throw ContractError("\(place): \(name) is a boolean")
        }
    }

    mutating func array(_ name: String) throws -> [JSON] {
        switch take(name) {
        case nil: return []
        case .array(let values)?: return values
        default: throw ContractError("\(place): \(name) is an array")
        }
    }

    mutating func strings(_ name: String) throws -> [String]? {
        guard let value = take(name) else { return nil }
        guard case .array(let values) = value else {
            throw ContractError("\(place): \(name) is an array")
        }
        return try values.map { value in
            guard case .string(let text) = value else {
                throw ContractError("\(place): \(name) holds strings")
            }
            return text
        }
    }

    mutating func date(_ name: String) throws -> Date {
        guard let seconds = try number(name) else { throw ContractError("\(place): no \(name)") }
        return Date(timeIntervalSince1970: seconds)
    }

    func finish() throws {
        guard members.isEmpty else {
            throw ContractError("\(place): unknown members \(members.keys.sorted())")
        }
    }
}

/// Names every case that fails, instead of stopping at the first.
struct Report {
    private(set) var run = 0
    private var failures: [String] = []

    mutating func note(_ name: String, _ problem: String?) {
        run += 1
        if let problem { failures.append("\(name): \(problem)") }
    }

    func finish(file: StaticString = #filePath, line: UInt = #line) {
        if !failures.isEmpty {
            let list = failures.joined(separator: "\n")
            XCTFail("\(failures.count) of \(run) failed:\n\(list)", file: file, line: line)
        }
    }
}

/// How the problems differ from the expected set.
func difference(_ expected: [JSON], _ found: [Issue]) throws -> String? {
    var wanted: [String] = []
    var suggestions: [(String, String?)] = []
    for problem in expected {
        var members = try Members(problem, in: "problem")
        let code = try members.string("code") ?? ""
        let path = try members.string("path") ?? ""
        wanted.append("\(code) at \(path)")
        switch members.take("suggestion") {
        case nil: break
        case .null?: suggestions.append((path, nil))
        case .string(let text)?: suggestions.append((path, text))
        default: throw ContractError("a suggestion is a string")
        }
        try members.finish()
    }
    let given = found.map { "\($0.code) at \($0.path)" }
    guard wanted.sorted() == given.sorted() else { return "expected \(wanted), found \(given)" }
    for (path, suggestion) in suggestions {
        let issue = found.first { $0.path == path }
        if issue?.suggestion != suggestion {
            return "expected the suggestion \(suggestion ?? "none") at \(path), found \(found)"
        }
    }
    return nil
}

/// The problems that an error was thrown for.
func refusals(_ error: any Error) throws -> [Issue] {
    guard case ConnectlyError.validation(let details) = error else { throw error }
    return details.issues.filter { $0.severity == .error }
}
