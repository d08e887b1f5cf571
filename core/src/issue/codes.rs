//! Codes of problems. Generated from `schema/surface.json` by `make generate`.

use super::Severity;
use crate::named::named;

named! {
    /// The stable code of one problem of an event or a landing.
    IssueCode {
        /// The text is not JSON, or a member is there twice. Write the document with a JSON
        /// library.
        InvalidJson = "invalid_json",
        /// A member that is needed is absent or empty. Give it.
        Required = "required",
        /// There is no such member. Check the spelling; the message says what may be meant. Members
        /// that the API may gain later go into `extra_payload`.
        UnknownField = "unknown_field",
        /// The value has another type than is needed, such as a number in place of a text. Give the
        /// type that the message names. Tracking values are texts, also if they are digits.
        WrongType = "wrong_type",
        /// The event's name is not exactly `Purchase` or `ViewContent`. Use one of the two.
        UnsupportedEventName = "unsupported_event_name",
        /// A tracking value, an item's id or a content id is over 1,024 bytes, or an order id is
        /// over 256. Shorten it, or use another id.
        ValueTooLong = "value_too_long",
        /// There is a control character, such as a line end, in a tracking value or an id. Remove
        /// it.
        ControlCharacter = "control_character",
        /// The currency is neither an ISO 4217 code of money nor one of `extra_currencies`. Check
        /// the code. For a code newer than this release use `extra_currencies` or
        /// `CONNECTLY_EXTRA_CURRENCIES`.
        UnknownCurrency = "unknown_currency",
        /// The amount is not an exact decimal number: not a number, over 18 digits, written with a
        /// comma, or a float with more than 15 significant digits. Give a decimal or a text such as
        /// `99.97`. `rounding` can round floats to the currency.
        InvalidAmount = "invalid_amount",
        /// The amount is below zero. Leave out lines of discount; `value` is what was paid.
        NegativeAmount = "negative_amount",
        /// The quantity is not a whole number from 1 to 2,147,483,647. For 1.5 kg give the quantity
        /// 1 and the price of the line.
        InvalidQuantity = "invalid_quantity",
        /// The time looks like milliseconds. Give Unix seconds; they are the suggestion.
        EventTimeInMilliseconds = "event_time_in_milliseconds",
        /// The time is more than 5 minutes ahead of the clock. Check the time zone, and the clock
        /// of the machine.
        EventTimeInFuture = "event_time_in_future",
        /// The time is before 2015-01-01. Give the time of the order in Unix seconds.
        EventTimeImplausible = "event_time_implausible",
        /// The date and time has no time zone. Add the offset, such as `Z` or `+02:00`.
        EventTimeWithoutZone = "event_time_without_zone",
        /// The event is over 1,000,000 bytes as it would be sent. Send fewer or shorter members.
        EventTooLarge = "event_too_large",
        /// The event is more than 7 days old. Meta refuses it; Connectly still records it. Report
        /// orders sooner.
        EventOlderThanSevenDays = "event_older_than_seven_days",
        /// The purchase has no order id: nothing protects it from being counted twice. Give the
        /// shop's own id of the order.
        MissingOrderId = "missing_order_id",
        /// The amount has more decimals than the currency (JPY 0, USD 2, KWD 3). Round it yourself,
        /// or with `rounding`.
        AmountPrecision = "amount_precision",
        /// ISO 4217 has withdrawn the currency. Old orders may have it. Check the code if the order
        /// is new.
        WithdrawnCurrency = "withdrawn_currency",
        /// The currency is known from `extra_currencies` only. Nothing, if the code is right.
        ExtraCurrency = "extra_currency",
        /// The amount was rounded to the currency, as `rounding` asks. Nothing, or give an amount
        /// that is exact.
        AmountRounded = "amount_rounded",
        /// The member was given through `extra_payload`. Nothing, if the API takes it.
        UndeclaredField = "undeclared_field",
        /// A `ViewContent` has a currency and no value. Give both or neither.
        CurrencyWithoutValue = "currency_without_value",
        /// A `ViewContent` has a value and no currency. Give both or neither.
        ValueWithoutCurrency = "value_without_currency",
        /// `num_items` is not the sum of the quantities. Leave it out: it is derived from the
        /// items.
        NumItemsMismatch = "num_items_mismatch",
        /// `content_ids` are not the ids of the items. Leave them out: they are derived from the
        /// items.
        ContentIdsMismatch = "content_ids_mismatch",
        /// `value` is not the sum of quantity times price. With shipping, tax or discount that is
        /// normal. Nothing, if the value is what was paid.
        TotalMismatch = "total_mismatch",
        /// `content_type` is neither `product` nor `product_group`. Use one of the two, or leave it
        /// out.
        UnknownContentType = "unknown_content_type",
        /// The visitor came more than 7 days before the event. Meta may not credit the ad. Nothing;
        /// Connectly still records it.
        ClickOlderThanSevenDays = "click_older_than_seven_days",
    }
}

impl IssueCode {
    /// The severity; it belongs to the code.
    #[must_use]
    pub const fn severity(self) -> Severity {
        if matches!(
            self,
            Self::EventOlderThanSevenDays
                | Self::MissingOrderId
                | Self::AmountPrecision
                | Self::WithdrawnCurrency
                | Self::ExtraCurrency
                | Self::AmountRounded
                | Self::UndeclaredField
                | Self::CurrencyWithoutValue
                | Self::ValueWithoutCurrency
                | Self::NumItemsMismatch
                | Self::ContentIdsMismatch
                | Self::TotalMismatch
                | Self::UnknownContentType
                | Self::ClickOlderThanSevenDays
        ) {
            Severity::Warning
        } else {
            Severity::Error
        }
    }
}
