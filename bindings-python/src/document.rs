//! A call's arguments as one input document.

use std::borrow::Cow;

use connectly_conversions as core;
use connectly_conversions::binding::Value;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple};

use crate::errors::OrRaise;
use crate::objects::value;
use crate::types::MAPPING;

/// An argument that may be left out.
pub(crate) type Argument<'a, 'py> = Option<&'a Bound<'py, PyAny>>;

/// A list of whatever can be iterated over; what cannot be stays, for the core to refuse.
pub(crate) fn listed<'py>(argument: Argument<'_, 'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
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
    pub(crate) tracking: &'a core::TrackingParams,
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

/// An object of these members, in which what is nothing counts as left out.
fn object<'a>(members: impl IntoIterator<Item = (&'static str, Value<'a>)>) -> Value<'a> {
    let members = members.into_iter().map(|(name, value)| (Cow::Borrowed(name), value));
    Value::Members(members.collect())
}

fn text(text: &str) -> Value<'_> {
    Value::Text(Cow::Borrowed(text))
}

fn given(argument: Argument<'_, '_>) -> PyResult<Value<'static>> {
    argument.map_or(Ok(Value::Null), value)
}

impl Event<'_, '_> {
    pub(crate) fn build(
        &self,
        py: Python<'_>,
        options: &core::EventOptions,
    ) -> PyResult<core::ConversionEvent> {
        let (contents, content_ids) = (listed(self.items)?, listed(self.content_ids)?);
        let tracking = self.tracking;
        let clicked =
            object([("ctwa_clid", text(tracking.ctwa_clid())), ("ad_id", text(tracking.ad_id()))]);
        let captured_at = tracking.captured_at().map(|seconds| seconds.to_string().into());
        let payload = object([
            ("currency", given(self.currency)?),
            ("value", given(self.value)?),
            ("order_id", given(self.order_id)?),
            ("content_type", given(self.content_type)?),
            ("content_ids", given(content_ids.as_ref())?),
            ("num_items", given(self.num_items)?),
            ("contents", given(contents.as_ref())?),
            ("event_time", given(self.event_time)?),
        ]);
        let document = object([
            ("cnct_tracking_id", text(tracking.cnct_tracking_id())),
            ("event_name", text(self.event_name.as_str())),
            ("sendout_id", text(tracking.sendout_id())),
            ("attribution", object([("meta_ctwa", clicked)])),
            ("payload", payload),
            ("captured_at", captured_at.map_or(Value::Null, Value::Integer)),
            ("extra_payload", given(self.extra_payload)?),
        ]);
        core::ConversionEvent::from_value(document, options).or_raise(py)
    }
}
