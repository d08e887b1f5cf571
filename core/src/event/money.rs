//! Exact decimal amounts. No binary floating point ever decides a digit that goes out.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};

/// An amount has at most this many digits, before and after the point together.
pub(crate) const MAX_DIGITS: usize = 18;

/// A float carries this many significant decimal digits for certain (`f64::DIGITS`); one that
/// needs more is the residue of an inexact calculation, not an amount that someone wrote.
const FLOAT_DIGITS: usize = f64::DIGITS as usize;

/// A mantissa below this has no more digits than that.
const FLOAT_LIMIT: u128 = 10_u128.pow(f64::DIGITS);

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

    /// Reads a JSON number: an integer is exact, anything else obeys the rule of floats, because
    /// nearly every JSON number with a fraction was printed from one.
    pub(crate) fn from_json_number(literal: &str) -> Self {
        if let Some(value) =
            short(literal).filter(|value| value.mantissa().unsigned_abs() < FLOAT_LIMIT)
        {
            return Self(Reading::Exact(value));
        }
        Self::from_any_json_number(literal)
    }

    fn from_any_json_number(literal: &str) -> Self {
        if !literal.contains(['.', 'e', 'E']) {
            return Self::from(literal);
        }
        let Some(plain) = plain_decimal(literal) else {
            return Self::too_long(literal, None);
        };
        Self::float_rule(literal, &plain)
    }

    fn from_any_text(text: &str) -> Self {
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

    fn float_rule(given: &str, plain: &str) -> Self {
        if significant_digits(plain) <= FLOAT_DIGITS {
            return Self::from(plain);
        }
        let nearest = Decimal::from_str(plain).ok();
        Self(Reading::Residue { given: given.to_owned(), nearest })
    }
}

pub(crate) const NOT_FINITE: &str = "it is not a finite number";
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
        short(text).map_or_else(|| Self::from_any_text(text), |value| Self(Reading::Exact(value)))
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
        if !value.is_finite() {
            return Self::unreadable(value, NOT_FINITE);
        }
        // `Display` of f64 prints the shortest decimal that reads back as the same float.
        let plain = value.to_string();
        Self::float_rule(&plain, &plain)
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

/// Reads an amount of up to 18 digits in one walk: all that shops have. `None` is left to the
/// reading that says what is wrong.
fn short(text: &str) -> Option<Decimal> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text).as_bytes();
    // More digits could overflow.
    if digits.len() > MAX_DIGITS + 1 {
        return None;
    }
    let (mut mantissa, mut point) = (0_u64, None);
    for (index, byte) in digits.iter().enumerate() {
        match byte {
            b'0'..=b'9' => mantissa = mantissa * 10 + u64::from(byte - b'0'),
            b'.' if point.is_none() => point = Some(index),
            _ => return None,
        }
    }
    let (whole, mut scale) = match point {
        Some(index) => (index, digits.len() - index - 1),
        None => (digits.len(), 0),
    };
    if whole == 0 || (point.is_some() && scale == 0) || whole + scale > MAX_DIGITS {
        return None;
    }
    while scale > 0 && mantissa.is_multiple_of(10) {
        mantissa /= 10;
        scale -= 1;
    }
    let mantissa = i64::try_from(mantissa).ok()?;
    let signed = if text.starts_with('-') { -mantissa } else { mantissa };
    Some(if mantissa == 0 {
        Decimal::ZERO
    } else {
        Decimal::new(signed, u32::try_from(scale).ok()?)
    })
}

/// How many digits of `plain` carry information.
fn significant_digits(plain: &str) -> usize {
    let digits = || plain.bytes().filter(u8::is_ascii_digit);
    let leading = digits().take_while(|digit| *digit == b'0').count();
    let trailing = digits().rev().take_while(|digit| *digit == b'0').count();
    digits().count().saturating_sub(leading + trailing)
}

/// Writes a JSON number without exponent: `1.5e3` is `1500`. `None` where that is absurdly long.
pub(crate) fn plain_decimal(literal: &str) -> Option<Cow<'_, str>> {
    let exponent = literal.bytes().position(|byte| matches!(byte, b'e' | b'E'));
    let Some((mantissa, exponent)) = exponent.map(|at| (&literal[..at], &literal[at + 1..])) else {
        return Some(Cow::Borrowed(literal));
    };
    let mut exponent: i64 = exponent.parse().ok()?;
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_end_matches('0');
    let zeros = whole.len() + fraction.len() - digits.len();
    exponent = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?;
    exponent = exponent.checked_add(i64::try_from(zeros).ok()?)?;
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Some(Cow::Borrowed("0"));
    }
    if exponent.unsigned_abs() > 40 {
        return None;
    }
    let shift = usize::try_from(exponent.unsigned_abs()).ok()?;
    Some(Cow::Owned(if exponent >= 0 {
        format!("{sign}{digits}{}", "0".repeat(shift))
    } else {
        let padded = format!("{}{digits}", "0".repeat((shift + 1).saturating_sub(digits.len())));
        let (whole, fraction) = padded.split_at(padded.len() - shift);
        format!("{sign}{whole}.{fraction}")
    }))
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
    use proptest::prelude::*;

    use super::*;

    /// Value and digits: decimals are equal whatever zeros they end in.
    fn told(amount: &Amount) -> String {
        format!("{amount:?}")
    }

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

    proptest! {
        #[test]
        fn the_short_way_and_the_long_way_read_the_same(
            text in prop_oneof!["[-+]?[0-9]{0,20}", "[-+]?[0-9]{0,12}[.][0-9]{0,12}", "[-+.0-9e]{0,6}"],
        ) {
            let long = Amount::from_any_text(&text);
            prop_assert_eq!(told(&Amount::from(text.as_str())), told(&long));
        }

        #[test]
        fn the_short_way_obeys_the_rule_of_floats(
            literal in "-?(0|[1-9][0-9]{0,17})([.][0-9]{1,18})?([eE][-+]?[0-9])?",
        ) {
            let long = Amount::from_any_json_number(&literal);
            prop_assert_eq!(told(&Amount::from_json_number(&literal)), told(&long));
        }
    }
}
