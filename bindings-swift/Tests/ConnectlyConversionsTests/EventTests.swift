import ConnectlyConversions
import Foundation
import XCTest

final class EventTests: XCTestCase {
    private let placed = Date(timeIntervalSince1970: 1_746_480_000)

    private func wire(_ event: ConversionEvent) -> String {
        String(decoding: event.toWire(), as: UTF8.self)
    }

    private func issues(_ make: () throws -> ConversionEvent) throws -> [String] {
        do {
            _ = try make()
            return []
        } catch ConnectlyError.validation(let details) {
            return details.issues.map { "\($0.code) at \($0.path)" }
        }
    }

    func testTheDocumentationsOrderGoesOutAsItStandsThere() throws {
        XCTAssertEqual(
            wire(try Sample.purchase()),
            #"{"cnct_tracking_id":"t1","event_name":"Purchase","sendout_id":"s1","#
                + #""attribution":{"meta_ctwa":{"ctwa_clid":"c1","ad_id":"23851234567890123"}},"#
                + #""payload":{"currency":"USD","value":99.97,"order_id":"ORD-7821","#
                + #""content_type":"product","content_ids":["data-pass-30d","phone-case-blk"],"#
                + #""num_items":2,"contents":[{"id":"data-pass-30d","quantity":1,"#
                + #""item_price":49.99},{"id":"phone-case-blk","quantity":1,"#
                + #""item_price":49.98}],"event_time":1746480000}}"#)
    }

    func testAnEventTellsWhatItHolds() throws {
        let event = try Sample.purchase()
        XCTAssertEqual(event.name, .purchase)
        XCTAssertEqual(event.orderID, "ORD-7821")
        XCTAssertEqual(event.currency, "USD")
        XCTAssertEqual(event.value, Sample.amount("99.97"))
        XCTAssertEqual(event.eventTime, placed)
        XCTAssertEqual(event.warnings.map(\.code), [.eventOlderThanSevenDays])
    }

    func testAmountsKeepEveryDigit() throws {
        let amounts = [
            "0.07": "0.07", "99.90": "99.9", "100.00": "100", "0": "0",
            "123456789012345.678": "123456789012345.678",
            "999999999999999999": "999999999999999999",
            "0.000000000000000001": "0.000000000000000001",
        ]
        for (given, sent) in amounts {
            let event = try ConversionEvent.purchase(
                tracking: Sample.tracking(), orderID: "A", currency: "USD",
                value: Sample.amount(given), eventTime: placed)
            XCTAssertTrue(wire(event).contains("\"value\":\(sent),"), "\(given): \(wire(event))")
            XCTAssertEqual(event.value, Sample.amount(given))
        }
    }

    func testAmountsThatAreNoneAreRefused() throws {
        let refused: [(Decimal, String)] = [
            (.nan, "invalid_amount at payload.value"),
            (Sample.amount("1234567890123456789"), "invalid_amount at payload.value"),
            (Sample.amount("-0.01"), "negative_amount at payload.value"),
            (Decimal.greatestFiniteMagnitude, "invalid_amount at payload.value"),
            (Decimal.leastNonzeroMagnitude, "invalid_amount at payload.value"),
        ]
        for (value, problem) in refused {
            XCTAssertEqual(
                try issues {
                    try ConversionEvent.purchase(
                        tracking: Sample.tracking(), orderID: "A", currency: "USD", value: value)
                }, [problem])
        }
    }

    /// What Swift makes of the literal 3.133, by way of a `Double`.
    func testAnAmountThatWasADoubleIsRefusedWithTheAmountThatWasMeant() throws {
        XCTAssertThrowsError(
            try ConversionEvent.purchase(
                tracking: Sample.tracking(), orderID: "A", currency: "USD",
                value: Sample.amount("3.132999999999999488"))
        ) { error in
            let issues = (error as? ConnectlyError)?.issues ?? []
            XCTAssertEqual(issues.map(\.code), [.invalidAmount])
            XCTAssertEqual(issues.map(\.suggestion), ["3.13"])
        }
    }

    func testTextIsReadStrictly() throws {
        func purchase(_ value: String) throws -> ConversionEvent {
            try ConversionEvent.purchase(
                tracking: Sample.tracking(), orderID: "A", currency: "USD", value: value,
                items: [Item(id: "a", itemPrice: value)])
        }
        for (given, sent) in ["1000.50": "1000.5", "99.97": "99.97", "1000": "1000"] {
            let written = wire(try purchase(given))
            XCTAssertTrue(written.contains("\"value\":\(sent),"), written)
            XCTAssertTrue(written.contains("\"item_price\":\(sent)}"), written)
        }
        // `Decimal(string:)` makes 1, 9, 1 and 12 of these.
        for given in ["1,000.50", "9.99 USD", "1'000", "12abc", "", " 5", "1e3", "ninety"] {
            XCTAssertEqual(
                Set(try issues { try purchase(given) }),
                [
                    "invalid_amount at payload.value",
                    "invalid_amount at payload.contents[0].item_price",
                ], given)
        }
    }

    func testANumberThatIsNoneIsRefusedInAnExtraMemberToo() throws {
        let values: [(JSONValue, String)] = [
            (.number(.nan), "extra_payload.score"),
            ([1, .number(.nan)], "extra_payload.score[1]"),
            (["deep": [["x": .number(.nan)]]], "extra_payload.score.deep[0].x"),
        ]
        for (value, path) in values {
            let found = try issues {
                try ConversionEvent.viewContent(
                    tracking: Sample.tracking(), extraPayload: ["score": value])
            }
            XCTAssertTrue(found.contains("invalid_amount at \(path)"), "\(found)")
        }
    }

    func testAHintNamesWhatSwiftTakes() throws {
        XCTAssertThrowsError(
            try ConversionEvent.viewContent(
                tracking: Sample.tracking(), extraPayload: ["order_id": "A"])
        ) { error in
            let messages = (error as? ConnectlyError)?.issues.map(\.message) ?? []
            XCTAssertTrue(messages.contains { $0.contains("orderID") }, "\(messages)")
        }
    }

    func testAMomentThatIsNoneIsRefusedWhereverItIsGiven() throws {
        let never = Date(timeIntervalSince1970: .nan)
        let milliseconds = Date(timeIntervalSince1970: 1_746_480_000_000)
        for moment in [never, .distantPast, milliseconds] {
            XCTAssertThrowsError(
                try ConversionEvent.viewContent(
                    tracking: Sample.tracking(), options: EventOptions(now: moment))
            ) { XCTAssertEqual(($0 as? ConnectlyError)?.code, .invalidOption, "\($0)") }
            XCTAssertThrowsError(
                try TrackingParams(
                    cnctTrackingID: "t1", sendoutID: "s1", ctwaClid: "c1", adID: "1",
                    capturedAt: moment)
            ) { XCTAssertEqual(($0 as? ConnectlyError)?.code, .invalidOption, "\($0)") }
            XCTAssertThrowsError(try TrackingParams.from(url: Sample.landing, now: moment)) {
                XCTAssertEqual(($0 as? ConnectlyError)?.code, .invalidOption, "\($0)")
            }
        }
    }

    func testAnEventTellsWhatIsDerivedFromItsItems() throws {
        let event = try ConversionEvent.viewContent(
            tracking: Sample.tracking(),
            items: [Item(id: "a", quantity: 2), Item(id: "b"), Item(id: "a")])
        XCTAssertEqual(event.contentType, "product")
        XCTAssertEqual(event.contentIDs, ["a", "b"])
        XCTAssertEqual(event.numItems, 4)
        let bare = try ConversionEvent.viewContent(tracking: Sample.tracking())
        XCTAssertNil(bare.contentType)
        XCTAssertEqual(bare.contentIDs, [])
        XCTAssertNil(bare.numItems)
    }

    func testRoundingIsHalfToEvenAndTold() throws {
        let event = try ConversionEvent.purchase(
            tracking: Sample.tracking(), orderID: "A", currency: "JPY",
            value: Sample.amount("1500.5"), eventTime: placed,
            options: EventOptions(rounding: .currency, now: placed))
        XCTAssertEqual(event.value, 1500)
        XCTAssertEqual(event.warnings.map(\.code), [.amountRounded])
    }

    func testIDsAreTextsIntegersAndUUIDs() throws {
        let uuid = try XCTUnwrap(UUID(uuidString: "3F1C9A52-6F0D-4B8E-9A57-2D1F0C4E8B6A"))
        XCTAssertEqual(try Sample.purchase("ORD-1").orderID, "ORD-1")
        XCTAssertEqual(try Sample.purchase(7821).orderID, "7821")
        XCTAssertEqual(try Sample.purchase(UInt64.max).orderID, "18446744073709551615")
        // Lower case, as in the other languages: two spellings would be two orders.
        XCTAssertEqual(
            try Sample.purchase(uuid).orderID, "3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a")
        XCTAssertEqual(Item(id: 7).id, "7")
    }

    func testNoOrderIDPassesWithAWarning() throws {
        let event = try Sample.purchase(nil)
        XCTAssertNil(event.orderID)
        XCTAssertTrue(event.warnings.map(\.code).contains(.missingOrderID))
    }

    func testTextsGoOutByteByByte() throws {
        let odd = "a\"b\\c/é\u{2028}\u{1F6D2}"
        let event = try ConversionEvent.viewContent(
            tracking: Sample.tracking(), items: [Item(id: odd)], eventTime: placed)
        let written = #""id":"a\"b\\c/é"# + "\u{2028}\u{1F6D2}\""
        XCTAssertTrue(wire(event).contains(written), wire(event))
        XCTAssertEqual(
            try issues {
                try ConversionEvent.viewContent(
                    tracking: Sample.tracking(), items: [Item(id: "a\u{1}b")])
            }, ["control_character at payload.contents[0].id"])
    }

    func testEveryProblemIsThrownAtOnce() throws {
        let found = try issues {
            try ConversionEvent.purchase(
                tracking: Sample.tracking(), orderID: "", currency: "XYZ",
                value: Sample.amount("-1"),
                items: [Item(id: "a"), Item(id: "", quantity: 0)],
                eventTime: Date(timeIntervalSince1970: 1_746_480_000_000),
                options: EventOptions(extraCurrencies: []))
        }
        XCTAssertEqual(
            Set(found),
            [
                "required at payload.order_id", "unknown_currency at payload.currency",
                "negative_amount at payload.value", "required at payload.contents[1].id",
                "invalid_quantity at payload.contents[1].quantity",
                "event_time_in_milliseconds at payload.event_time",
            ])
    }

    func testAFractionOfASecondIsFloored() throws {
        let event = try ConversionEvent.viewContent(
            tracking: Sample.tracking(),
            eventTime: Date(timeIntervalSince1970: 1_746_480_000.999))
        XCTAssertEqual(event.eventTime, placed)
    }

    func testDatesBeyondTheCalendarAreRefusedNotTrapped() throws {
        for date in [Date.distantPast, Date(timeIntervalSince1970: -.infinity)] {
            let found = try issues {
                try ConversionEvent.viewContent(tracking: Sample.tracking(), eventTime: date)
            }
            XCTAssertEqual(found.count, 1, "\(found)")
        }
        let never = try issues {
            try ConversionEvent.viewContent(
                tracking: Sample.tracking(), eventTime: Date(timeIntervalSince1970: .nan))
        }
        XCTAssertEqual(never, ["wrong_type at payload.event_time"])
    }

    func testAnOldClickIsWarnedOf() throws {
        let clicked = placed.addingTimeInterval(-604_801)
        let tracking = try TrackingParams(
            cnctTrackingID: "t1", sendoutID: "s1", ctwaClid: "c1", adID: "1", capturedAt: clicked)
        let event = try ConversionEvent.viewContent(
            tracking: tracking, items: [Item(id: "a")], eventTime: placed,
            options: EventOptions(now: placed))
        XCTAssertEqual(event.warnings.map(\.code), [.clickOlderThanSevenDays])
    }

    func testWhatIsGivenGoesOutAsGiven() throws {
        let event = try ConversionEvent.viewContent(
            tracking: Sample.tracking(), items: [Item(id: "a", quantity: 2)], currency: "USD",
            value: 5, eventTime: placed, contentType: "product_group", contentIDs: ["g"],
            numItems: 3,
            extraPayload: ["channel": "web", "score": 7, "flags": [true, 1, ["a": "b"]]],
            options: EventOptions(now: placed))
        XCTAssertTrue(
            wire(event).contains(
                #""payload":{"currency":"USD","value":5,"content_type":"product_group","#
                    + #""content_ids":["g"],"num_items":3,"contents":[{"id":"a","quantity":2}],"#
                    + #""event_time":1746480000,"channel":"web","flags":[true,1,{"a":"b"}],"#
                    + #""score":7}}"#), wire(event))
        XCTAssertEqual(
            Set(event.warnings.map(\.code)),
            [.undeclaredField, .contentIDsMismatch, .numItemsMismatch])
    }

    func testEventsAreEqualWhenTheSameBytesGoOut() throws {
        XCTAssertEqual(try Sample.purchase(), try Sample.purchase())
        XCTAssertNotEqual(try Sample.purchase("A"), try Sample.purchase("B"))
        XCTAssertEqual(Set([try Sample.purchase(), try Sample.purchase()]).count, 1)
    }

    func testNothingThatPrintsAnEventTellsWhoTheCustomerIs() throws {
        let event = try Sample.purchase()
        var dumped = ""
        dump(event, to: &dumped)
        for text in ["\(event)", String(reflecting: event), dumped] {
            XCTAssertTrue(text.contains("ORD-7821"))
            XCTAssertFalse(text.contains("23851234567890123"), text)
        }
    }
}
