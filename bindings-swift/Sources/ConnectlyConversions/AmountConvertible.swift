public import Foundation

/// What can be an amount of money: a `String`, a `Decimal` or an `Int`, in the currency's major
/// unit.
///
/// Pass text as it is. It is read strictly: `"1000.50"` is an amount, and `"1,000.50"` is refused.
/// (`Decimal(string: "1,000.50")` is 1, and no error.)
///
/// A `Double` is no amount, and neither is a literal such as `99.97`, which Swift reads as one.
///
/// A shop's own type of money can conform too:
///
/// ```swift
/// extension Money: AmountConvertible {
///     public var amountText: String { (Decimal(cents) / 100).amountText }
/// }
/// ```
public protocol AmountConvertible: Sendable {
    /// The amount as a plain decimal, such as `99.97`: up to 18 digits, and no separator but the
    /// point.
    var amountText: String { get }
}

extension String: AmountConvertible {
    /// The text itself.
    public var amountText: String { self }
}

extension Decimal: AmountConvertible {
    /// Every digit.
    public var amountText: String { description }
}

extension Int: AmountConvertible {
    /// The decimal digits.
    public var amountText: String { String(self) }
}
