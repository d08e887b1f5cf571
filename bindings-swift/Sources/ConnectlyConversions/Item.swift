import Foundation

/// One line of an order: a product of the catalogue, how many, and the price of one.
///
/// ```swift
/// Item(id: "phone-case-blk", quantity: 2, itemPrice: "24.99")
/// ```
public struct Item: Sendable, Hashable {
    /// The product's id in the catalogue, at most 1,024 bytes.
    public var id: String
    /// How many pieces, at least 1.
    public var quantity: Int
    /// The price of one piece as text, in the currency's major unit; `nil` where not told.
    public var itemPrice: String?

    /// A line of an order. It is checked by the event that it is given to.
    ///
    /// - Parameters:
    ///   - id: The product's id: a `String`, an integer or a `UUID`.
    ///   - quantity: How many pieces; 1 unless given.
    ///   - itemPrice: The price of one piece in the currency's major unit: a `String`, a `Decimal`
    ///     or an `Int`.
    public init(
        id: some IDConvertible, quantity: Int = 1, itemPrice: (any AmountConvertible)? = nil
    ) {
        self.id = id.idText
        self.quantity = quantity
        self.itemPrice = itemPrice?.amountText
    }
}
