//! A JSON tree that keeps what `serde_json::Value` loses: the order of members, and every digit.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::text::needs_escape;

/// Deeper than anything that the API may gain; guards the stack.
const MAX_DEPTH: usize = 32;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    /// The digits as they were written, or the shortest ones of a float.
    Number(String),
    String(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads a text; numbers keep all their digits.
    pub(crate) fn parse(text: &str) -> serde_json::Result<Self> {
        Self::exact(serde_json::from_str::<&RawValue>(text)?.get(), 0)
    }

    fn exact(text: &str, depth: usize) -> serde_json::Result<Self> {
        if depth > MAX_DEPTH {
            return Err(de::Error::custom("it is nested too deeply"));
        }
        Ok(match text.as_bytes().first() {
            Some(b'{') => {
                let members: Pairs<'_> = serde_json::from_str(text)?;
                let exact = |(name, raw): (Cow<'_, str>, &RawValue)| {
                    Ok((name.into_owned(), Self::exact(raw.get(), depth + 1)?))
                };
                Self::Object(members.0.into_iter().map(exact).collect::<serde_json::Result<_>>()?)
            }
            Some(b'[') => {
                let members: Vec<&RawValue> = serde_json::from_str(text)?;
                let exact = |raw: &RawValue| Self::exact(raw.get(), depth + 1);
                Self::Array(members.into_iter().map(exact).collect::<serde_json::Result<_>>()?)
            }
            Some(b'-' | b'0'..=b'9') => Self::Number(text.to_owned()),
            _ => serde_json::from_str(text)?,
        })
    }

    /// Writes compact JSON; numbers as they stand.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Null => out.extend_from_slice(b"null"),
            Self::Bool(true) => out.extend_from_slice(b"true"),
            Self::Bool(false) => out.extend_from_slice(b"false"),
            Self::Number(digits) => out.extend_from_slice(digits.as_bytes()),
            Self::String(text) => write_str(out, text),
            Self::Array(members) => {
                out.push(b'[');
                for (index, member) in members.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    member.write(out);
                }
                out.push(b']');
            }
            Self::Object(members) => {
                out.push(b'{');
                for (index, (name, member)) in members.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    write_str(out, name);
                    out.push(b':');
                    member.write(out);
                }
                out.push(b'}');
            }
        }
    }
}

/// Writes a JSON string.
pub(crate) fn write_str(out: &mut Vec<u8>, text: &str) {
    // Escaping needs serde_json only where there is something to escape.
    if needs_escape(text) {
        // Writing a string into memory cannot fail.
        let _ = serde_json::to_writer(out, text);
        return;
    }
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

struct Pairs<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor;
        impl<'de> Visitor<'de> for PairsVisitor {
            type Value = Pairs<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry::<Cow<'de, str>, &'de RawValue>()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(PairsVisitor)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        JsonSeed(0).deserialize(deserializer)
    }
}

/// A value at this depth: a language's own objects may be nested without end.
#[derive(Clone, Copy)]
struct JsonSeed(usize);

impl JsonSeed {
    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        if self.0 == MAX_DEPTH {
            return Err(E::custom("it is nested too deeply"));
        }
        Ok(Self(self.0 + 1))
    }
}

impl<'de> DeserializeSeed<'de> for JsonSeed {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for JsonSeed {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_none<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, name: D) -> Result<Json, D::Error> {
        let name = String::deserialize(name)?;
        Err(de::Error::custom(format_args!("{name} has no JSON form")))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.to_string()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Json, E> {
        Ok(Json::Number(value.to_string()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Json, E> {
        if value.is_finite() {
            Ok(Json::Number(value.to_string()))
        } else {
            Err(E::custom("NaN and infinity have no JSON form"))
        }
    }

    /// Bytes are the digits of a decimal: see `event::input`.
    fn visit_bytes<E: de::Error>(self, digits: &[u8]) -> Result<Json, E> {
        let digits = std::str::from_utf8(digits).map_err(E::custom)?;
        serde_json::from_str::<&RawValue>(digits).map_err(E::custom)?;
        Ok(Json::Number(digits.to_owned()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        let (mut members, seed) = (Vec::new(), self.deeper()?);
        while let Some(member) = seq.next_element_seed(seed)? {
            members.push(member);
        }
        Ok(Json::Array(members))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let (mut members, seed) = (Vec::new(), self.deeper()?);
        while let Some(name) = map.next_key()? {
            members.push((name, map.next_value_seed(seed)?));
        }
        Ok(Json::Object(members))
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(digits) => {
                if let Ok(value) = digits.parse::<i64>() {
                    serializer.serialize_i64(value)
                } else if let Ok(value) = digits.parse::<u64>() {
                    serializer.serialize_u64(value)
                } else {
                    serializer.serialize_f64(digits.parse().map_err(serde::ser::Error::custom)?)
                }
            }
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(members) => serializer.collect_seq(members),
            Self::Object(members) => {
                serializer.collect_map(members.iter().map(|(name, member)| (name, member)))
            }
        }
    }
}
