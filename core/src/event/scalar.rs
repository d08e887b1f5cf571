//! One leaf of an input document, read without losing a digit, whatever it comes from.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::skip::Skip;
use crate::json::Json;

/// A leaf as it stands in the document.
#[derive(Debug)]
pub(super) enum Scalar<'de> {
    Null,
    Bool,
    Number(Number<'de>),
    Text(Cow<'de, str>),
    /// A value of JavaScript that JSON cannot carry.
    Foreign(Foreign),
    /// An array, an object, or whatever else a language has, named.
    Other(Cow<'static, str>),
}

/// What `JSON.stringify` would lose without a word: it writes `null` for NaN and for a `Date`
/// without a time, leaves functions out, and throws for a bigint. The Node package writes
/// `{"$javascript":"bigint","text":"123"}` instead, so that it is refused here like any other.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Foreign {
    #[serde(rename = "$javascript")]
    pub kind: ForeignKind,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ForeignKind {
    /// NaN or an infinity.
    Number,
    Bigint,
    /// An invalid `Date`.
    Date,
    Function,
    Symbol,
}

impl Foreign {
    pub(super) const MARK: &str = "$javascript";

    fn read(object: &str) -> Option<Self> {
        object.starts_with(r#"{"$javascript":"#).then(|| serde_json::from_str(object).ok())?
    }
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            ForeignKind::Number => f.write_str(&self.text),
            ForeignKind::Bigint => write!(f, "the bigint {}", self.text),
            ForeignKind::Date => f.write_str("a Date without a time"),
            ForeignKind::Function => f.write_str("a function"),
            ForeignKind::Symbol => f.write_str("a symbol"),
        }
    }
}

#[derive(Debug)]
pub(super) enum Number<'de> {
    /// The literal of a JSON text.
    Literal(&'de str),
    /// The digits of a decimal type: exact.
    Decimal(String),
    Integer(i128),
    Float(f64),
}

impl fmt::Display for Number<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(digits) => f.write_str(digits),
            Self::Decimal(digits) => f.write_str(digits),
            Self::Integer(value) => value.fmt(f),
            Self::Float(value) => value.fmt(f),
        }
    }
}

/// How leaves are read: the one difference between JSON text and a language's own objects.
pub(super) trait Source {
    fn scalar<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Scalar<'de>, D::Error>;
    fn json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Json, D::Error>;
}

/// JSON text: leaves are taken as raw text, since serde's number types would lose digits.
pub(super) struct JsonText;

impl Source for JsonText {
    fn scalar<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Scalar<'de>, D::Error> {
        let text = <&RawValue>::deserialize(deserializer)?.get();
        Ok(match text.as_bytes().first() {
            Some(b'"') => Scalar::Text(match text.get(1..text.len() - 1) {
                Some(plain) if !plain.contains('\\') => Cow::Borrowed(plain),
                _ => Cow::Owned(serde_json::from_str(text).map_err(de::Error::custom)?),
            }),
            Some(b'n') => Scalar::Null,
            Some(b't' | b'f') => Scalar::Bool,
            Some(b'[') => Scalar::Other("an array".into()),
            Some(b'{') => {
                Foreign::read(text).map_or(Scalar::Other("an object".into()), Scalar::Foreign)
            }
            _ => Scalar::Number(Number::Literal(text)),
        })
    }

    fn json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Json, D::Error> {
        Json::parse(<&RawValue>::deserialize(deserializer)?.get()).map_err(de::Error::custom)
    }
}

/// A language's own objects: their numbers are exact or floats.
pub(super) struct Native;

impl Source for Native {
    fn scalar<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Scalar<'de>, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }

    fn json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Json, D::Error> {
        Json::deserialize(deserializer)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Null)
    }

    fn visit_none<E>(self) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, d: D) -> Result<Scalar<'de>, D::Error> {
        d.deserialize_any(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Bool)
    }

    fn visit_i64<E>(self, value: i64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Number(Number::Integer(value.into())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Number(Number::Integer(value.into())))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Number(Number::Integer(value)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Number(Number::Float(value)))
    }

    fn visit_bytes<E: de::Error>(self, digits: &[u8]) -> Result<Scalar<'de>, E> {
        let digits = std::str::from_utf8(digits).map_err(E::custom)?;
        Ok(Scalar::Number(Number::Decimal(digits.to_owned())))
    }

    fn visit_str<E>(self, text: &str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Borrowed(text)))
    }

    fn visit_string<E>(self, text: String) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Owned(text)))
    }

    /// A value of a type that means nothing here tells the name of its type.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, name: D) -> Result<Scalar<'de>, D::Error> {
        Ok(Scalar::Other(String::deserialize(name)?.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Scalar<'de>, A::Error> {
        while seq.next_element::<Skip>()?.is_some() {}
        Ok(Scalar::Other("an array".into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar<'de>, A::Error> {
        while map.next_entry::<Skip, Skip>()?.is_some() {}
        Ok(Scalar::Other("an object".into()))
    }
}
