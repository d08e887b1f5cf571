internal import ConnectlyFFI
public import Foundation

extension TrackingParams {
    /// The params of a landing URL, absolute or relative.
    ///
    /// A visit is Connectly's when `cnct_tracking_id` or `sendout_id` is there and not empty.
    ///
    /// - Parameters:
    ///   - url: The URL that the visitor came by.
    ///   - extraParams: Names of further parameters that must not be lost; they are kept before
    ///     all others of the link.
    ///   - now: The moment of landing; the current time unless given.
    /// - Returns: `nil` where the visit is not Connectly's, as most are.
    /// - Throws: ``ConnectlyError/validation(_:)`` where the visit is Connectly's and a value is
    ///   missing or malformed.
    public static func from(
        url: URL, extraParams: [String] = [], now: Date? = nil
    ) throws -> TrackingParams? {
        try from(url: url.absoluteString, extraParams: extraParams, now: now)
    }

    /// The params of a landing URL's text, such as a request's path and query.
    ///
    /// As `from(url:extraParams:now:)`.
    public static func from(
        url: String, extraParams: [String] = [], now: Date? = nil
    ) throws -> TrackingParams? {
        let options = CaptureOptions(extraParams: extraParams, now: now?.timeIntervalSince1970)
        return try native { try captureUrl(url: url, options: options) }.map(Self.init)
    }

    /// The params of a URL's components.
    ///
    /// Read from the encoded query: `URLComponents.queryItems` would leave a `+` that means a
    /// space. Otherwise as `from(url:extraParams:now:)`.
    public static func from(
        components: URLComponents, extraParams: [String] = [], now: Date? = nil
    ) throws -> TrackingParams? {
        try from(
            query: components.percentEncodedQuery ?? "", extraParams: extraParams, now: now)
    }

    /// The params of a query string, with or without its question mark.
    ///
    /// Decoded once, as the URL standard has it. Otherwise as
    /// `from(url:extraParams:now:)`.
    public static func from(
        query: String, extraParams: [String] = [], now: Date? = nil
    ) throws -> TrackingParams? {
        let options = CaptureOptions(extraParams: extraParams, now: now?.timeIntervalSince1970)
        return try native { try captureQuery(query: query, options: options) }.map(Self.init)
    }

    /// The params of names and values that a framework has decoded already, in the URL's order.
    ///
    /// They are not decoded again. Otherwise as `from(url:extraParams:now:)`.
    public static func from(
        queryItems: [URLQueryItem], extraParams: [String] = [], now: Date? = nil
    ) throws -> TrackingParams? {
        let options = CaptureOptions(extraParams: extraParams, now: now?.timeIntervalSince1970)
        let pairs = queryItems.map { Pair(name: $0.name, value: $0.value ?? "") }
        return try native { try capturePairs(pairs: pairs, options: options) }.map(Self.init)
    }
}
