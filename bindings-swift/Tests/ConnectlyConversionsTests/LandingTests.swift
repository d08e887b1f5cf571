import ConnectlyConversions
import Foundation
import XCTest

final class LandingTests: XCTestCase {
    func testVectors() throws {
        var report = Report()
        for var vector in try Contract.vectors("landing") {
            let name = try vector.string("name") ?? ""
            _ = vector.take("why")
            let landing = try Self.landing(vector.take("options"))
            let method = try vector.string("method") ?? "GET"
            let target = try vector.string("target") ?? ""
            // Two cookies of one name are no dictionary: the header has them.
            let cookies = try vector.array("cookies").map(Self.pair)
                .map { "\($0.name)=\($0.value)" }
            let cookie = (name: "Cookie", value: cookies.joined(separator: "; "))
            let headers = try vector.array("headers").map(Self.pair)
            let stored = try vector.take("stored").map { try TrackingParams(json: $0.text) }
            let consent = try vector.bool("consent") ?? true
            let now = try vector.date("now")
            var expected = try Members(vector.needed("expect"), in: name)
            try vector.finish()
            let visit = landing.visit(
                method: method, url: target, headers: headers + [cookie], stored: stored,
                consent: consent, now: now)
            report.note(name, try Self.difference(&expected, visit))
            try expected.finish()
        }
        report.finish()
        XCTAssertEqual(report.run, try Contract.count("landing"))
    }

    private static func landing(_ options: JSON?) throws -> Landing {
        var options = try Members(options ?? .object([]), in: "options")
        let touch = try options.string("touch").flatMap(Landing.Touch.init(rawValue:))
        let extraParams = try options.strings("extra_params") ?? []
        let maxAge = try options.number("max_age").map { Duration.seconds($0) }
        let domain = try options.string("domain")
        try options.finish()
        return try Landing(
            touch: touch, extraParams: extraParams, maxAge: maxAge, domain: domain)
    }

    private static func pair(_ json: JSON) throws -> (name: String, value: String) {
        guard case .array(let pair) = json, case .string(let name)? = pair.first,
            case .string(let value)? = pair.last
        else { throw ContractError("a pair is a name and a value") }
        return (name, value)
    }

    private static func difference(_ expected: inout Members, _ visit: Visit) throws -> String? {
        let count = try expected.string("count")
        let skipped = try expected.string("skipped")
        let params = try expected.needed("params").text
        let cookies = try expected.strings("cookies") ?? []
        let noStore = try expected.bool("no_store")
        let errors = try expected.array("errors")
        let same =
            visit.count.rawValue == count && visit.skipped?.rawValue == skipped
            && visit.params?.toJSON() ?? "null" == params && visit.cookies == cookies
            && visit.noStore == noStore
        guard same else { return "found \(visit) with \(visit.cookies)" }
        return try ConnectlyConversionsTests.difference(errors, visit.issues)
    }

    func testALinkIsCapturedWithItsCookie() throws {
        let visit = try Landing().visit(
            method: "GET", url: Sample.landing, headers: ["Host": "shop.example"])
        let params = try XCTUnwrap(visit.params)
        XCTAssertEqual(visit.count, .captured)
        XCTAssertTrue(visit.noStore)
        XCTAssertEqual(
            visit.cookies,
            [
                "\(TrackingParams.cookieName)=\(params.toCookie()); Max-Age=7776000; Path=/; "
                    + "Secure; HttpOnly; SameSite=Lax"
            ])
        XCTAssertEqual(String(describing: visit), "Visit(captured)")
    }

    func testAScriptsCookieIsTakenOver() throws {
        let known = try TrackingParams(
            cnctTrackingID: "t0", sendoutID: "s0", ctwaClid: "c0", adID: "1",
            capturedAt: Date(timeIntervalSince1970: 1_746_480_000))
        let visit = try Landing().visit(
            method: "GET", url: "/cart", cookies: [Landing.scriptCookieName: known.toCookie()])
        XCTAssertEqual(visit.params, known)
        XCTAssertEqual(
            visit.cookies.map { $0.split(separator: "=")[0] }, ["cnct_tracking", "cnct_landing"])
    }

    func testAnOptionThatCannotBeUsedIsRefused() {
        XCTAssertThrowsError(try Landing(maxAge: .zero)) { error in
            guard case ConnectlyError.configuration(let details) = error else {
                return XCTFail("\(error)")
            }
            XCTAssertTrue(details.message.hasPrefix("maxAge: "), details.message)
        }
        XCTAssertThrowsError(try Landing(domain: "https://shop.example")) { error in
            guard case ConnectlyError.configuration(let details) = error else {
                return XCTFail("\(error)")
            }
            XCTAssertTrue(details.message.hasPrefix("domain: "), details.message)
        }
    }
}
