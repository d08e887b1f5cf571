//! Python's objects as the core's one tree, without JSON in between.

use std::borrow::Cow;

use connectly_conversions::binding::{HALF_A_CHARACTER, Value};
use pyo3::exceptions::{PyException, PyMemoryError};
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyBytes, PyDict, PyDictMethods, PyFloat, PyInt, PyList, PyString, PyTuple,
};

use crate::item::Item;
use crate::types::{DATETIME, DECIMAL, MAPPING, SEQUENCE, UUID};

/// Digits before or after the point that no amount has: written out they could fill the memory.
const ABSURD_EXPONENT: i64 = 100;

/// The value of any object. What has no meaning in an event is told by the name of its type, and
/// so is an object of the shop's own that fails when it is asked.
///
/// # Errors
/// What is no failure of the object: an interrupt, an exit, a lack of memory.
pub(crate) fn value(object: &Bound<'_, PyAny>) -> PyResult<Value<'static>> {
    at(object, 0)
}

/// The names and values of an object's members.
type Members = Vec<(Cow<'static, str>, Value<'static>)>;

fn at(object: &Bound<'_, PyAny>, depth: usize) -> PyResult<Value<'static>> {
    if depth > Value::MAX_DEPTH {
        return Ok(Value::Foreign("a value that is nested too deeply".into()));
    }
    read(object, depth).or_else(|error| failed(object, error))
}

fn failed(object: &Bound<'_, PyAny>, error: PyErr) -> PyResult<Value<'static>> {
    let py = object.py();
    if error.is_instance_of::<PyMemoryError>(py) || !error.is_instance_of::<PyException>(py) {
        return Err(error);
    }
    let name = type_name(object)?;
    Ok(Value::Foreign(format!("a {name} that cannot be read ({error})").into()))
}

fn type_name(object: &Bound<'_, PyAny>) -> PyResult<String> {
    Ok(object.get_type().name()?.to_string())
}

fn read(object: &Bound<'_, PyAny>, depth: usize) -> PyResult<Value<'static>> {
    if let Ok(text) = object.cast::<PyString>() {
        return Ok(text.to_str().map_or(Value::Foreign(HALF_A_CHARACTER.into()), owned));
    }
    if object.is_none() {
        return Ok(Value::Null);
    }
    if let Ok(truth) = object.cast::<PyBool>() {
        return Ok(Value::Boolean(truth.is_true()));
    }
    if object.is_instance_of::<PyInt>() {
        return integer(object);
    }
    if DECIMAL.has(object) {
        return decimal(object);
    }
    if let Ok(float) = object.cast::<PyFloat>() {
        return Ok(Value::float(float.value()));
    }
    if let Ok(dict) = object.cast::<PyDict>() {
        return members(dict, depth);
    }
    if let Ok(item) = object.cast::<Item>() {
        let [id, quantity, item_price] = item.get().members(object.py());
        return Ok(Value::Members(vec![
            ("id".into(), at(id, depth + 1)?),
            ("quantity".into(), at(quantity, depth + 1)?),
            ("item_price".into(), at(item_price, depth + 1)?),
        ]));
    }
    if DATETIME.has(object) {
        return Ok(owned(object.call_method0("isoformat")?.str()?.to_str()?));
    }
    if UUID.has(object) {
        return Ok(owned(object.str()?.to_str()?));
    }
    if MAPPING.has(object) {
        let dict = PyDict::new(object.py());
        dict.update(object.cast()?)?;
        return members(&dict, depth);
    }
    if is_list(object) {
        let list = object.try_iter()?.map(|element| at(&element?, depth + 1));
        return Ok(Value::List(list.collect::<PyResult<_>>()?));
    }
    if object.hasattr("__index__")? {
        return integer(&object.call_method0("__index__")?);
    }
    Ok(Value::Foreign(type_name(object)?.into()))
}

fn owned(text: &str) -> Value<'static> {
    Value::Text(Cow::Owned(text.to_owned()))
}

fn is_list(object: &Bound<'_, PyAny>) -> bool {
    object.is_instance_of::<PyList>()
        || object.is_instance_of::<PyTuple>()
        || (SEQUENCE.has(object)
            && !object.is_instance_of::<PyBytes>()
            && object.extract::<&[u8]>().is_err())
}

fn members(dict: &Bound<'_, PyDict>, depth: usize) -> PyResult<Value<'static>> {
    let mut members = Members::with_capacity(dict.len());
    for (name, value) in dict.iter() {
        let name = match name.cast::<PyString>() {
            Ok(name) => name.to_string_lossy().into_owned(),
            Err(_) => name.str()?.to_string_lossy().into_owned(),
        };
        members.push((Cow::Owned(name), at(&value, depth + 1)?));
    }
    Ok(Value::Members(members))
}

/// All the digits. A subclass may print itself in other words, so `int` is asked.
fn integer(object: &Bound<'_, PyAny>) -> PyResult<Value<'static>> {
    if let Ok(value) = object.extract::<i64>() {
        return Ok(Value::Integer(value.to_string().into()));
    }
    let int = object.py().get_type::<PyInt>();
    match int.call_method1("__repr__", (object,)) {
        Ok(digits) => Ok(Value::Integer(digits.str()?.to_str()?.to_owned().into())),
        // Python refuses to print over 4,300 of them.
        Err(_) => Ok(Value::Integer("9".repeat(4_300).into())),
    }
}

/// All the digits. A subclass may print itself in other words, so `Decimal` is asked.
fn decimal(object: &Bound<'_, PyAny>) -> PyResult<Value<'static>> {
    if DECIMAL.is_exactly(object) {
        let text = object.str()?;
        let text = text.to_str()?;
        if text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-')) {
            return Ok(Value::Decimal(text.to_owned().into()));
        }
    }
    let class = DECIMAL.import(object.py())?;
    if !class.call_method1("is_finite", (object,))?.is_truthy()? {
        return Ok(Value::float(f64::NAN));
    }
    let magnitude: i64 = class.call_method1("adjusted", (object,))?.extract()?;
    let exponent = class.call_method1("as_tuple", (object,))?.getattr("exponent")?;
    if magnitude.abs() > ABSURD_EXPONENT || exponent.extract::<i64>()?.abs() > ABSURD_EXPONENT {
        return Ok(Value::Decimal(format!("1E{magnitude}").into()));
    }
    let plain = class.call_method1("__format__", (object, "f"))?;
    Ok(Value::Decimal(plain.str()?.to_str()?.to_owned().into()))
}
