internal import ConnectlyFFI
public import Foundation

/// The values captured at landing, to be sent back with the purchase exactly as they came.
///
/// Capture them from the landing URL, keep them in a session, an order row or a cookie, and give
/// them to ``ConversionEvent/purchase(tracking:orderID:currency:value:items:eventTime:contentType:contentIDs:numItems:extraPayload:options:)``:
///
/// ```swift
/// if let tracking = try TrackingParams.from(url: request.url) {
///     session.tracking = tracking.toCookie()
/// }
/// ```
public struct TrackingParams: Sendable, Hashable {
    /// A further parameter of the landing link.
    public struct Extra: Sendable, Hashable {
        /// The parameter's name.
        public let name: String
        /// Its value, decoded once.
        public let value: String
    }

    /// The name of the cookie that ``toCookie()`` is meant for.
    public static let cookieName = (try? native { try ConnectlyFFI.cookieName() }) ?? ""

    /// The session of the customer (`cnct_tracking_id`).
    public let cnctTrackingID: String
    /// The Connectly campaign's sendout (`sendout_id`).
    public let sendoutID: String
    /// Meta's click id (`ctwa_clid`).
    public let ctwaClid: String
    /// The ad's id (`ad_id`): digits, often past 2⁵³, so always text.
    public let adID: String
    /// What else the link carried, the most important first.
    public let extra: [Extra]
    /// When the visitor landed, to the second; `nil` if never told.
    public let capturedAt: Date?

    private let json: String
    private let cookie: String

    /// The params of four known values, for a shop that stored them in its own way.
    ///
    /// - Parameters:
    ///   - cnctTrackingID: The link's `cnct_tracking_id`.
    ///   - sendoutID: The link's `sendout_id`.
    ///   - ctwaClid: The link's `ctwa_clid`.
    ///   - adID: The link's `ad_id`.
    ///   - capturedAt: When the visitor landed. Left out, nothing warns of an old click.
    /// - Throws: ``ConnectlyError/validation(_:)`` where a value is empty, over 1,024 bytes or
    ///   holds a control character.
    public init(
        cnctTrackingID: String, sendoutID: String, ctwaClid: String, adID: String,
        capturedAt: Date? = nil
    ) throws {
        self.init(
            try native {
                try trackingOfValues(
                    cnctTrackingId: cnctTrackingID, sendoutId: sendoutID, ctwaClid: ctwaClid,
                    adId: adID, capturedAt: capturedAt?.timeIntervalSince1970)
            })
    }

    /// Restores what ``toJSON()`` wrote, in whichever language.
    ///
    /// - Throws: ``ConnectlyError/validation(_:)`` where the text is not that, or a value is
    ///   missing or malformed.
    public init(json: String) throws {
        self.init(try native { try trackingOfJson(json: json) })
    }

    /// Restores what ``toCookie()`` wrote, in whichever language.
    ///
    /// Anyone can write a cookie, so its values are validated like those of a landing.
    ///
    /// - Throws: ``ConnectlyError/validation(_:)`` where the text is not that, or a value is
    ///   missing or malformed.
    public init(cookie: String) throws {
        self.init(try native { try trackingOfCookie(cookie: cookie) })
    }

    init(_ record: TrackingRecord) {
        cnctTrackingID = record.cnctTrackingId
        sendoutID = record.sendoutId
        ctwaClid = record.ctwaClid
        adID = record.adId
        extra = record.extra.map { Extra(name: $0.name, value: $0.value) }
        capturedAt = record.capturedAt.map { Date(timeIntervalSince1970: TimeInterval($0)) }
        json = record.json
        cookie = record.cookie
    }

    /// Compact JSON for a session or an order row; every language of this library reads it.
    public func toJSON() -> String { json }

    /// The value of the cookie ``cookieName``: name and value have at most 4,096 bytes for params
    /// that were captured. It is not signed.
    public func toCookie() -> String { cookie }

    /// Params are equal when every value is, those of a newer version included.
    public static func == (left: Self, right: Self) -> Bool { left.json == right.json }

    /// Hashes every value.
    public func hash(into hasher: inout Hasher) { hasher.combine(json) }
}
