// Generated from core/schema/surface.json by `make generate`.

extension Issue {
    /// The stable code of a problem.
    ///
    /// A later release may add codes, so this is not an enumeration: compare with the constants.
    public struct Code: RawRepresentable, Sendable, Hashable, Codable, CustomStringConvertible {
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
        .invalidJSON,
        .required,
        .unknownField,
        .wrongType,
        .unsupportedEventName,
        .valueTooLong,
        .controlCharacter,
        .unknownCurrency,
        .invalidAmount,
        .negativeAmount,
        .invalidQuantity,
        .eventTimeInMilliseconds,
        .eventTimeInFuture,
        .eventTimeImplausible,
        .eventTimeWithoutZone,
        .eventTooLarge,
        .eventOlderThanSevenDays,
        .missingOrderID,
        .amountPrecision,
        .withdrawnCurrency,
        .extraCurrency,
        .amountRounded,
        .undeclaredField,
        .currencyWithoutValue,
        .valueWithoutCurrency,
        .numItemsMismatch,
        .contentIDsMismatch,
        .totalMismatch,
        .unknownContentType,
        .clickOlderThanSevenDays,
    ]

    /// The text is not JSON, or a member is there twice. Write the document with a JSON library.
    public static let invalidJSON = Self(rawValue: "invalid_json")
    /// A member that is needed is absent or empty. Give it.
    public static let required = Self(rawValue: "required")
    /// There is no such member. Check the spelling; the message says what may be meant. Members
    /// that the API may gain later go into `extraPayload`.
    public static let unknownField = Self(rawValue: "unknown_field")
    /// The value has another type than is needed, such as a number in place of a text. Give the
    /// type that the message names. Tracking values are texts, also if they are digits.
    public static let wrongType = Self(rawValue: "wrong_type")
    /// The event's name is not exactly `Purchase` or `ViewContent`. Use one of the two.
    public static let unsupportedEventName = Self(rawValue: "unsupported_event_name")
    /// A tracking value, an item's id or a content id is over 1,024 bytes, or an order id is over
    /// 256. Shorten it, or use another id.
    public static let valueTooLong = Self(rawValue: "value_too_long")
    /// There is a control character, such as a line end, in a tracking value or an id. Remove it.
    public static let controlCharacter = Self(rawValue: "control_character")
    /// The currency is neither an ISO 4217 code of money nor one of `extraCurrencies`. Check the
    /// code. For a code newer than this release use `extraCurrencies` or
    /// `CONNECTLY_EXTRA_CURRENCIES`.
    public static let unknownCurrency = Self(rawValue: "unknown_currency")
    /// The amount is not an exact decimal number: not a number, over 18 digits, written with a
    /// comma, or a float with more than 15 significant digits. Give a decimal or a text such as
    /// `99.97`. `rounding` can round floats to the currency.
    public static let invalidAmount = Self(rawValue: "invalid_amount")
    /// The amount is below zero. Leave out lines of discount; `value` is what was paid.
    public static let negativeAmount = Self(rawValue: "negative_amount")
    /// The quantity is not a whole number from 1 to 2,147,483,647. For 1.5 kg give the quantity 1
    /// and the price of the line.
    public static let invalidQuantity = Self(rawValue: "invalid_quantity")
    /// The time looks like milliseconds. Give Unix seconds; they are the suggestion.
    public static let eventTimeInMilliseconds = Self(rawValue: "event_time_in_milliseconds")
    /// The time is more than 5 minutes ahead of the clock. Check the time zone, and the clock of
    /// the machine.
    public static let eventTimeInFuture = Self(rawValue: "event_time_in_future")
    /// The time is before 2015-01-01. Give the time of the order in Unix seconds.
    public static let eventTimeImplausible = Self(rawValue: "event_time_implausible")
    /// The date and time has no time zone. Add the offset, such as `Z` or `+02:00`.
    public static let eventTimeWithoutZone = Self(rawValue: "event_time_without_zone")
    /// The event is over 1,000,000 bytes as it would be sent. Send fewer or shorter members.
    public static let eventTooLarge = Self(rawValue: "event_too_large")
    /// The event is more than 7 days old. Meta refuses it; Connectly still records it. Report
    /// orders sooner.
    public static let eventOlderThanSevenDays = Self(rawValue: "event_older_than_seven_days")
    /// The purchase has no order id: nothing protects it from being counted twice. Give the shop's
    /// own id of the order.
    public static let missingOrderID = Self(rawValue: "missing_order_id")
    /// The amount has more decimals than the currency (JPY 0, USD 2, KWD 3). Round it yourself, or
    /// with `rounding`.
    public static let amountPrecision = Self(rawValue: "amount_precision")
    /// ISO 4217 has withdrawn the currency. Old orders may have it. Check the code if the order is
    /// new.
    public static let withdrawnCurrency = Self(rawValue: "withdrawn_currency")
    /// The currency is known from `extraCurrencies` only. Nothing, if the code is right.
    public static let extraCurrency = Self(rawValue: "extra_currency")
    /// The amount was rounded to the currency, as `rounding` asks. Nothing, or give an amount that
    /// is exact.
    public static let amountRounded = Self(rawValue: "amount_rounded")
    /// The member was given through `extraPayload`. Nothing, if the API takes it.
    public static let undeclaredField = Self(rawValue: "undeclared_field")
    /// A `ViewContent` has a currency and no value. Give both or neither.
    public static let currencyWithoutValue = Self(rawValue: "currency_without_value")
    /// A `ViewContent` has a value and no currency. Give both or neither.
    public static let valueWithoutCurrency = Self(rawValue: "value_without_currency")
    /// `numItems` is not the sum of the quantities. Leave it out: it is derived from the items.
    public static let numItemsMismatch = Self(rawValue: "num_items_mismatch")
    /// `contentIDs` are not the ids of the items. Leave them out: they are derived from the items.
    public static let contentIDsMismatch = Self(rawValue: "content_ids_mismatch")
    /// `value` is not the sum of quantity times price. With shipping, tax or discount that is
    /// normal. Nothing, if the value is what was paid.
    public static let totalMismatch = Self(rawValue: "total_mismatch")
    /// `contentType` is neither `product` nor `product_group`. Use one of the two, or leave it out.
    public static let unknownContentType = Self(rawValue: "unknown_content_type")
    /// The visitor came more than 7 days before the event. Meta may not credit the ad. Nothing;
    /// Connectly still records it.
    public static let clickOlderThanSevenDays = Self(rawValue: "click_older_than_seven_days")
}
