internal import ConnectlyFFI
import Foundation

/// How an event is read and checked. The defaults suit nearly every shop.
public struct EventOptions: Sendable, Hashable {
    /// What to do with an amount that is finer than its currency's minor unit.
    public enum Rounding: String, Sendable, Hashable, CaseIterable {
        /// Send it as it is, with a warning.
        case never
        /// Round to the currency's minor unit, half to even, with a warning.
        case currency
    }

    /// What to do with an amount that is finer than its currency's minor unit.
    public var rounding: Rounding?
    /// Currency codes newer than this release. `nil` means those of the environment variable
    /// `CONNECTLY_EXTRA_CURRENCIES`.
    public var extraCurrencies: [String]?
    /// The moment of construction; `nil` means the current time.
    public var now: Date?
    /// The document was printed by JavaScript, whose integers past 2⁵³ have lost digits: such an
    /// id or amount is refused. It matters to ``ConversionEvent/init(json:options:)`` only.
    public var javascriptNumbers: Bool

    /// Options; what is left out has its default.
    public init(
        rounding: Rounding? = nil, extraCurrencies: [String]? = nil, now: Date? = nil,
        javascriptNumbers: Bool = false
    ) {
        self.rounding = rounding
        self.extraCurrencies = extraCurrencies
        self.now = now
        self.javascriptNumbers = javascriptNumbers
    }

    var record: EventOptionsRecord {
        EventOptionsRecord(
            rounding: rounding?.rawValue, extraCurrencies: extraCurrencies,
            now: now?.timeIntervalSince1970, javascriptNumbers: javascriptNumbers)
    }
}
