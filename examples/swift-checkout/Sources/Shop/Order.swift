import Foundation

/// An order as the shop's checkout gets it.
public struct Order: Codable, Sendable {
    public struct Line: Codable, Sendable {
        public let sku: String
        public let quantity: Int
        /// Money travels as text: a JSON number with a fraction is a float to most parsers.
        public let price: String

        public init(sku: String, quantity: Int, price: String) {
            self.sku = sku
            self.quantity = quantity
            self.price = price
        }
    }

    public let id: String
    public let placedAt: Date
    public let currency: String
    public let total: String
    public let lines: [Line]

    public init(id: String, placedAt: Date, currency: String, total: String, lines: [Line]) {
        self.id = id
        self.placedAt = placedAt
        self.currency = currency
        self.total = total
        self.lines = lines
    }
}
