//! The tree as JSON text, without losing a digit or the order of members.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::value::Value;

impl<'a> Value<'a> {
    /// Reads JSON text.
    ///
    /// # Errors
    /// Where the text is not JSON, or nested more than [`Value::MAX_DEPTH`] deep.
    pub fn from_json(text: &'a str) -> serde_json::Result<Self> {
        read(serde_json::from_str::<&RawValue>(text)?.get(), 0)
    }

    /// Writes compact JSON, numbers as they stand; what has no JSON form is null.
    pub(crate) fn write_json(&self, out: &mut String) {
        match self {
            Self::Null | Self::Foreign(_) => out.push_str("null"),
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

fn read(text: &str, depth: usize) -> serde_json::Result<Value<'_>> {
    if depth > Value::MAX_DEPTH {
        return Err(de::Error::custom("it is nested too deeply"));
    }
    Ok(match text.as_bytes().first() {
        Some(b'{') => {
            let Members(raw) = serde_json::from_str(text)?;
            let mut members = Vec::with_capacity(raw.len());
            for (name, value) in raw {
                members.push((name, read(value.get(), depth + 1)?));
            }
            foreign(&members).unwrap_or(Value::Members(members))
        }
        Some(b'[') => {
            let raw: Vec<&RawValue> = serde_json::from_str(text)?;
            let list = raw.into_iter().map(|value| read(value.get(), depth + 1));
            Value::List(list.collect::<serde_json::Result<_>>()?)
        }
        Some(b'"') => match text.get(1..text.len() - 1) {
            Some(plain) if !plain.contains('\\') => Value::Text(Cow::Borrowed(plain)),
            // The raw text is well formed but for halves of surrogate pairs.
            _ => serde_json::from_str(text)
                .map_or(Value::Foreign(HALF_A_CHARACTER.into()), |text| {
                    Value::Text(Cow::Owned(text))
                }),
        },
        Some(b't') => Value::Boolean(true),
        Some(b'f') => Value::Boolean(false),
        Some(b'n') => Value::Null,
        _ if text.contains(['.', 'e', 'E']) => Value::Float(Cow::Borrowed(text)),
        _ => Value::Integer(Cow::Borrowed(text)),
    })
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

struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;
        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((Name(name), value)) = map.next_entry()? {
                    members.push((name, value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(MembersVisitor)
    }
}

/// Borrows where there is nothing to unescape, which a bare `Cow` does not.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

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
