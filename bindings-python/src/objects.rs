//! Python's objects as a source of the core's one decoder, without JSON in between.
//!
//! An exact decimal goes as the bytes of its digits, a point in time as RFC 3339, what has no
//! meaning in an event as the name of its type: see `event::input` of the core.

use std::fmt;

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyDictMethods, PyFloat, PyInt, PyList, PyString, PyTuple};
use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use crate::document::Node;
use crate::item::Item;
use crate::types::{DATETIME, DECIMAL, MAPPING, SEQUENCE, UUID};

/// Deeper than anything that the API may gain; guards the stack, also against cycles.
const MAX_DEPTH: u8 = 32;

/// Why objects could not be read at all.
#[derive(Debug)]
pub(crate) struct Unreadable(pub(crate) String);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

impl de::Error for Unreadable {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

impl From<PyErr> for Unreadable {
    fn from(error: PyErr) -> Self {
        Self(error.to_string())
    }
}

/// Any object.
#[derive(Clone, Copy)]
pub(crate) struct Object<'a, 'py> {
    object: &'a Bound<'py, PyAny>,
    depth: u8,
}

impl<'a, 'py> Object<'a, 'py> {
    pub(crate) fn new(object: &'a Bound<'py, PyAny>) -> Self {
        Self { object, depth: 0 }
    }

    fn inside(self) -> Result<u8, Unreadable> {
        if self.depth == MAX_DEPTH {
            return Err(Unreadable("it is nested too deeply".to_owned()));
        }
        Ok(self.depth + 1)
    }

    fn integer<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if let Ok(value) = self.object.extract::<i64>() {
            return visitor.visit_i64(value);
        }
        // Past 64 bits: all the digits. Python refuses to print over 4,300 of them.
        match self.object.str().and_then(|digits| Ok(digits.to_str()?.to_owned())) {
            Ok(digits) => visitor.visit_bytes(digits.as_bytes()),
            Err(_) => visitor.visit_f64(f64::INFINITY),
        }
    }

    fn decimal<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        let text = self.object.str()?;
        let text = text.to_str()?;
        if text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-')) {
            return visitor.visit_bytes(text.as_bytes());
        }
        let Some((_, exponent)) = text.split_once('E') else {
            // NaN, sNaN and the infinities.
            return visitor.visit_f64(if text.contains('N') { f64::NAN } else { f64::INFINITY });
        };
        // An exponent beyond any amount stays one: written out it could fill the memory.
        if exponent.parse::<i32>().map_or(true, |exponent| exponent.abs() > 100) {
            return visitor.visit_bytes(text.as_bytes());
        }
        let plain = self.object.call_method1("__format__", ("f",))?.str()?;
        visitor.visit_bytes(plain.to_str()?.as_bytes())
    }

    /// Whatever is none of the built-in types.
    fn other<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        let object = self.object;
        if DATETIME.has(object) {
            let text = object.call_method0("isoformat")?.str()?;
            return visitor.visit_str(text.to_str()?);
        }
        if UUID.has(object) {
            return visitor.visit_str(object.str()?.to_str()?);
        }
        if DECIMAL.has(object) {
            return self.decimal(visitor);
        }
        if let Ok(text) = object.cast::<PyString>() {
            return visitor.visit_str(&text.to_string_lossy());
        }
        if object.is_instance_of::<PyInt>() {
            return self.integer(visitor);
        }
        if let Ok(float) = object.cast::<PyFloat>() {
            return visitor.visit_f64(float.extract()?);
        }
        if let Ok(dict) = object.cast::<PyDict>() {
            return self.dict(dict, visitor);
        }
        if MAPPING.has(object) {
            let dict = PyDict::new(object.py());
            dict.update(object.cast().map_err(PyErr::from)?)?;
            return self.dict(&dict, visitor);
        }
        if object.is_instance_of::<PyList>()
            || object.is_instance_of::<PyTuple>()
            || (SEQUENCE.has(object) && object.extract::<&[u8]>().is_err())
        {
            return self.sequence(visitor);
        }
        if let Ok(index) = object.call_method0("__index__") {
            return Object::new(&index).integer(visitor);
        }
        let name = object.get_type().name()?;
        visitor.visit_newtype_struct(StrDeserializer::new(name.to_str()?))
    }

    fn dict<'de, V: Visitor<'de>>(
        self,
        dict: &Bound<'py, PyDict>,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_map(Entries { entries: dict.iter(), value: None, depth: self.inside()? })
    }

    fn sequence<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_seq(Elements { elements: self.object.try_iter()?, depth: self.inside()? })
    }
}

impl<'de> Deserializer<'de> for Object<'_, '_> {
    type Error = Unreadable;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        let object = self.object;
        if let Ok(text) = object.cast_exact::<PyString>() {
            match text.to_str() {
                Ok(text) => visitor.visit_str(text),
                Err(_) => visitor.visit_str(&text.to_string_lossy()),
            }
        } else if object.is_none() {
            visitor.visit_unit()
        } else if let Ok(dict) = object.cast_exact::<PyDict>() {
            self.dict(dict, visitor)
        } else if object.is_exact_instance_of::<PyInt>() {
            self.integer(visitor)
        } else if DECIMAL.is_exactly(object) {
            self.decimal(visitor)
        } else if object.is_exact_instance_of::<PyList>()
            || object.is_exact_instance_of::<PyTuple>()
        {
            self.sequence(visitor)
        } else if let Ok(item) = object.cast_exact::<Item>() {
            let [id, quantity, item_price] = item.get().members(object.py());
            let members = [
                ("id", Node::Object(id)),
                ("quantity", Node::Object(quantity)),
                ("item_price", Node::Object(item_price)),
            ];
            Node::Members(&members).deserialize_any(visitor)
        } else if let Ok(float) = object.cast_exact::<PyFloat>() {
            visitor.visit_f64(float.extract()?)
        } else if let Ok(truth) = object.cast_exact::<PyBool>() {
            visitor.visit_bool(truth.is_true())
        } else {
            self.other(visitor)
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        option unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier
    }
}

struct Entries<'py> {
    entries: pyo3::types::dict::BoundDictIterator<'py>,
    value: Option<Bound<'py, PyAny>>,
    depth: u8,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Unreadable> {
        let Some((key, value)) = self.entries.next() else { return Ok(None) };
        self.value = Some(value);
        let key = match key.cast_exact::<PyString>() {
            Ok(key) => key.clone(),
            Err(_) => key.str()?,
        };
        match key.to_str() {
            Ok(key) => seed.deserialize(StrDeserializer::new(key)).map(Some),
            Err(_) => seed.deserialize(key.to_string_lossy().into_deserializer()).map(Some),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<S::Value, Unreadable> {
        let value = self.value.take().ok_or_else(|| Unreadable("no value".to_owned()))?;
        seed.deserialize(Object { object: &value, depth: self.depth })
    }
}

struct Elements<'py> {
    elements: Bound<'py, pyo3::types::PyIterator>,
    depth: u8,
}

impl<'de> SeqAccess<'de> for Elements<'_> {
    type Error = Unreadable;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Unreadable> {
        let Some(element) = self.elements.next() else { return Ok(None) };
        let element = element?;
        seed.deserialize(Object { object: &element, depth: self.depth }).map(Some)
    }
}
