public import Foundation

/// A conversion that the ``Sandbox`` accepted.
public struct Received: Sendable, Hashable, Decodable {
    /// `Purchase` or `ViewContent`.
    public let eventName: String
    /// The order's id, if it has one.
    public let orderID: String?
    /// The currency, in upper case.
    public let currency: String?
    /// The total, in the currency's major unit.
    public let value: Decimal?
    /// When the order was placed, in Unix seconds.
    public let eventTime: Int64
    /// How often this order has come by now; 1 for an event without an order id.
    public let times: Int
    /// Whether this order had come before. The API answers 200 all the same.
    public let duplicate: Bool
    /// The business whose URL it came to.
    public let businessID: String

    private enum CodingKeys: String, CodingKey {
        case eventName = "event_name"
        case orderID = "order_id"
        case currency, value
        case eventTime = "event_time"
        case times, duplicate
        case businessID = "business_id"
    }

    /// Reads what the sandbox wrote.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        eventName = try members.decode(String.self, forKey: .eventName)
        orderID = try members.decodeIfPresent(String.self, forKey: .orderID)
        currency = try members.decodeIfPresent(String.self, forKey: .currency)
        let text = try members.decodeIfPresent(String.self, forKey: .value)
        value = text.flatMap { Decimal(string: $0, locale: Locale(identifier: "en_US_POSIX")) }
        eventTime = try members.decode(Int64.self, forKey: .eventTime)
        times = try members.decode(Int.self, forKey: .times)
        duplicate = try members.decode(Bool.self, forKey: .duplicate)
        businessID = try members.decode(String.self, forKey: .businessID)
    }
}

/// A request to the ``Sandbox``, and what became of it.
public struct Recorded: Sendable, Hashable, Decodable {
    /// The method.
    public let method: String
    /// The path, without the query.
    public let path: String
    /// The headers by their lower-case names; the key is masked as `***`.
    public let headers: [String: String]
    /// The body as text.
    public let body: String
    /// The status that was answered; `nil` where a fault gave none.
    public let status: Int?
    /// The kind of the fault that was played.
    public let fault: String?
    /// Whether a conversion was recorded.
    public let recorded: Bool
}
