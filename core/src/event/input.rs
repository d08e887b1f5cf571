//! The one decoder of input documents (`schema/event.schema.json`).
//!
//! It never stops at the first problem: whatever has the wrong shape becomes an [`Issue`] with
//! its path, and the rest is read on. What the values mean is the concern of `validation`.
//!
//! A language's own objects come through a deserializer that tells integers by `visit_i64`,
//! `visit_u64` or `visit_i128`, floats by `visit_f64`, and an exact decimal by `visit_bytes` of
//! its plain digits; a point in time is an RFC 3339 text, an UUID a text. A value that is none of
//! these comes by `visit_newtype_struct` of its type's name, and is of the wrong type everywhere.

use std::borrow::Cow;

use rust_decimal::Decimal;
use serde::de::Deserializer;

use super::EventName;
use super::draft::{Count, Draft, Field};
use super::money::{Amount, NOT_FINITE, plain_decimal};
use super::path::Path;
use super::scalar::{ForeignKind, JsonText, Native, Number, Scalar};
use super::shape::{self, Document};
use super::time::EventTime;
use crate::issue::{Issue, IssueCode};
use crate::json::Json;

/// Integers of JavaScript are exact up to here.
const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// Which form of a document is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// What a shop hands over: lenient where no meaning is lost.
    Input,
    /// What goes over the wire: strict. Members of `payload` that are not known become
    /// `extra_payload`, since they were put there on purpose.
    #[cfg(feature = "sandbox")]
    Wire,
}

/// What the decoder carries along.
pub(super) struct Reader {
    pub issues: Vec<Issue>,
    pub form: Form,
    javascript: bool,
}

/// Reads a document of JSON text.
pub(crate) fn from_json(text: &str, javascript: bool) -> (Draft, Vec<Issue>) {
    let mut reader = Reader { issues: Vec::new(), form: Form::Input, javascript };
    (reader.text(text), reader.issues)
}

/// Reads the body of a request, strictly.
#[cfg(feature = "sandbox")]
pub(crate) fn from_wire(text: &str) -> (Draft, Vec<Issue>) {
    let mut reader = Reader { issues: Vec::new(), form: Form::Wire, javascript: false };
    (reader.text(text), reader.issues)
}

/// Reads a language's own objects.
pub(crate) fn from_deserializer<'de, D: Deserializer<'de>>(source: D) -> (Draft, Vec<Issue>) {
    let mut reader = Reader { issues: Vec::new(), form: Form::Input, javascript: false };
    let mut draft = Draft::default();
    let read = shape::read::<Native, _, _>(source, &mut Document(&mut draft), &mut reader);
    if let Err(error) = read {
        reader.unreadable(&error.to_string());
    }
    (draft, reader.issues)
}

/// Members of the typed way obey the same rules; `None` is nested too deeply.
pub(super) fn extra_payload(draft: &mut Draft, given: Vec<(String, Option<Json>)>) -> Vec<Issue> {
    let mut reader = Reader { issues: Vec::new(), form: Form::Input, javascript: false };
    let path = Path::ROOT;
    let path = path.member("extra_payload");
    let mut members = Vec::with_capacity(given.len());
    for (name, value) in given {
        match value {
            Some(value) => members.push((name, value)),
            None => reader.push(IssueCode::InvalidJson, &path.member(&name), "nested too deeply"),
        }
    }
    shape::extra_payload(&mut draft.extra_payload, Json::Object(members), &path, &mut reader);
    reader.issues
}

impl Reader {
    fn text(&mut self, text: &str) -> Draft {
        let mut draft = Draft::default();
        let mut source = serde_json::Deserializer::from_str(text);
        let read = shape::read::<JsonText, _, _>(&mut source, &mut Document(&mut draft), self);
        if let Err(error) = read.and_then(|()| source.end()) {
            self.unreadable(&error.to_string());
        }
        draft
    }

    /// Nothing that was read so far can be trusted.
    fn unreadable(&mut self, why: &str) {
        let message = format!("the document cannot be read: {why}");
        self.issues = vec![Issue::new(IssueCode::InvalidJson, "", message)];
    }

    pub(super) fn push(&mut self, code: IssueCode, path: &Path<'_>, message: impl Into<String>) {
        self.issues.push(Issue::new(code, path, message.into()));
    }

    pub(super) fn given_twice(&mut self, path: &Path<'_>) {
        let message = "the member is given twice: which one holds is unclear";
        self.push(IssueCode::InvalidJson, path, message);
    }

    fn wrong_type<T>(&mut self, path: &Path<'_>, needed: &str, given: &Scalar<'_>) -> Field<T> {
        let given = match given {
            Scalar::Null => "null",
            Scalar::Bool => "a boolean",
            Scalar::Number(_) => "a number",
            Scalar::Text(_) => "a string",
            Scalar::Foreign(value) => {
                let message = format!("{needed} is needed, not {value}");
                self.push(IssueCode::WrongType, path, message);
                return Field::Refused;
            }
            Scalar::Other(name) => &**name,
        };
        self.push(IssueCode::WrongType, path, format!("{needed} is needed, not {given}"));
        Field::Refused
    }

    fn strict(&self) -> bool {
        self.form != Form::Input
    }

    /// A string and nothing else.
    pub(super) fn string(&mut self, path: &Path<'_>, given: Scalar<'_>) -> Field<String> {
        match given {
            Scalar::Null => Field::Absent,
            Scalar::Text(text) => Field::Given(text.into_owned()),
            other => self.wrong_type(path, "a string", &other),
        }
    }

    /// The name of the event.
    pub(super) fn name(&mut self, path: &Path<'_>, given: Scalar<'_>) -> Field<Cow<'static, str>> {
        if let Scalar::Text(text) = &given
            && let Some(known) = EventName::ALL.iter().find(|known| known.as_str() == text)
        {
            return Field::Given(Cow::Borrowed(known.as_str()));
        }
        match self.string(path, given) {
            Field::Given(text) => Field::Given(Cow::Owned(text)),
            Field::Refused => Field::Refused,
            Field::Absent => Field::Absent,
        }
    }

    /// A string, or an integer whose digits are all there.
    pub(super) fn id(&mut self, path: &Path<'_>, given: Scalar<'_>) -> Field<String> {
        let Scalar::Number(number) = &given else { return self.string(path, given) };
        if self.strict() {
            return self.wrong_type(path, "a string", &given);
        }
        let digits = number.to_string();
        let whole = digits.strip_prefix('-').unwrap_or(&digits);
        let is_integer = whole.bytes().all(|byte| byte.is_ascii_digit());
        if !is_integer || matches!(number, Number::Float(_)) {
            self.push(
                IssueCode::WrongType,
                path,
                format!("an id is a string or an integer, not {digits}"),
            );
            return Field::Refused;
        }
        if self.is_unsafe(whole) {
            let message =
                format!("{digits} is past 2^53, where JavaScript loses digits: give a string");
            self.push(IssueCode::WrongType, path, message);
            return Field::Refused;
        }
        Field::Given(digits)
    }

    fn is_unsafe(&self, digits: &str) -> bool {
        self.javascript && digits.parse::<u64>().map_or(true, |value| value > MAX_SAFE_INTEGER)
    }

    /// Money: a number or a decimal text.
    pub(super) fn amount(&mut self, path: &Path<'_>, given: Scalar<'_>) -> Field<Amount> {
        let number = match given {
            Scalar::Null => return Field::Absent,
            Scalar::Number(number) => number,
            Scalar::Text(text) if !self.strict() => return Field::Given(Amount::from(&*text)),
            Scalar::Foreign(value) if value.kind == ForeignKind::Number => {
                return Field::Given(Amount::unreadable(value, NOT_FINITE));
            }
            Scalar::Foreign(value) if value.kind == ForeignKind::Bigint => {
                let why = "a bigint does not tell cents from dollars: give a string or a number";
                return Field::Given(Amount::unreadable(value, why));
            }
            other => return self.wrong_type(path, "a number", &other),
        };
        Field::Given(match number {
            Number::Literal(digits) => {
                let whole = digits.strip_prefix('-').unwrap_or(digits);
                let integer = whole.bytes().all(|byte| byte.is_ascii_digit());
                if integer && self.is_unsafe(whole) {
                    let why = "it is past 2^53, where JavaScript loses digits: give a string";
                    Amount::unreadable(digits, why)
                } else {
                    self.literal(digits)
                }
            }
            Number::Decimal(digits) => Amount::from(digits),
            Number::Integer(value) => Amount::from(value),
            Number::Float(value) => Amount::from(value),
        })
    }

    /// On the wire every digit is meant: an amount of 16 digits went out because it was a text.
    fn literal(&self, digits: &str) -> Amount {
        match plain_decimal(digits) {
            Some(plain) if self.strict() => Amount::from(&*plain),
            _ => Amount::from_json_number(digits),
        }
    }

    /// A quantity: a number whose value validation judges.
    pub(super) fn count(&mut self, path: &Path<'_>, given: Scalar<'_>) -> Field<Count> {
        let number = match given {
            Scalar::Null => return Field::Absent,
            Scalar::Number(number) => number,
            Scalar::Foreign(value) if value.kind == ForeignKind::Number => {
                return Field::Given(Count::Unreadable(value.text));
            }
            other => return self.wrong_type(path, "a whole number", &other),
        };
        Field::Given(match exact(&number) {
            Some(count) => Count::Number(count),
            None => Count::Unreadable(number.to_string()),
        })
    }

    /// A point in time: Unix seconds, or RFC 3339 with an offset.
    pub(super) fn time(&mut self, path: &Path<'_>, given: Scalar<'_>) -> Field<EventTime> {
        let number = match given {
            Scalar::Null => return Field::Absent,
            Scalar::Number(number) => number,
            Scalar::Text(text) if !self.strict() => return self.time_text(path, &text),
            other => return self.wrong_type(path, "Unix seconds or an RFC 3339 text", &other),
        };
        match exact(&number) {
            Some(seconds) => Field::Given(EventTime::from_decimal(seconds)),
            None => self.wrong_type(path, "a number of Unix seconds", &Scalar::Number(number)),
        }
    }

    fn time_text(&mut self, path: &Path<'_>, text: &str) -> Field<EventTime> {
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Field::Given(EventTime::from_text(text));
        }
        let message = "Unix seconds are a number, not a string";
        let issue = Issue::new(IssueCode::WrongType, path, message).suggest(Some(text));
        self.issues.push(issue);
        Field::Refused
    }
}

/// A number of any notation, if a decimal of 28 digits can hold it exactly.
fn exact(number: &Number<'_>) -> Option<Decimal> {
    let digits = match number {
        Number::Integer(value) => return Decimal::try_from_i128_with_scale(*value, 0).ok(),
        Number::Literal(digits) => Cow::Borrowed(*digits),
        Number::Decimal(digits) => Cow::Borrowed(digits.as_str()),
        Number::Float(value) => Cow::Owned(value.to_string()),
    };
    Decimal::from_str_exact(&plain_decimal(&digits)?).ok()
}
