//! The rules of money.

use std::fmt::Display;

use rust_decimal::Decimal;

use super::checker::Checker;
use super::currency::{self, Known};
use crate::config;
use crate::issue::{Issue, IssueCode};
use crate::model::{Amount, EventName, Field, Reading, Rounding, is_finer_than, round_to};

const CURRENCY: &str = "payload.currency";
const VALUE: &str = "payload.value";

/// What an event says of money.
pub(super) struct Money {
    pub currency: CurrencyCode,
    pub value: Option<Decimal>,
}

#[derive(Default)]
pub(super) struct CurrencyCode {
    /// In upper case.
    pub code: Option<String>,
    pub known: Option<Known>,
}

impl Checker<'_> {
    pub(super) fn money(
        &mut self,
        currency: Field<String>,
        value: Field<Amount>,
        event_name: Option<EventName>,
    ) -> Money {
        match (event_name, &currency, &value) {
            (Some(EventName::Purchase), currency, value) => {
                if matches!(currency, Field::Absent) {
                    self.required(CURRENCY);
                }
                if matches!(value, Field::Absent) {
                    self.required(VALUE);
                }
            }
            (Some(EventName::ViewContent), Field::Given(_), Field::Absent) => {
                let message = "a currency without a value says nothing: give both or neither";
                self.report(IssueCode::CurrencyWithoutValue, VALUE, message);
            }
            (Some(EventName::ViewContent), Field::Absent, Field::Given(_)) => {
                let message = "a value without a currency says nothing: give both or neither";
                self.report(IssueCode::ValueWithoutCurrency, CURRENCY, message);
            }
            _ => {}
        }
        let currency = currency.given().map(|code| self.currency(code)).unwrap_or_default();
        let value = value.given().and_then(|value| self.amount(VALUE, value, currency.known));
        Money { currency, value }
    }

    fn currency(&mut self, given: String) -> CurrencyCode {
        if given.is_empty() {
            self.required(CURRENCY);
            return CurrencyCode::default();
        }
        let mut code = given;
        code.make_ascii_uppercase();
        if let Some(known) = currency::lookup(&code) {
            if known.withdrawn {
                let message = format!("ISO 4217 has withdrawn {code}");
                self.report(IssueCode::WithdrawnCurrency, CURRENCY, message);
            }
            return CurrencyCode { code: Some(code), known: Some(known) };
        }
        let given = self.rules.extra_currencies.clone();
        let extra = given.unwrap_or_else(config::extra_currencies);
        if extra.iter().any(|extra| extra.eq_ignore_ascii_case(&code)) {
            let message = format!("{code} is known only through extra_currencies");
            self.report(IssueCode::ExtraCurrency, CURRENCY, message);
            return CurrencyCode { code: Some(code), known: None };
        }
        let message = format!("{code:?} is not an ISO 4217 currency code: give a code such as USD");
        self.report(IssueCode::UnknownCurrency, CURRENCY, message);
        CurrencyCode::default()
    }

    /// Reads an amount; whatever would have to be guessed is refused.
    pub(super) fn amount(
        &mut self,
        path: impl Display,
        amount: Amount,
        currency: Option<Known>,
    ) -> Option<Decimal> {
        let minor_unit = currency.and_then(|known| known.minor_unit);
        let rounding = self.rules.rounding == Rounding::Currency;
        let (given, exact) = match amount.0 {
            Reading::Exact(value) => (value, true),
            Reading::Unreadable { given, why, nearest } => {
                let message = format!("{given:?} is not an amount: {why}");
                let issue = Issue::new(IssueCode::InvalidAmount, path, message);
                self.issues.push(issue.suggest(in_minor_units(nearest, minor_unit)));
                return None;
            }
            Reading::Residue { given, nearest } => {
                let rounded = in_minor_units(nearest, minor_unit);
                match (rounded, nearest) {
                    (Some(_), Some(nearest)) if rounding => (nearest, false),
                    _ => {
                        let message = format!(
                            "{given} is a float with more than 15 significant digits: pass a \
                             decimal or a string"
                        );
                        let issue = Issue::new(IssueCode::InvalidAmount, path, message);
                        self.issues.push(issue.suggest(rounded));
                        return None;
                    }
                }
            }
        };
        if given < Decimal::ZERO {
            let message = format!(
                "{given} is below zero: leave a discount line out, the order's value carries it"
            );
            self.report(IssueCode::NegativeAmount, path, message);
            return None;
        }
        let Some(minor_unit) = minor_unit.filter(|unit| !exact || is_finer_than(given, *unit))
        else {
            return Some(given);
        };
        let rounded = round_to(given, minor_unit);
        if rounding {
            let message = format!("{given} was rounded to {rounded}");
            self.report(IssueCode::AmountRounded, path, message);
            return Some(rounded);
        }
        let message = format!("{given} has more than the currency's {minor_unit} decimals");
        let issue = Issue::new(IssueCode::AmountPrecision, path, message);
        self.issues.push(issue.suggest(Some(rounded)));
        Some(given)
    }
}

/// The amount that was meant: rounded to the currency's minor unit, if that is an amount.
fn in_minor_units(nearest: Option<Decimal>, minor_unit: Option<u32>) -> Option<Decimal> {
    match Amount::from(round_to(nearest?, minor_unit?)).0 {
        Reading::Exact(value) => Some(value),
        _ => None,
    }
}
