//! A call's arguments as one input document.

use connectly_conversions as core;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple};
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use crate::errors::OrRaise;
use crate::objects::{Object, Unreadable};
use crate::tracking::TrackingParams;
use crate::types::MAPPING;

/// An argument that may be left out.
pub(crate) type Argument<'a, 'py> = Option<&'a Bound<'py, PyAny>>;

/// A list of whatever can be iterated over; what cannot be stays, for the core to refuse.
fn listed<'py>(argument: Argument<'_, 'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let Some(object) = argument else { return Ok(None) };
    let kept = object.is_exact_instance_of::<PyList>()
        || object.is_exact_instance_of::<PyTuple>()
        || object.is_instance_of::<PyString>()
        || object.is_instance_of::<PyBytes>()
        || object.is_instance_of::<PyDict>()
        || MAPPING.has(object)
        || !object.hasattr("__iter__")?;
    if kept {
        return Ok(Some(object.clone()));
    }
    let list = object.try_iter()?.collect::<PyResult<Vec<_>>>()?;
    Ok(Some(PyList::new(object.py(), list)?.into_any()))
}

/// What an event consists of, as it was given.
pub(crate) struct Event<'a, 'py> {
    pub(crate) event_name: core::EventName,
    pub(crate) tracking: &'a Bound<'py, TrackingParams>,
    pub(crate) currency: Argument<'a, 'py>,
    pub(crate) value: Argument<'a, 'py>,
    pub(crate) order_id: Argument<'a, 'py>,
    pub(crate) content_type: Argument<'a, 'py>,
    pub(crate) content_ids: Argument<'a, 'py>,
    pub(crate) num_items: Argument<'a, 'py>,
    pub(crate) items: Argument<'a, 'py>,
    pub(crate) event_time: Argument<'a, 'py>,
    pub(crate) extra_payload: Argument<'a, 'py>,
}

impl Event<'_, '_> {
    pub(crate) fn build(
        &self,
        py: Python<'_>,
        options: &core::EventOptions,
    ) -> PyResult<core::ConversionEvent> {
        let (contents, content_ids) = (listed(self.items)?, listed(self.content_ids)?);
        let tracking = &self.tracking.get().0;
        let meta_ctwa = [
            ("ctwa_clid", Node::Text(tracking.ctwa_clid())),
            ("ad_id", Node::Text(tracking.ad_id())),
        ];
        let attribution = [("meta_ctwa", Node::Members(&meta_ctwa))];
        let payload = [
            ("currency", Node::given(self.currency)),
            ("value", Node::given(self.value)),
            ("order_id", Node::given(self.order_id)),
            ("content_type", Node::given(self.content_type)),
            ("content_ids", Node::given(content_ids.as_ref())),
            ("num_items", Node::given(self.num_items)),
            ("contents", Node::given(contents.as_ref())),
            ("event_time", Node::given(self.event_time)),
        ];
        let document = [
            ("cnct_tracking_id", Node::Text(tracking.cnct_tracking_id())),
            ("event_name", Node::Name(self.event_name.as_str())),
            ("sendout_id", Node::Text(tracking.sendout_id())),
            ("attribution", Node::Members(&attribution)),
            ("payload", Node::Members(&payload)),
            ("captured_at", tracking.captured_at().map_or(Node::Absent, Node::Seconds)),
            ("extra_payload", Node::given(self.extra_payload)),
        ];
        core::ConversionEvent::from_deserializer(Node::Members(&document), options).or_raise(py)
    }
}

/// A document of members that are known by name, such as a call's arguments.
#[derive(Clone, Copy)]
pub(crate) enum Node<'a, 'py> {
    /// A text that outlives the call, so that nobody needs to copy it.
    Name(&'static str),
    Text(&'a str),
    Seconds(i64),
    /// Left out, as if the member were not there.
    Absent,
    Object(&'a Bound<'py, PyAny>),
    Members(&'a [(&'static str, Node<'a, 'py>)]),
}

impl<'a, 'py> Node<'a, 'py> {
    fn given(argument: Argument<'a, 'py>) -> Self {
        argument.map_or(Self::Absent, Self::Object)
    }
}

impl<'de> Deserializer<'de> for Node<'_, '_> {
    type Error = Unreadable;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self {
            Self::Name(name) => visitor.visit_borrowed_str(name),
            Self::Text(text) => visitor.visit_str(text),
            Self::Seconds(seconds) => visitor.visit_i64(seconds),
            Self::Absent => visitor.visit_unit(),
            Self::Object(object) => Object::new(object).deserialize_any(visitor),
            Self::Members(members) => visitor.visit_map(Members { members, value: None }),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        option unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier
        ignored_any
    }
}

struct Members<'a, 'py> {
    members: &'a [(&'static str, Node<'a, 'py>)],
    value: Option<Node<'a, 'py>>,
}

impl<'de> MapAccess<'de> for Members<'_, '_> {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Unreadable> {
        while let Some(((name, value), rest)) = self.members.split_first() {
            self.members = rest;
            if !matches!(value, Node::Absent) {
                self.value = Some(*value);
                return seed.deserialize(StrDeserializer::new(name)).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<S::Value, Unreadable> {
        let value = self.value.take().ok_or_else(|| Unreadable("no value".to_owned()))?;
        seed.deserialize(value)
    }
}
