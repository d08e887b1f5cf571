import ConnectlyConversions
import XCTest

final class EventTests: XCTestCase {
    func testPurchase() throws {
        let tracking = try TrackingParams(
            cnctTrackingID: "t1", sendoutID: "s1", ctwaClid: "c1", adID: "23851234567890123")
        let event = try ConversionEvent.purchase(
            tracking: tracking, orderID: "ORD-7821", currency: "USD",
            value: XCTUnwrap(Decimal(string: "99.97")),
            items: [
                Item(id: "data-pass-30d", quantity: 1, itemPrice: Decimal(string: "49.99")),
                Item(id: "phone-case-blk", quantity: 1, itemPrice: Decimal(string: "49.98")),
            ], eventTime: Date(timeIntervalSince1970: 1_746_480_000))
        XCTAssertEqual(event.value, Decimal(string: "99.97"))
    }
}
