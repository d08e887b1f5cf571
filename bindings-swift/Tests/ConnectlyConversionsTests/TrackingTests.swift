import ConnectlyConversions
import Foundation
import XCTest

final class TrackingTests: XCTestCase {
    func testCaptureFromAURL() throws {
        let url = try XCTUnwrap(URL(string: Sample.landing + "&cnct_fifth=x%20y#top"))
        let now = Date(timeIntervalSince1970: 1_746_480_000.7)
        let tracking = try XCTUnwrap(TrackingParams.from(url: url, now: now))
        XCTAssertEqual(tracking.cnctTrackingID, "t1")
        XCTAssertEqual(tracking.sendoutID, "s1")
        XCTAssertEqual(tracking.ctwaClid, "c1")
        XCTAssertEqual(tracking.adID, "23851234567890123")
        XCTAssertEqual(tracking.extra.map(\.name), ["cnct_fifth"])
        XCTAssertEqual(tracking.extra.map(\.value), ["x y"])
        XCTAssertEqual(tracking.capturedAt, Date(timeIntervalSince1970: 1_746_480_000))
    }

    func testMostVisitsAreNobodys() throws {
        let url = try XCTUnwrap(URL(string: "https://shop.example/?ad_id=1&gclid=2"))
        XCTAssertNil(try TrackingParams.from(url: url))
    }

    func testAnIncompleteVisitListsWhatIsMissing() throws {
        XCTAssertThrowsError(try TrackingParams.from(query: "sendout_id=s1")) { error in
            guard case ConnectlyError.validation(let details) = error else {
                return XCTFail("\(error)")
            }
            XCTAssertEqual(details.code, .invalidTracking)
            XCTAssertEqual(
                Set(details.issues.map(\.path)), ["cnct_tracking_id", "ctwa_clid", "ad_id"])
        }
    }

    func testAPlusIsASpaceInComponentsAndAPlusInDecodedItems() throws {
        let components = try XCTUnwrap(URLComponents(string: Sample.landing + "&note=a+b%2Bc"))
        let encoded = try XCTUnwrap(TrackingParams.from(components: components))
        XCTAssertEqual(encoded.extra.map(\.value), ["a b+c"])
        let items = [
            URLQueryItem(name: "cnct_tracking_id", value: "t"),
            URLQueryItem(name: "sendout_id", value: "s"),
            URLQueryItem(name: "ctwa_clid", value: "a+b%20"),
            URLQueryItem(name: "ad_id", value: "1"), URLQueryItem(name: "flag", value: nil),
        ]
        let decoded = try XCTUnwrap(TrackingParams.from(queryItems: items))
        XCTAssertEqual(decoded.ctwaClid, "a+b%20")
    }

    func testNamedExtrasComeFirst() throws {
        let query = "b=1&a=2&" + Sample.landing.split(separator: "?")[1]
        let tracking = try XCTUnwrap(TrackingParams.from(query: query, extraParams: ["a"]))
        XCTAssertEqual(tracking.extra.map(\.name), ["a", "b"])
    }

    func testCookieAndJSONRestoreTheSame() throws {
        let tracking = try XCTUnwrap(
            TrackingParams.from(url: Sample.landing + "&z=1&a=2&cnct_x=3"))
        XCTAssertEqual(try TrackingParams(cookie: tracking.toCookie()), tracking)
        XCTAssertEqual(try TrackingParams(json: tracking.toJSON()), tracking)
        XCTAssertEqual(TrackingParams.cookieName, "cnct_tracking")
        XCTAssertTrue(tracking.toCookie().hasPrefix("v1."))
    }

    func testCodableRestoresEveryValue() throws {
        let written =
            #"{"v":2,"cnct_tracking_id":"t1","sendout_id":"s1","ctwa_clid":"c/1","ad_id":"1","#
            + #""extra":{"utm_source":"é"},"captured_at":1746480000,"#
            + #""later":{"list":[1,true,null,"x",1234567890123456789,12.25]}}"#
        let tracking = try JSONDecoder().decode(TrackingParams.self, from: Data(written.utf8))
        XCTAssertEqual(tracking.ctwaClid, "c/1")
        XCTAssertEqual(tracking.capturedAt, Date(timeIntervalSince1970: 1_746_480_000))
        let encoded = try JSONEncoder().encode(tracking)
        let again = try JSONDecoder().decode(TrackingParams.self, from: encoded)
        XCTAssertEqual(again.extra, tracking.extra)
        for text in [tracking.toJSON(), again.toJSON()] {
            XCTAssertTrue(text.contains(#""v":2,"#), text)
            XCTAssertTrue(text.contains(#"[1,true,null,"x",1234567890123456789,12.25]"#), text)
        }
    }

    func testCodableValidates() throws {
        let written = #"{"v":1,"cnct_tracking_id":"t1","sendout_id":"","ctwa_clid":"c1"}"#
        XCTAssertThrowsError(
            try JSONDecoder().decode(TrackingParams.self, from: Data(written.utf8))
        ) { error in
            XCTAssertEqual((error as? ConnectlyError)?.kind, .validation)
        }
    }

    func testItFitsIntoAStructThatIsStored() throws {
        struct Order: Codable, Equatable {
            var id: UUID
            var tracking: TrackingParams?
        }
        let order = Order(id: UUID(), tracking: try Sample.tracking())
        let stored = try JSONEncoder().encode(order)
        XCTAssertEqual(try JSONDecoder().decode(Order.self, from: stored), order)
    }

    /// Many APIs use these strategies; they must not change names that are not Swift's.
    func testItSurvivesStrategiesForKeys() throws {
        struct Order: Codable, Equatable {
            var orderNumber: Int
            var adTracking: TrackingParams
        }
        let tracking = try TrackingParams(
            json: #"{"v":1,"cnct_tracking_id":"t1","sendout_id":"s1","ctwa_clid":"c1","#
                + #""ad_id":"1","extra":{"utm_source":"a","fooBar":"b"},"captured_at":5,"#
                + #""later_member":{"some_name":1,"otherName":2}}"#)
        let order = Order(orderNumber: 7, adTracking: tracking)
        for toSnakeCase in [true, false] {
            for fromSnakeCase in [true, false] {
                let (encoder, decoder) = (JSONEncoder(), JSONDecoder())
                if toSnakeCase { encoder.keyEncodingStrategy = .convertToSnakeCase }
                if fromSnakeCase { decoder.keyDecodingStrategy = .convertFromSnakeCase }
                let stored = try encoder.encode(order.adTracking)
                let read = try decoder.decode(TrackingParams.self, from: stored)
                XCTAssertEqual(Set(read.extra), Set(tracking.extra))
                XCTAssertTrue(read.toJSON().contains(#""otherName":2"#), read.toJSON())
                XCTAssertTrue(read.toJSON().contains(#""some_name":1"#), read.toJSON())
                guard toSnakeCase == fromSnakeCase else { continue }
                let again = try decoder.decode(Order.self, from: encoder.encode(order))
                XCTAssertEqual(again.adTracking.sendoutID, "s1")
                XCTAssertEqual(again.orderNumber, 7)
            }
        }
    }
}
