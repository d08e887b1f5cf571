import Foundation

/// What can be the id of an order, a product or a business: a `String`, an integer or a `UUID`.
///
/// A shop's own id type can conform too:
///
/// ```swift
/// extension OrderNumber: IDConvertible {
///     public var idText: String { rawValue }
/// }
/// ```
public protocol IDConvertible: Sendable {
    /// The id as text, the same for every report of the same order.
    var idText: String { get }
}

extension String: IDConvertible {
    /// The text itself.
    public var idText: String { self }
}

extension UUID: IDConvertible {
    /// The UUID in lower case, as every other language prints it: an order that a Swift server
    /// and another service both report stays one order.
    public var idText: String { uuidString.lowercased() }
}

extension Int: IDConvertible {
    /// The decimal digits.
    public var idText: String { String(self) }
}

extension Int64: IDConvertible {
    /// The decimal digits.
    public var idText: String { String(self) }
}

extension UInt64: IDConvertible {
    /// The decimal digits.
    public var idText: String { String(self) }
}
