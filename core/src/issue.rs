//! One problem of an event or a landing: code, severity, path, message, suggestion.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

use crate::error::one_line;
use crate::named::named;

named! {
    /// The stable code of a problem; `schema/errors.json` says when each is given.
    IssueCode {
        /// The text is not JSON, or a member is given twice.
        InvalidJson = "invalid_json",
        /// A needed member is absent or empty.
        Required = "required",
        /// A member that the wire does not know.
        UnknownField = "unknown_field",
        /// A value of another type than needed.
        WrongType = "wrong_type",
        /// Not exactly `Purchase` or `ViewContent`.
        UnsupportedEventName = "unsupported_event_name",
        /// Over 1,024 bytes (an order id: 256).
        ValueTooLong = "value_too_long",
        /// A control character in a tracking value or an id.
        ControlCharacter = "control_character",
        /// No ISO 4217 code, nor one of `extra_currencies`.
        UnknownCurrency = "unknown_currency",
        /// Not an exact decimal number of at most 18 digits.
        InvalidAmount = "invalid_amount",
        /// Below zero.
        NegativeAmount = "negative_amount",
        /// Not a whole number from 1 to 2^31 - 1.
        InvalidQuantity = "invalid_quantity",
        /// 10^11 and above.
        EventTimeInMilliseconds = "event_time_in_milliseconds",
        /// More than 5 minutes ahead.
        EventTimeInFuture = "event_time_in_future",
        /// Before 2015.
        EventTimeImplausible = "event_time_implausible",
        /// A date-time with no offset.
        EventTimeWithoutZone = "event_time_without_zone",
        /// The wire form is over 1,000,000 bytes.
        EventTooLarge = "event_too_large",
        /// Meta refuses such an event; Connectly still records it.
        EventOlderThanSevenDays = "event_older_than_seven_days",
        /// A Purchase that nothing protects from being counted twice.
        MissingOrderId = "missing_order_id",
        /// More decimals than the currency has.
        AmountPrecision = "amount_precision",
        /// A code that ISO 4217 has withdrawn.
        WithdrawnCurrency = "withdrawn_currency",
        /// A code of `extra_currencies`.
        ExtraCurrency = "extra_currency",
        /// `rounding` changed the amount.
        AmountRounded = "amount_rounded",
        /// A member given through `extra_payload`.
        UndeclaredField = "undeclared_field",
        /// A `ViewContent` with a currency and no value.
        CurrencyWithoutValue = "currency_without_value",
        /// A `ViewContent` with a value and no currency.
        ValueWithoutCurrency = "value_without_currency",
        /// Given, and not the sum of the quantities.
        NumItemsMismatch = "num_items_mismatch",
        /// Given, and not the ids of the contents.
        ContentIdsMismatch = "content_ids_mismatch",
        /// The value is not the sum of quantity times price.
        TotalMismatch = "total_mismatch",
        /// Not `product` or `product_group`.
        UnknownContentType = "unknown_content_type",
        /// Captured over 7 days before the event.
        ClickOlderThanSevenDays = "click_older_than_seven_days",
    }
}

named! {
    /// Whether a problem refuses the event.
    Severity {
        /// Refuses the event.
        Error = "error",
        /// Goes with the event and never stops it.
        Warning = "warning",
    }
}

impl IssueCode {
    /// The severity; it belongs to the code.
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self {
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
            | Self::ClickOlderThanSevenDays => Severity::Warning,
            _ => Severity::Error,
        }
    }
}

/// One problem of an event or a landing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    code: IssueCode,
    path: String,
    message: Cow<'static, str>,
    suggestion: Option<String>,
}

impl Issue {
    pub(crate) fn new(
        code: IssueCode,
        path: impl fmt::Display,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        let message = message.into();
        // What was given is quoted in the message, however long it is.
        let message = match one_line(&message) {
            Cow::Owned(line) => Cow::Owned(line),
            Cow::Borrowed(_) => message,
        };
        Self { code, path: path.to_string(), message, suggestion: None }
    }

    pub(crate) fn suggest(mut self, suggestion: Option<impl ToString>) -> Self {
        self.suggestion = suggestion.map(|value| value.to_string());
        self
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> IssueCode {
        self.code
    }

    /// `error` or `warning`.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// Whether this problem refuses the event.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity() == Severity::Error
    }

    /// Where: `payload.contents[1].quantity`; empty for the document as a whole.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong, what was given, what to do.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The value that was surely meant, as text.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        self.suggestion.as_deref()
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, " (suggestion: {suggestion})"),
            None => Ok(()),
        }
    }
}

impl Serialize for Issue {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let fields = 4 + usize::from(self.suggestion.is_some());
        let mut record = serializer.serialize_struct("Issue", fields)?;
        record.serialize_field("code", self.code.as_str())?;
        record.serialize_field("severity", self.severity().as_str())?;
        record.serialize_field("path", &self.path)?;
        record.serialize_field("message", &self.message)?;
        if let Some(suggestion) = &self.suggestion {
            record.serialize_field("suggestion", suggestion)?;
        }
        record.end()
    }
}
