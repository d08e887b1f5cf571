import ConnectlyConversions
import Foundation

/// The documentation's order.
enum Sample {
    static let landing =
        "https://shop.example/p?cnct_tracking_id=t1&sendout_id=s1&ctwa_clid=c1"
        + "&ad_id=23851234567890123"

    static func tracking() throws -> TrackingParams {
        try TrackingParams(
            cnctTrackingID: "t1", sendoutID: "s1", ctwaClid: "c1", adID: "23851234567890123")
    }

    static func purchase(_ orderID: (any IDConvertible)? = "ORD-7821") throws -> ConversionEvent {
        try ConversionEvent.purchase(
            tracking: tracking(), orderID: orderID, currency: "usd", value: amount("99.97"),
            items: [
                Item(id: "data-pass-30d", quantity: 1, itemPrice: amount("49.99")),
                Item(id: "phone-case-blk", quantity: 1, itemPrice: amount("49.98")),
            ],
            eventTime: Date(timeIntervalSince1970: 1_746_480_000))
    }

    static func amount(_ text: String) -> Decimal {
        Decimal(string: text, locale: Locale(identifier: "en_US_POSIX")) ?? .nan
    }
}
