//! Arguments in the forms that Python people have them.

use connectly_conversions::{Error, EventTime, binding};
use pyo3::PyTypeCheck;
use pyo3::exceptions::{PyException, PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::errors::OrRaise;
use crate::objects::value;
use crate::types::UUID;

fn type_name(object: &Bound<'_, PyAny>) -> String {
    object.get_type().name().map_or_else(|_| "object".to_owned(), |name| name.to_string())
}

/// Says which argument has the wrong type.
pub(crate) fn wrong_type(argument: &str, needed: &str, given: &Bound<'_, PyAny>) -> PyErr {
    PyTypeError::new_err(format!("{argument} must be {needed}, not {}", type_name(given)))
}

/// An instance of one of our own classes. Before Python 3.11 pyo3 does not say which argument.
pub(crate) fn instance<'a, 'py, T: PyTypeCheck>(
    argument: &str,
    needed: &str,
    object: &'a Bound<'py, PyAny>,
) -> PyResult<&'a Bound<'py, T>> {
    object.cast::<T>().map_err(|_| wrong_type(argument, needed, object))
}

/// A text, or bytes of one. Lone surrogates and broken UTF-8 become U+FFFD.
pub(crate) fn text(object: &Bound<'_, PyAny>) -> Option<String> {
    if let Ok(text) = object.cast::<PyString>() {
        return Some(text.to_string_lossy().into_owned());
    }
    let bytes = object.cast::<PyBytes>().ok()?;
    Some(String::from_utf8_lossy(bytes.as_bytes()).into_owned())
}

/// JSON as bytes, which the core finds to be text or not.
pub(crate) fn json(text: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    if let Ok(text) = text.cast::<PyString>() {
        // Half a character becomes what is no UTF-8, and is refused as such.
        let bytes = text.call_method1("encode", ("utf-8", "surrogatepass"))?;
        return bytes.extract();
    }
    text.extract().map_err(|_| wrong_type("text", "a str or bytes", text))
}

/// A method, if the object has it. A mapping may have every attribute that it is asked for, and
/// may say in its own way that it lacks one.
fn method<'py>(object: &Bound<'py, PyAny>, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    match object.getattr(name) {
        Ok(method) => Ok(Some(method).filter(Bound::is_callable)),
        Err(error) if error.is_instance_of::<PyException>(object.py()) => Ok(None),
        Err(interrupt) => Err(interrupt),
    }
}

/// A text of whole characters.
pub(crate) fn setting(argument: &str, object: &Bound<'_, PyAny>) -> PyResult<String> {
    let text = instance::<PyString>(argument, "a str", object)?;
    let whole =
        text.to_str().map_err(|_| Error::wrong_argument(argument, "a str of whole characters"));
    whole.map(str::to_owned).or_raise(object.py())
}

/// A URL: a text, or an object of a library that has a class for it.
pub(crate) fn url(object: &Bound<'_, PyAny>) -> PyResult<String> {
    if let Some(text) = text(object) {
        return Ok(text);
    }
    // urllib.parse has `geturl`; yarl, starlette, httpx and pydantic print the URL.
    if let Some(geturl) = method(object, "geturl")? {
        return geturl.call0()?.extract();
    }
    if object.hasattr("scheme")? && object.hasattr("query")? {
        return object.str()?.extract();
    }
    Err(wrong_type("url", "a str or a URL object", object))
}

/// Names: an iterable of texts, but not one text, whose letters would be taken for names.
pub(crate) fn names(argument: &str, object: Option<&Bound<'_, PyAny>>) -> PyResult<Vec<String>> {
    let Some(object) = object else { return Ok(Vec::new()) };
    if text(object).is_some() {
        return Err(wrong_type(argument, "a list of str", object));
    }
    let names = object.try_iter().map_err(|_| wrong_type(argument, "a list of str", object))?;
    names
        .map(|name| {
            let name = name?;
            text(&name).ok_or_else(|| wrong_type(argument, "a list of str", &name))
        })
        .collect()
}

/// A number; one that no float holds is infinite, for the core to refuse.
pub(crate) fn number(argument: &str, object: &Bound<'_, PyAny>) -> PyResult<f64> {
    object.extract().or_else(|error: PyErr| {
        if error.is_instance_of::<PyOverflowError>(object.py()) {
            return Ok(if object.lt(0)? { f64::NEG_INFINITY } else { f64::INFINITY });
        }
        Err(wrong_type(argument, "a number", object))
    })
}

/// A whole number; one that is too large for the core is the largest, for the core to refuse.
pub(crate) fn integer(argument: &str, object: &Bound<'_, PyAny>) -> PyResult<i64> {
    object.extract().or_else(|error: PyErr| {
        if error.is_instance_of::<PyOverflowError>(object.py()) {
            return Ok(if object.lt(0)? { i64::MIN } else { i64::MAX });
        }
        Err(wrong_type(argument, "an integer", object))
    })
}

/// A point in time, in any form that an event's time may have.
pub(crate) fn moment(argument: &str, object: &Bound<'_, PyAny>) -> PyResult<EventTime> {
    binding::moment(argument, value(object)?).or_raise(object.py())
}

/// The Unix seconds of such a point in time.
pub(crate) fn seconds(argument: &str, object: &Bound<'_, PyAny>) -> PyResult<i64> {
    binding::unix_seconds(argument, value(object)?).or_raise(object.py())
}

/// A text or a UUID.
pub(crate) fn text_or_uuid(argument: &str, object: &Bound<'_, PyAny>) -> PyResult<String> {
    if let Ok(text) = object.extract::<String>() {
        return Ok(text);
    }
    if UUID.has(object) {
        return object.str()?.extract();
    }
    Err(wrong_type(argument, "a str or a UUID", object))
}

/// The names and values of a query: a mapping of texts or of lists of texts, as web frameworks
/// have them, or an iterable of pairs.
pub(crate) fn pairs(query: &Bound<'_, PyAny>) -> PyResult<Vec<(String, String)>> {
    // Django and werkzeug give all values of a name by `lists`, starlette by `multi_items`.
    // bottle by `allitems`.
    let mut members = query.clone();
    for name in ["lists", "multi_items", "allitems", "items"] {
        if let Some(method) = method(query, name)? {
            members = method.call0()?;
            break;
        }
    }
    let mut pairs = Vec::new();
    let not_a_query = || wrong_type("query", "a str, a mapping or pairs of str", query);
    for member in members.try_iter().map_err(|_| not_a_query())? {
        let (name, value): (Bound<'_, PyAny>, Bound<'_, PyAny>) =
            member?.extract().map_err(|_| not_a_query())?;
        let name = text(&name).ok_or_else(|| wrong_type("a name of query", "a str", &name))?;
        if let Some(value) = text(&value) {
            pairs.push((name, value));
            continue;
        }
        if value.is_none() {
            continue;
        }
        let argument = format!("query[{name:?}]");
        let not_text =
            |given: &Bound<'_, PyAny>| wrong_type(&argument, "a str or a list of str", given);
        for value in value.try_iter().map_err(|_| not_text(&value))? {
            let value = value?;
            pairs.push((name.clone(), text(&value).ok_or_else(|| not_text(&value))?));
        }
    }
    Ok(pairs)
}
