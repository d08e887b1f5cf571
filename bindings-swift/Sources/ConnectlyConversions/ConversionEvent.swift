internal import ConnectlyFFI
public import Foundation

/// A valid conversion event. It is immutable, and cheap to copy.
///
/// An event that exists is valid: construction throws every problem of an invalid one at once.
///
/// ```swift
/// let event = try ConversionEvent.purchase(
///     tracking: tracking, orderID: order.id, currency: "USD", value: order.total,
///     items: [Item(id: "data-pass-30d", itemPrice: "49.99")],
///     eventTime: order.paidAt)
/// ```
public struct ConversionEvent: Sendable {
    /// The events that the API knows.
    public enum Name: String, Sendable, Hashable, Codable, CaseIterable {
        /// An order.
        case purchase = "Purchase"
        /// A product page.
        case viewContent = "ViewContent"
    }

    /// What the event reports.
    public let name: Name
    /// The order's id: the key that keeps it from being counted twice.
    public let orderID: String?
    /// The currency's ISO 4217 code, in upper case.
    public let currency: String?
    /// The total, in the currency's major unit.
    public let value: Decimal?
    /// What kind of ids the products have: as given, or `product` for an event with items.
    public let contentType: String?
    /// The products' ids: as given, or those of the items, each once.
    public let contentIDs: [String]
    /// How many pieces: as given, or the sum of the items' quantities.
    public let numItems: Int?
    /// When the order was placed, to the second.
    public let eventTime: Date
    /// Problems that do not refuse the event.
    public let warnings: [Issue]

    private let wire: Data
    let handle: Event

    /// Reads an input document (`core/schema/event.schema.json`): the wire's own shape and names,
    /// read leniently where no meaning is lost. Reads what ``toJSON()`` wrote, too, in whichever
    /// language; the options do not matter to that.
    ///
    /// - Throws: ``ConnectlyError/validation(_:)`` with every problem of the document.
    public init(json: String, options: EventOptions = EventOptions()) throws {
        try self.init { try Event.fromJson(text: json, options: options.record) }
    }

    /// Reads the bytes that ``toWire()`` gave, strictly, as the API does. Warnings are those of
    /// this reading.
    ///
    /// - Throws: ``ConnectlyError/validation(_:)`` with every problem.
    public init(wire: Data, options: EventOptions = EventOptions()) throws {
        try self.init { try Event.fromWire(bytes: wire, options: options.record) }
    }

    /// Reads the input document of a call's arguments.
    init(arguments: String, options: EventOptions) throws {
        try self.init { try Event.fromArguments(text: arguments, options: options.record) }
    }

    private init(_ make: () throws -> Event) throws {
        let (handle, record) = try native {
            let handle = try make()
            return (handle, try handle.record())
        }
        self.handle = handle
        name = Name(rawValue: record.eventName) ?? .purchase
        orderID = record.orderId
        currency = record.currency
        value = record.value.flatMap(Decimal.init(exactly:))
        contentType = record.contentType
        contentIDs = record.contentIds
        numItems = record.numItems.map { Int(clamping: $0) }
        eventTime = Date(timeIntervalSince1970: TimeInterval(record.eventTime))
        warnings = record.warnings.map(Issue.init)
        wire = record.wire
    }

    /// The event as JSON text, for a job queue or a row: ``init(json:options:)`` reads it back in
    /// whichever language, to the same bytes and the same warnings. An event that was valid stays
    /// valid, however old it is when it is read.
    public func toJSON() -> String {
        // Only a panic could be thrown here; what comes of it is refused when it is read.
        (try? handle.toJson()) ?? ""
    }

    /// The exact bytes that go out.
    public func toWire() -> Data { wire }
}

extension ConversionEvent: Hashable {
    /// Events are equal when the same bytes go out.
    public static func == (left: Self, right: Self) -> Bool { left.wire == right.wire }

    /// Hashes the bytes that go out.
    public func hash(into hasher: inout Hasher) { hasher.combine(wire) }
}

extension ConversionEvent: CustomStringConvertible, CustomReflectable {
    /// The event without its tracking values: they tell who the customer is.
    public var description: String {
        let value = value.map { " \($0) \(currency ?? "")" } ?? ""
        return "\(name.rawValue) \(orderID ?? "without an order id")\(value)"
    }

    /// What ``description`` says, so that `dump` tells no more.
    public var customMirror: Mirror {
        Mirror(self, children: ["description": description], displayStyle: .struct)
    }
}
