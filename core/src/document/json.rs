//! The tree as JSON text, without losing a digit or the order of members.

use std::borrow::Cow;

use serde::de::Error;
use serde_json::value::RawValue;

use super::value::Value;

impl<'a> Value<'a> {
    /// Reads JSON text.
    ///
    /// # Errors
    /// Where the text is not JSON, or nested more than [`Value::MAX_DEPTH`] deep.
    pub fn from_json(text: &'a str) -> serde_json::Result<Self> {
        // What serde_json has found to be JSON is walked once: it has no type that keeps digits.
        let rest = serde_json::from_str::<&RawValue>(text)?.get();
        Walk { rest }.value(0)
    }

    /// Writes compact JSON, numbers as they stand; what has no JSON form is null.
    pub(crate) fn write_json(&self, out: &mut String) {
        match self {
            Self::Null | Self::Foreign(_) => out.push_str("null"),
            // Not a number, or infinite.
            Self::Float(text) if !text.contains(|c: char| c.is_ascii_digit()) => {
                out.push_str("null");
            }
            Self::Boolean(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Integer(digits) | Self::Decimal(digits) | Self::Float(digits) => {
                out.push_str(digits);
            }
            Self::Text(text) => write_text(out, text),
            Self::List(list) => {
                out.push('[');
                for (index, value) in list.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    value.write_json(out);
                }
                out.push(']');
            }
            Self::Members(members) => {
                out.push('{');
                for (index, (name, value)) in members.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    write_text(out, name);
                    out.push(':');
                    value.write_json(out);
                }
                out.push('}');
            }
        }
    }
}

/// Writes a JSON string.
pub(crate) fn write_text(out: &mut String, text: &str) {
    // A string can always be written as JSON.
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}

/// A walk through text that is known to be JSON.
struct Walk<'a> {
    rest: &'a str,
}

impl<'a> Walk<'a> {
    /// The next byte that is not blank.
    fn peek(&mut self) -> u8 {
        self.rest = self.rest.trim_start_matches(BLANKS);
        self.rest.bytes().next().unwrap_or_default()
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn value(&mut self, depth: usize) -> serde_json::Result<Value<'a>> {
        if depth > Value::MAX_DEPTH {
            return Err(Error::custom("it is nested too deeply"));
        }
        Ok(match self.peek() {
            b'{' => {
                let mut members = Vec::new();
                self.take(1);
                while self.peek() != b'}' {
                    let name = unescaped(self.string())?;
                    self.pass(b':');
                    members.push((name, self.value(depth + 1)?));
                    self.pass(b',');
                }
                self.take(1);
                foreign(&members).unwrap_or(Value::Members(members))
            }
            b'[' => {
                let mut list = Vec::new();
                self.take(1);
                while self.peek() != b']' {
                    list.push(self.value(depth + 1)?);
                    self.pass(b',');
                }
                self.take(1);
                Value::List(list)
            }
            // It is well formed but for halves of surrogate pairs.
            b'"' => unescaped(self.string())
                .map_or(Value::Foreign(HALF_A_CHARACTER.into()), Value::Text),
            _ => {
                let ends = |next: char| matches!(next, ',' | ']' | '}') || BLANKS.contains(&next);
                word(self.take(self.rest.find(ends).unwrap_or(self.rest.len())))
            }
        })
    }

    /// Passes over this byte, if it comes next.
    fn pass(&mut self, byte: u8) {
        if self.peek() == byte {
            self.take(1);
        }
    }

    /// A string with its quotes.
    fn string(&mut self) -> &'a str {
        let mut is_escaped = false;
        let end = self.rest.bytes().skip(1).position(|byte| {
            let is_end = byte == b'"' && !is_escaped;
            is_escaped = byte == b'\\' && !is_escaped;
            is_end
        });
        self.take(end.map_or(self.rest.len(), |end| end + 2))
    }
}

/// White space as JSON has it.
const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

/// The text of a string with its quotes.
fn unescaped(string: &str) -> serde_json::Result<Cow<'_, str>> {
    match string.get(1..string.len() - 1) {
        Some(plain) if !plain.contains('\\') => Ok(Cow::Borrowed(plain)),
        _ => serde_json::from_str(string).map(Cow::Owned),
    }
}

/// A word or a number.
fn word(text: &str) -> Value<'_> {
    match text {
        "null" => Value::Null,
        "true" => Value::Boolean(true),
        "false" => Value::Boolean(false),
        _ if text.contains(['.', 'e', 'E']) => Value::Float(Cow::Borrowed(text)),
        _ => Value::Integer(Cow::Borrowed(text)),
    }
}

/// What a language whose texts are UTF-16 may hold, and UTF-8 cannot.
pub const HALF_A_CHARACTER: &str = "a string with half of a character (a lone surrogate)";

/// What `JSON.stringify` would lose without a word: it writes `null` for NaN and for a `Date`
/// without a time, leaves functions out, and throws for a bigint. The Node package writes
/// `{"$javascript":"bigint","text":"123"}` instead, so that it is refused here like any other.
fn foreign<'a>(members: &[(Cow<'a, str>, Value<'a>)]) -> Option<Value<'a>> {
    let [(mark, Value::Text(kind)), (name, Value::Text(text))] = members else { return None };
    if mark != "$javascript" || name != "text" {
        return None;
    }
    Some(match &**kind {
        "number" => Value::Float(text.clone()),
        "bigint" => Value::Foreign(format!("the bigint {text}").into()),
        "date" => Value::Foreign("a date without a time".into()),
        kind => Value::Foreign(format!("a {kind}").into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(text: &str) -> String {
        let mut out = String::new();
        Value::from_json(text).unwrap().write_json(&mut out);
        out
    }

    #[test]
    fn every_digit_and_the_order_of_members_are_kept() {
        for text in [
            r#"{"b":1.50,"a":[1e400,-0,123456789012345678901234567890,null,true,"é\n"],"b":{}}"#,
            r#""""#,
            "[]",
        ] {
            assert_eq!(rewritten(text), text);
        }
    }

    #[test]
    fn blanks_may_stand_between_all_parts() {
        let text = "\r\n { \"a\" : [ 1 , \"x\\\"]\" , { } ] ,\t\"b\" : null } ";
        assert_eq!(rewritten(text), r#"{"a":[1,"x\"]",{}],"b":null}"#);
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in
            ["", " ", "{", "[1", "{\"a\"}", "{\"a\":1,}", "[,]", "tru", "01", "1.", "\"", "{}x"]
        {
            assert!(Value::from_json(text).is_err(), "{text}");
        }
    }

    #[test]
    fn nesting_has_an_end() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(Value::from_json(&nested(Value::MAX_DEPTH + 1)).is_ok());
        assert!(Value::from_json(&nested(Value::MAX_DEPTH + 2)).is_err());
        assert!(Value::from_json(&nested(100_000)).is_err());
    }

    #[test]
    fn half_a_character_is_no_text_and_the_rest_is_read() {
        let Value::List(list) = Value::from_json(r#"["\ud83d","\ud83d\ude00"]"#).unwrap() else {
            panic!("a list");
        };
        assert_eq!(list, [Value::Foreign(HALF_A_CHARACTER.into()), Value::Text("😀".into())]);
    }
}
