//! Which event of an outbox is meant, and until when.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use connectly_conversions as core;
use connectly_conversions::binding;
use pyo3::prelude::*;
use pyo3::types::{PyInt, PyString};

use crate::arguments::{integer, seconds, setting, text_or_uuid, wrong_type};
use crate::errors::OrRaise;

/// Order id, id, tracking id and event name, as they were given.
pub(crate) type Given<'py> =
    (Option<Bound<'py, PyAny>>, Option<Bound<'py, PyAny>>, Option<String>, String);

/// An order's id, in any form that an event takes.
pub(crate) fn order_id(object: &Bound<'_, PyAny>) -> PyResult<String> {
    if object.is_exact_instance_of::<PyInt>() {
        return object.str()?.extract();
    }
    if object.is_instance_of::<PyString>() {
        return setting("order_id", object);
    }
    text_or_uuid("order_id", object)
        .map_err(|_| wrong_type("order_id", "a str, an int or a UUID", object))
}

pub(crate) fn event_name(py: Python<'_>, name: &str) -> PyResult<core::EventName> {
    name.parse().or_raise(py)
}

pub(crate) fn target(py: Python<'_>, given: Given<'_>) -> PyResult<core::Target> {
    let (order, id, tracking_id, name) = given;
    let order = order.map(|order| order_id(&order)).transpose()?;
    let id = id.map(|id| integer("id", &id)).transpose()?;
    binding::target(order, id, tracking_id, event_name(py, &name)?).or_raise(py)
}

/// The event that is meant, if any is named.
pub(crate) fn named(py: Python<'_>, given: Given<'_>) -> PyResult<Option<core::Target>> {
    let nothing = matches!(given, (None, None, None, _));
    if nothing { Ok(None) } else { target(py, given).map(Some) }
}

/// A point in time, in any form that an event's time may have.
pub(crate) fn time(argument: &str, object: &Bound<'_, PyAny>) -> PyResult<SystemTime> {
    let seconds = u64::try_from(seconds(argument, object)?).unwrap_or(0);
    Ok(UNIX_EPOCH + Duration::from_secs(seconds))
}

pub(crate) fn hold(object: &Bound<'_, PyAny>) -> PyResult<core::Hold> {
    let word = object.cast::<PyString>().ok().and_then(|text| text.to_str().ok());
    match word.and_then(binding::hold) {
        Some(hold) => Ok(hold),
        None => time("hold_until", object).map(core::Hold::until),
    }
}
