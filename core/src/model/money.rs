//! Exact decimal amounts. No binary floating point ever decides a digit that goes out.

use std::fmt;
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};

/// An amount has at most this many digits, before and after the point together.
pub(crate) const MAX_DIGITS: usize = 18;

/// A float carries this many significant decimal digits for certain (`f64::DIGITS`); one that
/// needs more is the residue of an inexact calculation, not an amount that someone wrote.
const FLOAT_DIGITS: usize = f64::DIGITS as usize;

/// An amount of money as the shop has it: a decimal, an integer, a text or a float.
///
/// Text is an optional sign, digits and an optional fraction (`"99.97"`). A float is taken when
/// its shortest round-trip decimal has at most 15 significant digits. Whatever cannot be taken
/// exactly is an `invalid_amount` of the event that it is given to, never a wrong digit.
#[derive(Debug, Clone, PartialEq)]
pub struct Amount(pub(crate) Reading);

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Reading {
    /// Exactly this.
    Exact(Decimal),
    /// A float with more digits than floats carry; its shortest decimal.
    Residue { given: String, nearest: Option<Decimal> },
    /// Not an amount at all, or one that is too long; its nearest decimal, where it has one.
    Unreadable { given: String, why: &'static str, nearest: Option<Decimal> },
}

impl Amount {
    pub(crate) fn unreadable(given: impl fmt::Display, why: &'static str) -> Self {
        Self(Reading::Unreadable { given: given.to_string(), why, nearest: None })
    }

    /// A decimal that a language has made of a float has digits enough to be refused, and the
    /// amount that was meant is then known.
    fn too_long(given: impl fmt::Display, nearest: Option<Decimal>) -> Self {
        Self(Reading::Unreadable { given: given.to_string(), why: TOO_LONG, nearest })
    }

    /// Digits that are all meant, with or without an exponent.
    pub(crate) fn from_digits(digits: &str) -> Self {
        match decimal(digits) {
            Some(value) => Self::from(value),
            None => Self::too_long(digits, None),
        }
    }

    /// A float by its shortest decimal, which obeys the rule of floats.
    pub(crate) fn from_float(digits: &str) -> Self {
        if !digits.bytes().any(|byte| byte.is_ascii_digit()) {
            return Self::unreadable(digits, "it is not a finite number");
        }
        if significant_digits(digits) <= FLOAT_DIGITS {
            return Self::from_digits(digits);
        }
        let nearest = decimal(digits).or_else(|| Decimal::from_str(digits).ok());
        Self(Reading::Residue { given: digits.to_owned(), nearest })
    }

    fn from_text(text: &str) -> Self {
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !all_digits(whole) || !all_digits(fraction) {
            let why = if text.contains(',') {
                "write the decimal point as a point and no thousands separators"
            } else {
                "it is not a decimal number such as 99.97"
            };
            return Self::unreadable(text, why);
        }
        let length = whole.trim_start_matches('0').len() + fraction.trim_end_matches('0').len();
        if length > MAX_DIGITS {
            return Self::too_long(text, Decimal::from_str(text).ok());
        }
        match Decimal::from_str(text) {
            Ok(value) => Self::from(value),
            Err(_) => Self::unreadable(text, "it is not a decimal number such as 99.97"),
        }
    }
}

const TOO_LONG: &str = "it has over 18 digits";

impl From<Decimal> for Amount {
    fn from(value: Decimal) -> Self {
        let value = value.normalize();
        // `normalize` drops zeros after the point only, so the scale counts fraction digits.
        let scale = value.scale() as usize;
        let digits = value.mantissa().unsigned_abs().checked_ilog10().map_or(1, |n| n as usize + 1);
        if digits.max(scale) > MAX_DIGITS {
            return Self::too_long(value, Some(value));
        }
        // A negative zero is a zero.
        Self(Reading::Exact(if value.is_zero() { Decimal::ZERO } else { value }))
    }
}

impl From<&str> for Amount {
    fn from(text: &str) -> Self {
        Self::from_text(text)
    }
}

impl From<String> for Amount {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<&String> for Amount {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<f64> for Amount {
    fn from(value: f64) -> Self {
        // `Display` of f64 prints the shortest decimal that reads back as the same float.
        Self::from_float(&value.to_string())
    }
}

macro_rules! from_integer {
    ($($integer:ty),+) => {$(
        impl From<$integer> for Amount {
            fn from(value: $integer) -> Self {
                // `Decimal::from` panics where an integer has more digits than a decimal.
                i128::try_from(value)
                    .ok()
                    .and_then(|value| Decimal::try_from_i128_with_scale(value, 0).ok())
                    .map_or_else(|| Self::too_long(value, None), Self::from)
            }
        }
    )+};
}
from_integer!(i32, u32, i64, u64, i128, u128);

/// How many digits carry information.
fn significant_digits(digits: &str) -> usize {
    let mantissa = digits.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    digits.trim_matches('0').len()
}

/// A number of any notation, if a decimal of 28 digits holds it exactly.
pub(crate) fn decimal(digits: &str) -> Option<Decimal> {
    const DECIMAL_DIGITS: usize = 28;
    match significant_digits(digits) {
        0 if digits.contains('0') => Some(Decimal::ZERO),
        // `from_scientific` rounds what is longer.
        1..=DECIMAL_DIGITS if digits.contains(['e', 'E']) => Decimal::from_scientific(digits).ok(),
        1..=DECIMAL_DIGITS if digits.contains('.') => {
            let without_zeros = digits.trim_end_matches('0').trim_end_matches('.');
            Decimal::from_str_exact(without_zeros).ok()
        }
        _ => Decimal::from_str_exact(digits).ok(),
    }
}

/// Whether the amount has more decimals than `minor_unit`.
pub(crate) fn is_finer_than(amount: Decimal, minor_unit: u32) -> bool {
    amount.scale() > minor_unit && amount.normalize().scale() > minor_unit
}

/// The amount in whole minor units, half to even.
pub(crate) fn round_to(amount: Decimal, minor_unit: u32) -> Decimal {
    let rounded = amount
        .round_dp_with_strategy(minor_unit, RoundingStrategy::MidpointNearestEven)
        .normalize();
    if rounded.is_zero() { Decimal::ZERO } else { rounded }
}

/// What to do with an amount that is finer than its currency's minor unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Rounding {
    /// Send it as it is, with a warning; refuse a float that is not exact. The default.
    #[default]
    Never,
    /// Round to the currency's minor unit, half to even, with a warning.
    Currency,
}

impl FromStr for Rounding {
    type Err = crate::Error;

    /// # Errors
    /// `invalid_option` for anything but `never` and `currency`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "never" => Ok(Self::Never),
            "currency" => Ok(Self::Currency),
            _ => Err(crate::Error::invalid_option("rounding", "use \"never\" or \"currency\"")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_integer_of_any_size_is_an_amount_or_too_long() {
        assert_eq!(
            Amount::from(999_999_999_999_999_999_u128).0,
            Reading::Exact(999_999_999_999_999_999_u64.into())
        );
        for amount in [Amount::from(i128::MAX), Amount::from(i128::MIN), Amount::from(u128::MAX)] {
            assert!(matches!(amount.0, Reading::Unreadable { why: TOO_LONG, .. }));
        }
    }
}
