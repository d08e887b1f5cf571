//! A shop's rules of what is reported.

use std::str::FromStr;

use super::codes::Omission;
use super::order::{Held, Order};
use crate::document::Value;
use crate::error::{Error, ErrorCode, Result};
use crate::event::ConversionEvent;
use crate::issue::Issue;

/// What the value of an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ValueOf {
    /// What was charged. The default.
    #[default]
    Total,
    /// Less the tax.
    WithoutTax,
    /// Less the shipping.
    WithoutShipping,
    /// Less both.
    Net,
}

impl FromStr for ValueOf {
    type Err = Error;

    /// # Errors
    /// `invalid_option` for any other name.
    fn from_str(text: &str) -> Result<Self> {
        match text {
            "total" => Ok(Self::Total),
            "without_tax" => Ok(Self::WithoutTax),
            "without_shipping" => Ok(Self::WithoutShipping),
            "net" => Ok(Self::Net),
            _ => {
                let why = "use \"total\", \"without_tax\", \"without_shipping\" or \"net\"";
                Err(Error::invalid_option("value", why))
            }
        }
    }
}

/// What a shop reports. Made once, asked for every order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reporting {
    /// What the value of an order is.
    pub value: ValueOf,
    /// Whether orders that are not paid are reported.
    pub report_unpaid: bool,
    /// Whether orders of the value 0 are reported.
    pub report_zero: bool,
    /// Whether renewals of subscriptions are reported.
    pub report_renewals: bool,
}

/// What becomes of an order.
#[derive(Debug)]
pub enum Decided {
    /// It is reported.
    Report {
        /// The valid event.
        event: ConversionEvent,
        /// Whether it waits.
        held: Held,
    },
    /// It should be reported, and breaks a rule.
    Invalid {
        /// `invalid_event`, with every problem.
        error: Error,
        /// The input document, as JSON.
        document: String,
    },
    /// The customer did not come from an ad, as far as is known.
    NotAttributed,
    /// It is deliberately not reported, for one of the reasons of [`Omission`] or the shop's own.
    Skipped(String),
}

impl Reporting {
    /// Decides. An order that no rule leaves out is reported if it is attributed.
    ///
    /// What the shop's rule, a missing payment or a renewal leaves out is told as that, whether it
    /// is attributed or not. What nobody reports is not checked either.
    #[must_use]
    pub fn decide(&self, order: &Order<'_>) -> Decided {
        if let Some(reason) = &order.excluded {
            let reason = if reason.is_empty() { Omission::Excluded.as_str() } else { reason };
            return Decided::Skipped(reason.to_owned());
        }
        if order.paid == Some(false) && !order.held && !self.report_unpaid {
            return skipped(Omission::Unpaid);
        }
        if order.renewal && !self.report_renewals {
            return skipped(Omission::Renewal);
        }
        let Some(tracking) = &order.tracking else { return Decided::NotAttributed };
        let parts: &[(&str, &Value<'_>)] = match self.value {
            ValueOf::Total => &[],
            ValueOf::WithoutTax => &[("tax", &order.tax)],
            ValueOf::WithoutShipping => &[("shipping", &order.shipping)],
            ValueOf::Net => &[("tax", &order.tax), ("shipping", &order.shipping)],
        };
        let (value, issues) = match order.less(parts) {
            Ok(value) => (value, Vec::new()),
            Err(issues) => (order.member("value"), issues),
        };
        let document = order.document(tracking, &value);
        let made = ConversionEvent::from_value(document.clone(), &order.options);
        match made {
            Ok(event) if issues.is_empty() => {
                if event.value().is_some_and(|value| value.is_zero()) && !self.report_zero {
                    return skipped(Omission::ZeroValue);
                }
                Decided::Report { event, held: held(order) }
            }
            made => invalid(issues, made.err(), &document),
        }
    }
}

fn skipped(reason: Omission) -> Decided {
    Decided::Skipped(reason.as_str().to_owned())
}

fn held(order: &Order<'_>) -> Held {
    match order.paid {
        _ if order.held => Held::AsAsked,
        Some(true) => Held::Ended,
        _ => Held::AsBefore,
    }
}

fn invalid(mut issues: Vec<Issue>, error: Option<Error>, document: &Value<'_>) -> Decided {
    issues.extend(error.iter().flat_map(Error::issues).cloned());
    let error = match error {
        // Not the event's fault, such as a moment that is none.
        Some(error) if error.issues().is_empty() => error,
        _ => Error::invalid(ErrorCode::InvalidEvent, issues),
    };
    let mut text = String::new();
    document.write_json(&mut text);
    Decided::Invalid { error, document: text }
}
