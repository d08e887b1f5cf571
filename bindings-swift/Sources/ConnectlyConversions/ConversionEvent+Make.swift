public import Foundation

extension ConversionEvent {
    /// A Purchase: one order, however many items it has.
    ///
    /// - Parameters:
    ///   - tracking: What was captured at landing.
    ///   - orderID: The shop's own immutable id of the order, at most 256 bytes: a `String`, an
    ///     integer or a `UUID`. It keeps the order from being counted twice; `nil` passes with a
    ///     warning.
    ///   - currency: An ISO 4217 code in any case.
    ///   - value: The order's total in the currency's major unit, at most 18 digits: a `String`
    ///     such as `"99.97"`, a `Decimal`, or an `Int`.
    ///   - items: The lines of the order.
    ///   - eventTime: When the order was placed; the moment of construction unless given. A
    ///     fraction of a second is floored.
    ///   - contentType: `product` (the default for an event with items) or `product_group`.
    ///   - contentIDs: The products' ids; those of the items unless given.
    ///   - numItems: How many pieces; the sum of the items' quantities unless given.
    ///   - extraPayload: Members of `payload` that the API has gained since this release; each
    ///     gives a warning.
    ///   - options: How the event is checked.
    /// - Throws: ``ConnectlyError/validation(_:)`` with every problem.
    public static func purchase(
        tracking: TrackingParams,
        orderID: (any IDConvertible)?,
        currency: String,
        value: any AmountConvertible,
        items: [Item] = [],
        eventTime: Date? = nil,
        contentType: String? = nil,
        contentIDs: [String]? = nil,
        numItems: Int? = nil,
        extraPayload: [String: JSONValue] = [:],
        options: EventOptions = EventOptions()
    ) throws -> ConversionEvent {
        let document = Document(
            name: .purchase, tracking: tracking, orderID: orderID, currency: currency,
            value: value, items: items, eventTime: eventTime, contentType: contentType,
            contentIDs: contentIDs, numItems: numItems, extraPayload: extraPayload)
        return try ConversionEvent(arguments: document.text, options: options)
    }

    /// A ViewContent: a product page was looked at.
    ///
    /// - Parameters:
    ///   - tracking: What was captured at landing.
    ///   - items: The product, or the products, of the page.
    ///   - currency: An ISO 4217 code in any case, where there is a value.
    ///   - value: What the page offers, in the currency's major unit.
    ///   - eventTime: When the page was looked at; the moment of construction unless given.
    ///   - contentType: `product` (the default for an event with items) or `product_group`.
    ///   - contentIDs: The products' ids; those of the items unless given.
    ///   - numItems: How many pieces; the sum of the items' quantities unless given.
    ///   - extraPayload: Members of `payload` that the API has gained since this release; each
    ///     gives a warning.
    ///   - options: How the event is checked.
    /// - Throws: ``ConnectlyError/validation(_:)`` with every problem.
    public static func viewContent(
        tracking: TrackingParams,
        items: [Item] = [],
        currency: String? = nil,
        value: (any AmountConvertible)? = nil,
        eventTime: Date? = nil,
        contentType: String? = nil,
        contentIDs: [String]? = nil,
        numItems: Int? = nil,
        extraPayload: [String: JSONValue] = [:],
        options: EventOptions = EventOptions()
    ) throws -> ConversionEvent {
        let document = Document(
            name: .viewContent, tracking: tracking, orderID: nil, currency: currency,
            value: value, items: items, eventTime: eventTime, contentType: contentType,
            contentIDs: contentIDs, numItems: numItems, extraPayload: extraPayload)
        return try ConversionEvent(arguments: document.text, options: options)
    }
}

/// The input document of an event.
private struct Document {
    let name: ConversionEvent.Name
    let tracking: TrackingParams
    let orderID: (any IDConvertible)?
    let currency: String?
    let value: (any AmountConvertible)?
    let items: [Item]
    let eventTime: Date?
    let contentType: String?
    let contentIDs: [String]?
    let numItems: Int?
    let extraPayload: [String: JSONValue]

    var text: String {
        let clicked = JSONText.object([
            ("ctwa_clid", JSONText.string(tracking.ctwaClid)),
            ("ad_id", JSONText.string(tracking.adID)),
        ])
        return JSONText.object([
            ("cnct_tracking_id", JSONText.string(tracking.cnctTrackingID)),
            ("event_name", JSONText.string(name.rawValue)),
            ("sendout_id", JSONText.string(tracking.sendoutID)),
            ("attribution", JSONText.object([("meta_ctwa", clicked)])),
            ("captured_at", tracking.capturedAt.map(JSONText.time)),
            ("payload", payload),
            ("extra_payload", JSONValue.object(extraPayload).jsonText),
        ])
    }

    private var payload: String {
        JSONText.object([
            ("currency", currency.map(JSONText.string)),
            ("value", value.map { JSONText.string($0.amountText) }),
            ("order_id", orderID.map { JSONText.string($0.idText) }),
            ("content_type", contentType.map(JSONText.string)),
            ("content_ids", contentIDs.map { JSONText.array($0.map(JSONText.string)) }),
            ("num_items", numItems.map(String.init)),
            ("contents", JSONText.array(items.map(line))),
            ("event_time", eventTime.map(JSONText.time)),
        ])
    }

    private func line(_ item: Item) -> String {
        JSONText.object([
            ("id", JSONText.string(item.id)),
            ("quantity", String(item.quantity)),
            ("item_price", item.itemPrice.map(JSONText.string)),
        ])
    }
}
