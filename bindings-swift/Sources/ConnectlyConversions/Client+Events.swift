public import Foundation

extension Client {
    /// A Purchase with the client's ``rounding``.
    ///
    /// As ``ConversionEvent/purchase(tracking:orderID:currency:value:items:eventTime:contentType:contentIDs:numItems:extraPayload:options:)``.
    public func purchase(
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
        try ConversionEvent.purchase(
            tracking: tracking, orderID: orderID, currency: currency, value: value, items: items,
            eventTime: eventTime, contentType: contentType, contentIDs: contentIDs,
            numItems: numItems, extraPayload: extraPayload, options: ours(options))
    }

    /// A ViewContent with the client's ``rounding``.
    ///
    /// As ``ConversionEvent/viewContent(tracking:items:currency:value:eventTime:contentType:contentIDs:numItems:extraPayload:options:)``.
    public func viewContent(
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
        try ConversionEvent.viewContent(
            tracking: tracking, items: items, currency: currency, value: value,
            eventTime: eventTime, contentType: contentType, contentIDs: contentIDs,
            numItems: numItems, extraPayload: extraPayload, options: ours(options))
    }

    /// The options, with the client's rounding where they have none.
    private func ours(_ options: EventOptions) -> EventOptions {
        var options = options
        options.rounding = options.rounding ?? rounding
        return options
    }
}
