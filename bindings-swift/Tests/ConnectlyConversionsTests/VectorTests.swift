import ConnectlyConversions
import Foundation
import XCTest

/// Runs `tests/vectors` through the public interface.
final class VectorTests: XCTestCase {
    func testCapture() throws {
        var report = Report()
        for var vector in try Contract.vectors("capture") {
            let name = try vector.string("name") ?? ""
            _ = vector.take("why")
            let extra = try vector.strings("extra_params") ?? []
            let now = try vector.date("now")
            let url = try vector.string("url")
            let query = try vector.string("query")
            let pairs = try vector.array("pairs").map(Self.queryItem)
            let expected = try vector.needed("expect")
            try vector.finish()
            let problem = try Self.difference(expected) {
                if let url {
                    try TrackingParams.from(url: url, extraParams: extra, now: now)
                } else if let query {
                    try TrackingParams.from(query: query, extraParams: extra, now: now)
                } else {
                    try TrackingParams.from(queryItems: pairs, extraParams: extra, now: now)
                }
            }
            report.note(name, problem)
        }
        report.finish()
        XCTAssertEqual(report.run, try Contract.count("capture"))
    }

    func testCookie() throws {
        var report = Report()
        for var vector in try Contract.vectors("cookie") {
            let name = try vector.string("name") ?? ""
            _ = vector.take("why")
            let cookie = try vector.string("cookie") ?? ""
            let params = vector.take("params")
            let expected = vector.take("expect")
            try vector.finish()
            if let params {
                let encoded = try TrackingParams(json: params.text).toCookie()
                report.note(name, encoded == cookie ? nil : "encoded \(encoded)")
            }
            let wanted = try XCTUnwrap(params.map { .object([("params", $0)]) } ?? expected)
            report.note(name, try Self.difference(wanted) { try TrackingParams(cookie: cookie) })
        }
        report.finish()
        XCTAssertGreaterThanOrEqual(report.run, 51)
    }

    func testWire() throws {
        var report = Report()
        for var vector in try Contract.vectors("wire") {
            let name = try vector.string("name") ?? ""
            _ = vector.take("why")
            let input = try vector.string("input") ?? ""
            let options = try Self.options(&vector)
            let wire = try vector.string("wire") ?? ""
            let warnings = try vector.array("warnings")
            try vector.finish()
            do {
                let event = try ConversionEvent(json: input, options: options)
                let found = String(decoding: event.toWire(), as: UTF8.self)
                report.note(
                    name,
                    Array(found.utf8) == Array(wire.utf8)
                        ? try ConnectlyConversionsTests.difference(warnings, event.warnings)
                        : "expected \(wire)\nfound    \(found)")
            } catch let error as ConnectlyError {
                report.note(name, "refused: \(error)")
            }
        }
        report.finish()
        XCTAssertEqual(report.run, try Contract.count("wire"))
    }

    func testValidation() throws {
        var report = Report()
        for var vector in try Contract.vectors("validation") {
            let name = try vector.string("name") ?? ""
            _ = vector.take("why")
            let input = try vector.string("input") ?? ""
            let options = try Self.options(&vector)
            let errors = try vector.array("errors")
            let warnings = try vector.array("warnings")
            try vector.finish()
            do {
                let event = try ConversionEvent(json: input, options: options)
                report.note(
                    name,
                    errors.isEmpty
                        ? try ConnectlyConversionsTests.difference(warnings, event.warnings)
                        : "accepted with \(event.warnings)")
            } catch let error as ConnectlyError {
                report.note(
                    name, try ConnectlyConversionsTests.difference(errors, refusals(error)))
            }
        }
        report.finish()
        XCTAssertEqual(report.run, try Contract.count("validation"))
    }

    private static func queryItem(_ json: JSON) throws -> URLQueryItem {
        guard case .array(let pair) = json, case .string(let name)? = pair.first,
            case .string(let value)? = pair.last
        else { throw ContractError("a pair is a name and a value") }
        return URLQueryItem(name: name, value: value)
    }

    private static func options(_ vector: inout Members) throws -> EventOptions {
        var options = EventOptions(extraCurrencies: [], now: try vector.date("now"))
        guard let given = vector.take("options") else { return options }
        var members = try Members(given, in: vector.place)
        if let rounding = try members.string("rounding") {
            options.rounding = try XCTUnwrap(EventOptions.Rounding(rawValue: rounding))
        }
        options.extraCurrencies = try members.strings("extra_currencies") ?? []
        options.javascriptNumbers = try members.bool("javascript_numbers") ?? false
        try members.finish()
        return options
    }

    /// How what was captured differs from `params`, `nothing` or `errors`.
    private static func difference(
        _ expected: JSON, _ capture: () throws -> TrackingParams?
    ) throws -> String? {
        var expected = try Members(expected, in: "expect")
        let params = expected.take("params")
        let nothing = try expected.bool("nothing")
        let errors = try expected.array("errors")
        try expected.finish()
        do {
            let found = try capture()
            if let params {
                return found?.toJSON() == params.text
                    ? nil : "expected \(params.text), found \(found?.toJSON() ?? "nothing")"
            }
            return nothing == true && found == nil ? nil : "found \(String(describing: found))"
        } catch let error as ConnectlyError {
            return params == nil && nothing == nil
                ? try ConnectlyConversionsTests.difference(errors, refusals(error))
                : "refused: \(error)"
        }
    }
}
