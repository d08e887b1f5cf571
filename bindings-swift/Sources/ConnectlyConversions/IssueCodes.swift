extension Issue {
    /// The stable code of a problem; `core/schema/errors.json` says when each is given.
    ///
    /// A later release may add codes, so this is not an enumeration: compare with the constants.
    public struct Code: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
        /// The code in snake case, the same in every language.
        public let rawValue: String

        /// The code of this name.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The code in snake case.
        public var description: String { rawValue }
    }
}

extension Issue.Code: CaseIterable {
    /// Every code that this release knows.
    public static let allCases: [Issue.Code] = [
        .invalidJSON, .required, .unknownField, .wrongType, .unsupportedEventName, .valueTooLong,
        .controlCharacter, .unknownCurrency, .invalidAmount, .negativeAmount, .invalidQuantity,
        .eventTimeInMilliseconds, .eventTimeInFuture, .eventTimeImplausible,
        .eventTimeWithoutZone, .eventTooLarge, .eventOlderThanSevenDays, .missingOrderID,
        .amountPrecision, .withdrawnCurrency, .extraCurrency, .amountRounded, .undeclaredField,
        .currencyWithoutValue, .valueWithoutCurrency, .numItemsMismatch, .contentIDsMismatch,
        .totalMismatch, .unknownContentType, .clickOlderThanSevenDays,
    ]

    /// The text is not JSON, or a member is given twice.
    public static let invalidJSON = Self(rawValue: "invalid_json")
    /// A needed member is absent or empty.
    public static let required = Self(rawValue: "required")
    /// A member that the wire does not know.
    public static let unknownField = Self(rawValue: "unknown_field")
    /// A string where a number is needed, and so on; ad_id as a number (digits past 2^53 would be
    /// lost).
    public static let wrongType = Self(rawValue: "wrong_type")
    /// Not exactly Purchase or ViewContent.
    public static let unsupportedEventName = Self(rawValue: "unsupported_event_name")
    /// A tracking value or id over 1,024 bytes; an order id over 256.
    public static let valueTooLong = Self(rawValue: "value_too_long")
    /// In a tracking value or an id.
    public static let controlCharacter = Self(rawValue: "control_character")
    /// Neither a current nor a withdrawn ISO 4217 code, nor listed in extra_currencies
    /// (CONNECTLY_EXTRA_CURRENCIES, for codes newer than the release); XXX, XTS and the metals are
    /// unknown.
    public static let unknownCurrency = Self(rawValue: "unknown_currency")
    /// Not a decimal number, NaN, infinite, over 18 digits, a decimal comma, a float whose shortest
    /// round-trip decimal has over 15 significant digits (the suggestion is the amount rounded to
    /// the currency's minor unit).
    public static let invalidAmount = Self(rawValue: "invalid_amount")
    /// Below zero (a discount line: leave it out, value carries it).
    public static let negativeAmount = Self(rawValue: "negative_amount")
    /// Not integral, below 1, over 2^31 - 1 (for 1.5 kg: quantity 1 and the line's total as price).
    public static let invalidQuantity = Self(rawValue: "invalid_quantity")
    /// 10^11 and above; the suggestion is the seconds.
    public static let eventTimeInMilliseconds = Self(rawValue: "event_time_in_milliseconds")
    /// More than 5 minutes ahead.
    public static let eventTimeInFuture = Self(rawValue: "event_time_in_future")
    /// Before 2015-01-01.
    public static let eventTimeImplausible = Self(rawValue: "event_time_implausible")
    /// A date-time with no offset.
    public static let eventTimeWithoutZone = Self(rawValue: "event_time_without_zone")
    /// The wire form is over 1,000,000 bytes.
    public static let eventTooLarge = Self(rawValue: "event_too_large")
    /// Meta refuses such an event; Connectly still records it in the campaign's analytics, so it is
    /// sent.
    public static let eventOlderThanSevenDays = Self(rawValue: "event_older_than_seven_days")
    /// A Purchase without one: nothing protects it from being counted twice.
    public static let missingOrderID = Self(rawValue: "missing_order_id")
    /// More decimals than the currency has (JPY 0, USD 2, KWD 3).
    public static let amountPrecision = Self(rawValue: "amount_precision")
    /// A code that ISO 4217 has withdrawn (old orders are backfilled); codes that the currency
    /// crate lacks go into a small table with its source.
    public static let withdrawnCurrency = Self(rawValue: "withdrawn_currency")
    /// A code of extra_currencies.
    public static let extraCurrency = Self(rawValue: "extra_currency")
    /// Rounding="currency" changed the amount.
    public static let amountRounded = Self(rawValue: "amount_rounded")
    /// A member given through extra_payload.
    public static let undeclaredField = Self(rawValue: "undeclared_field")
    /// On a ViewContent: a currency and no value.
    public static let currencyWithoutValue = Self(rawValue: "currency_without_value")
    /// On a ViewContent: a value and no currency.
    public static let valueWithoutCurrency = Self(rawValue: "value_without_currency")
    /// Given, and not the sum of the quantities.
    public static let numItemsMismatch = Self(rawValue: "num_items_mismatch")
    /// Given, and not the ids of the contents.
    public static let contentIDsMismatch = Self(rawValue: "content_ids_mismatch")
    /// Value differs from the sum of quantity × price (normal with shipping, tax, discount).
    public static let totalMismatch = Self(rawValue: "total_mismatch")
    /// Not product or product_group.
    public static let unknownContentType = Self(rawValue: "unknown_content_type")
    /// Captured over 7 days before the event.
    public static let clickOlderThanSevenDays = Self(rawValue: "click_older_than_seven_days")
}
