//! Passing over a value that has no place, however it is nested.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// As deep as JSON text may be for `serde_json`; a language's own objects may even be cyclic.
const MAX_DEPTH: u8 = 127;

/// `IgnoredAny` with a floor.
#[derive(Debug)]
pub(super) struct Skip;

impl<'de> Deserialize<'de> for Skip {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        SkipAt(0).deserialize(deserializer)
    }
}

#[derive(Clone, Copy)]
struct SkipAt(u8);

impl SkipAt {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.0 == MAX_DEPTH {
            return Err(E::custom("it is nested too deeply"));
        }
        Ok(Self(self.0 + 1))
    }
}

impl<'de> DeserializeSeed<'de> for SkipAt {
    type Value = Skip;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Skip, D::Error> {
        deserializer.deserialize_ignored_any(self)
    }
}

macro_rules! skip {
    ($($method:ident: $given:ty),+) => {
        $(fn $method<E>(self, _: $given) -> Result<Skip, E> {
            Ok(Skip)
        })+
    };
}

impl<'de> Visitor<'de> for SkipAt {
    type Value = Skip;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    skip!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_i128: i128, visit_u128: u128,
        visit_f64: f64, visit_str: &str, visit_bytes: &[u8]);

    fn visit_unit<E>(self) -> Result<Skip, E> {
        Ok(Skip)
    }

    fn visit_none<E>(self) -> Result<Skip, E> {
        Ok(Skip)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Skip, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Skip, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Skip, A::Error> {
        let seed = self.deeper()?;
        while seq.next_element_seed(seed)?.is_some() {}
        Ok(Skip)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Skip, A::Error> {
        let seed = self.deeper()?;
        while map.next_key_seed(seed)?.is_some() {
            map.next_value_seed(seed)?;
        }
        Ok(Skip)
    }
}
