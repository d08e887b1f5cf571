//! Events: made from Python's objects, checked by the core.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use connectly_conversions as core;
use connectly_conversions::binding::Spelling;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString, PyTuple, PyType};

use crate::arguments::{moment, names, wrong_type};
use crate::document::{Argument, Event};
use crate::errors::{OrRaise, guarded, issues};
use crate::objects::value;
use crate::tracking::TrackingParams;
use crate::types::{DECIMAL, MAPPING, pydantic_schema};

#[pyclass(frozen, eq, module = "connectly_conversions")]
#[derive(Clone, PartialEq)]
pub struct ConversionEvent(pub(crate) core::ConversionEvent);

/// How the event is read, as Python gives it.
struct Options<'a, 'py> {
    rounding: Option<&'a str>,
    extra_currencies: Argument<'a, 'py>,
    now: Argument<'a, 'py>,
}

impl Options<'_, '_> {
    fn read(&self, py: Python<'_>) -> PyResult<core::EventOptions> {
        // Python's own clock, which tests may have stopped.
        let mut options =
            core::EventOptions::new().spelling(Spelling::Python).now(match self.now {
                Some(now) => moment("now", now)?,
                None => py.import("time")?.call_method0("time")?.extract::<f64>()?.into(),
            });
        if let Some(rounding) = self.rounding {
            options = options.rounding(rounding.parse::<core::Rounding>().or_raise(py)?);
        }
        if self.extra_currencies.is_some() {
            let codes = names("extra_currencies", self.extra_currencies)?;
            options = options.extra_currencies(codes);
        }
        Ok(options)
    }
}

impl ConversionEvent {
    fn make(py: Python<'_>, event: &Event<'_, '_>, options: &Options<'_, '_>) -> PyResult<Self> {
        guarded(py, || event.build(py, &options.read(py)?).map(Self))
    }
}

/// JSON as bytes, which the core finds to be text or not.
fn json(text: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    if let Ok(text) = text.cast::<PyString>() {
        // Half a character becomes what is no UTF-8, and is refused as such.
        let bytes = text.call_method1("encode", ("utf-8", "surrogatepass"))?;
        return bytes.extract();
    }
    text.extract().map_err(|_| wrong_type("text", "a str or bytes", text))
}

#[pymethods]
impl ConversionEvent {
    #[classmethod]
    #[pyo3(signature = (*, tracking, order_id, currency, value, items = None, event_time = None,
        content_type = None, content_ids = None, num_items = None, extra_payload = None,
        rounding = None, extra_currencies = None, now = None))]
    #[pyo3(text_signature = "(*, tracking, order_id, currency, value, items=(), event_time=None, \
        content_type=None, content_ids=None, num_items=None, extra_payload=None, rounding=None, \
        extra_currencies=None, now=None)")]
    #[expect(clippy::too_many_arguments, reason = "keywords in Python")]
    fn purchase(
        class: &Bound<'_, PyType>,
        tracking: &Bound<'_, TrackingParams>,
        order_id: &Bound<'_, PyAny>,
        currency: &Bound<'_, PyAny>,
        value: &Bound<'_, PyAny>,
        items: Argument<'_, '_>,
        event_time: Argument<'_, '_>,
        content_type: Argument<'_, '_>,
        content_ids: Argument<'_, '_>,
        num_items: Argument<'_, '_>,
        extra_payload: Argument<'_, '_>,
        rounding: Option<&str>,
        extra_currencies: Argument<'_, '_>,
        now: Argument<'_, '_>,
    ) -> PyResult<Self> {
        let event = Event {
            event_name: core::EventName::Purchase,
            tracking: &tracking.get().0,
            currency: Some(currency),
            value: Some(value),
            order_id: Some(order_id),
            content_type,
            content_ids,
            num_items,
            items,
            event_time,
            extra_payload,
        };
        Self::make(class.py(), &event, &Options { rounding, extra_currencies, now })
    }

    #[classmethod]
    #[pyo3(signature = (*, tracking, items = None, currency = None, value = None, order_id = None,
        event_time = None, content_type = None, content_ids = None, num_items = None,
        extra_payload = None, rounding = None, extra_currencies = None, now = None))]
    #[pyo3(text_signature = "(*, tracking, items=(), currency=None, value=None, order_id=None, \
        event_time=None, content_type=None, content_ids=None, num_items=None, extra_payload=None, \
        rounding=None, extra_currencies=None, now=None)")]
    #[expect(clippy::too_many_arguments, reason = "keywords in Python")]
    fn view_content(
        class: &Bound<'_, PyType>,
        tracking: &Bound<'_, TrackingParams>,
        items: Argument<'_, '_>,
        currency: Argument<'_, '_>,
        value: Argument<'_, '_>,
        order_id: Argument<'_, '_>,
        event_time: Argument<'_, '_>,
        content_type: Argument<'_, '_>,
        content_ids: Argument<'_, '_>,
        num_items: Argument<'_, '_>,
        extra_payload: Argument<'_, '_>,
        rounding: Option<&str>,
        extra_currencies: Argument<'_, '_>,
        now: Argument<'_, '_>,
    ) -> PyResult<Self> {
        let event = Event {
            event_name: core::EventName::ViewContent,
            tracking: &tracking.get().0,
            currency,
            value,
            order_id,
            content_type,
            content_ids,
            num_items,
            items,
            event_time,
            extra_payload,
        };
        Self::make(class.py(), &event, &Options { rounding, extra_currencies, now })
    }

    #[classmethod]
    #[pyo3(signature = (document, *, rounding = None, extra_currencies = None, now = None))]
    fn from_dict(
        class: &Bound<'_, PyType>,
        document: &Bound<'_, PyAny>,
        rounding: Option<&str>,
        extra_currencies: Argument<'_, '_>,
        now: Argument<'_, '_>,
    ) -> PyResult<Self> {
        let py = class.py();
        guarded(py, || {
            if !document.is_instance_of::<PyDict>() && !MAPPING.has(document) {
                return Err(wrong_type("document", "a mapping", document));
            }
            let options = Options { rounding, extra_currencies, now }.read(py)?;
            let options = options.spelling(Spelling::Wire);
            core::ConversionEvent::from_value(value(document)?, &options).or_raise(py).map(Self)
        })
    }

    #[classmethod]
    #[pyo3(signature = (text, *, rounding = None, extra_currencies = None, now = None,
        javascript_numbers = false))]
    fn from_json(
        class: &Bound<'_, PyType>,
        text: &Bound<'_, PyAny>,
        rounding: Option<&str>,
        extra_currencies: Argument<'_, '_>,
        now: Argument<'_, '_>,
        javascript_numbers: bool,
    ) -> PyResult<Self> {
        let py = class.py();
        guarded(py, || {
            let options = Options { rounding, extra_currencies, now }.read(py)?;
            let options = options.spelling(Spelling::Wire).javascript_numbers(javascript_numbers);
            let bytes = json(text)?;
            core::ConversionEvent::from_json_bytes(&bytes, &options).or_raise(py).map(Self)
        })
    }

    #[classmethod]
    fn __get_pydantic_core_schema__<'py>(
        class: &Bound<'py, PyType>,
        source: &Bound<'py, PyAny>,
        handler: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        pydantic_schema(class, source, handler)
    }

    #[classmethod]
    #[pyo3(signature = (wire, *, now = None))]
    fn from_wire(
        class: &Bound<'_, PyType>,
        wire: &Bound<'_, PyAny>,
        now: Argument<'_, '_>,
    ) -> PyResult<Self> {
        let py = class.py();
        guarded(py, || {
            let options = Options { rounding: None, extra_currencies: None, now }.read(py)?;
            core::ConversionEvent::from_wire(&json(wire)?, &options).or_raise(py).map(Self)
        })
    }

    fn to_json(&self) -> String {
        self.0.to_json()
    }

    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        issues(py, self.0.warnings())
    }

    fn to_wire<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.0.to_wire())
    }

    #[getter]
    fn event_name(&self) -> &'static str {
        self.0.event_name().as_str()
    }

    #[getter]
    fn order_id(&self) -> Option<&str> {
        self.0.order_id()
    }

    #[getter]
    fn currency(&self) -> Option<&str> {
        self.0.currency()
    }

    #[getter]
    fn value<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let decimal = |value: core::Decimal| DECIMAL.import(py)?.call1((value.to_string(),));
        self.0.value().map(decimal).transpose()
    }

    #[getter]
    fn event_time(&self) -> i64 {
        self.0.event_time()
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.0.to_wire().hash(&mut hasher);
        hasher.finish()
    }

    /// Without the tracking values: they tell who the customer is.
    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let members = (self.order_id(), self.currency(), self.value(py)?, self.event_time());
        let (order_id, currency, value, event_time) = members;
        Ok(format!(
            "<ConversionEvent {} order_id={} currency={} value={} event_time={event_time}>",
            self.event_name(),
            order_id.into_pyobject(py)?.repr()?,
            currency.into_pyobject(py)?.repr()?,
            value.into_pyobject(py)?.str()?,
        ))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((py.get_type::<Self>().getattr("from_json")?, (self.0.to_json(),)))
    }
}
