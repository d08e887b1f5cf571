public import ConnectlyConversions
internal import ConnectlyFFI
public import Foundation

/// What was expected did not arrive; the message says what came instead.
public struct NotReported: Error, Sendable, Hashable, CustomStringConvertible, LocalizedError {
    /// What was expected and what came, in one line.
    public let message: String

    /// The message.
    public var description: String { message }

    /// The message.
    public var errorDescription: String? { message }
}

extension Sandbox {
    /// Asserts that this was reported, once unless told otherwise, and gives the last of it.
    ///
    /// - Parameters:
    ///   - orderID: The order; any unless given.
    ///   - value: The total that must have been reported.
    ///   - currency: The currency that must have been reported, in upper or lower case.
    ///   - times: How often it must have come, at least once.
    ///   - eventName: `Purchase` or `ViewContent`; either unless given.
    /// - Throws: ``NotReported`` with what came instead.
    @discardableResult
    public func assertReported(
        orderID: (any IDConvertible)? = nil, value: (any AmountConvertible)? = nil,
        currency: String? = nil, times: Int = 1, eventName: String? = nil
    ) throws -> Received {
        var members: [String: JSONValue] = ["times": .number(Decimal(times))]
        members["order_id"] = orderID.map { .string($0.idText) }
        members["value"] = value.map { .string($0.amountText) }
        members["currency"] = currency.map(JSONValue.string)
        members["event_name"] = eventName.map(JSONValue.string)
        let expected = JSONValue.object(members).jsonText
        let text = try reported(try native { try handle.assertReported(expected: expected) })
        return try JSONDecoder().decode(Received.self, from: Data(text.utf8))
    }

    /// Asserts that no event of this order was reported.
    ///
    /// - Throws: ``NotReported`` with what came.
    public func assertNotReported(orderID: any IDConvertible) throws {
        let id = orderID.idText
        if let came = try native({ try handle.assertNotReported(orderId: id) }) {
            throw NotReported(message: came)
        }
    }
}

/// The JSON of what was expected.
func reported(_ found: Found) throws -> String {
    switch found {
    case .reported(let json): return json
    case .notReported(let message): throw NotReported(message: message)
    }
}
