//! The leaves of a document: texts, ids, amounts, quantities, points in time.

use rust_decimal::Decimal;

use super::path::Path;
use super::reader::{Form, Reader};
use super::value::Value;
use crate::error::{Error, Result};
use crate::issue::{Issue, IssueCode};
use crate::model::{Amount, Count, EventTime, Field, MILLISECONDS, decimal, in_seconds};

/// Integers of JavaScript are exact up to here (`Number.MAX_SAFE_INTEGER`).
const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

impl Reader {
    /// The id of an order that stands alone; `None` where it cannot be one.
    pub(crate) fn order_id(&mut self, given: Value<'_>) -> Option<String> {
        match self.id(&Path::ROOT, given) {
            Field::Given(id) if !id.is_empty() => Some(id),
            _ => None,
        }
    }

    /// An amount that stands alone; `None` where nothing is given, or no amount.
    pub(crate) fn money(&mut self, given: Value<'_>) -> Option<Amount> {
        match self.amount(&Path::ROOT, given) {
            Field::Given(amount) => Some(amount),
            _ => None,
        }
    }

    fn refuse<T>(&mut self, path: &Path<'_>, needed: &str, given: &Value<'_>) -> Field<T> {
        self.wrong_type(path, needed, given);
        Field::Refused
    }

    /// A string and nothing else.
    pub(super) fn text(&mut self, path: &Path<'_>, given: Value<'_>) -> Field<String> {
        match given {
            Value::Null => Field::Absent,
            Value::Text(text) => Field::Given(text.into_owned()),
            other => self.refuse(path, "a string", &other),
        }
    }

    /// A string, or an integer whose digits are all there.
    pub(super) fn id(&mut self, path: &Path<'_>, given: Value<'_>) -> Field<String> {
        let digits = match given {
            Value::Integer(digits) if !self.strict() => digits.into_owned(),
            // A decimal type may hold an integer too.
            Value::Decimal(digits) if !self.strict() && is_integer(&digits) => digits.into_owned(),
            Value::Decimal(digits) | Value::Float(digits) if !self.strict() => {
                let message = format!("an id is a string or an integer, not {digits}");
                self.push(IssueCode::WrongType, path, message);
                return Field::Refused;
            }
            other => return self.text(path, other),
        };
        if self.is_unsafe(&digits) {
            let message =
                format!("{digits} is past 2^53, where JavaScript loses digits: give a string");
            self.push(IssueCode::WrongType, path, message);
            return Field::Refused;
        }
        Field::Given(digits)
    }

    fn is_unsafe(&self, digits: &str) -> bool {
        let magnitude = digits.strip_prefix('-').unwrap_or(digits);
        self.javascript && magnitude.parse::<u64>().map_or(true, |value| value > MAX_SAFE_INTEGER)
    }

    /// Money: a number or a decimal text.
    pub(super) fn amount(&mut self, path: &Path<'_>, given: Value<'_>) -> Field<Amount> {
        Field::Given(match given {
            Value::Null => return Field::Absent,
            Value::Integer(digits) if self.is_unsafe(&digits) => Amount::unreadable(
                digits,
                "it is past 2^53, where JavaScript loses digits: give a string",
            ),
            Value::Integer(digits) | Value::Decimal(digits) => Amount::from(&*digits),
            // On the wire every digit is meant: an amount of 16 digits went out because it was a
            // text.
            Value::Float(digits) if self.strict() => Amount::from_digits(&digits),
            Value::Float(digits) => Amount::from_float(&digits),
            Value::Text(text) if !self.strict() => Amount::from(&*text),
            other => return self.refuse(path, "a number", &other),
        })
    }

    /// A quantity: a number whose value validation judges.
    pub(super) fn count(&mut self, path: &Path<'_>, given: Value<'_>) -> Field<Count> {
        match given {
            Value::Null => Field::Absent,
            Value::Integer(digits) | Value::Decimal(digits) | Value::Float(digits) => {
                Field::Given(match decimal(&digits) {
                    Some(count) => Count::Number(count),
                    None => Count::Unreadable(digits.into_owned()),
                })
            }
            other => self.refuse(path, "a whole number", &other),
        }
    }

    /// A point in time: Unix seconds, or RFC 3339 with an offset.
    pub(super) fn time(&mut self, path: &Path<'_>, given: Value<'_>) -> Field<EventTime> {
        match given {
            Value::Null => Field::Absent,
            Value::Integer(digits) | Value::Decimal(digits) | Value::Float(digits) => {
                match decimal(&digits) {
                    Some(seconds) => Field::Given(EventTime::from_decimal(seconds)),
                    None => self.refuse(path, "a number of Unix seconds", &Value::Float(digits)),
                }
            }
            Value::Text(text) if !self.strict() => self.time_text(path, &text),
            other => self.refuse(path, "Unix seconds or an RFC 3339 text", &other),
        }
    }

    fn time_text(&mut self, path: &Path<'_>, text: &str) -> Field<EventTime> {
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Field::Given(EventTime::from(text));
        }
        let seconds = text.parse::<Decimal>().ok().map(EventTime::from_decimal);
        let meant = match seconds.and_then(|time| time.read().ok()) {
            Some(finer) if finer >= MILLISECONDS => in_seconds(finer).map(|s| s.to_string()),
            _ => Some(text.to_owned()),
        };
        let message = "Unix seconds are a number, not a string";
        self.issues.push(Issue::new(IssueCode::WrongType, path, message).suggest(meant));
        Field::Refused
    }
}

/// A point in time that is an option of a call rather than a member of a document.
///
/// # Errors
/// `invalid_option` where it is none; `name` is the option's.
pub fn moment(name: &str, given: Value<'_>) -> Result<EventTime> {
    let mut reader = Reader::new(Form::Input);
    match reader.time(&Path::ROOT, given) {
        Field::Given(moment) => Ok(moment),
        Field::Absent => Err(Error::invalid_option(name, "a point in time is needed, not null")),
        Field::Refused => {
            let why = reader.issues.first().map(Issue::message).unwrap_or_default();
            Err(Error::invalid_option(name, why))
        }
    }
}

fn is_integer(digits: &str) -> bool {
    let digits = digits.strip_prefix('-').unwrap_or(digits);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}
