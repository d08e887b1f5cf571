//! Events: made from Python's objects, checked by the core.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use connectly_conversions as core;
use connectly_conversions::binding::Spelling;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple, PyType};

use crate::arguments::{instance, json, wrong_type};
use crate::document::{Argument, Event};
use crate::errors::{OrRaise, guarded, issues};
use crate::objects::value;
use crate::options::Options;
use crate::tracking::TrackingParams;
use crate::types::{DECIMAL, MAPPING, pydantic_schema};

#[doc = docstring!("ConversionEvent")]
#[pyclass(frozen, eq, module = "connectly_conversions")]
#[derive(Clone, PartialEq)]
pub struct ConversionEvent(pub(crate) core::ConversionEvent);

impl ConversionEvent {
    fn make(py: Python<'_>, event: &Event<'_, '_>, options: &Options<'_, '_>) -> PyResult<Self> {
        guarded(py, || event.build(py, &options.read(py)?).map(Self))
    }
}

#[pymethods]
impl ConversionEvent {
    #[doc = docstring!("ConversionEvent.purchase")]
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
        tracking: &Bound<'_, PyAny>,
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
        let params = instance::<TrackingParams>("tracking", "TrackingParams", tracking)?;
        let event = Event {
            event_name: core::EventName::Purchase,
            tracking: &params.get().0,
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

    #[doc = docstring!("ConversionEvent.view_content")]
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
        tracking: &Bound<'_, PyAny>,
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
        let params = instance::<TrackingParams>("tracking", "TrackingParams", tracking)?;
        let event = Event {
            event_name: core::EventName::ViewContent,
            tracking: &params.get().0,
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

    #[doc = docstring!("ConversionEvent.from_dict")]
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

    #[doc = docstring!("ConversionEvent.from_json")]
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

    #[doc = docstring!("ConversionEvent.from_wire")]
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

    #[doc = docstring!("ConversionEvent.to_json")]
    fn to_json(&self) -> String {
        self.0.to_json()
    }

    #[doc = docstring!("ConversionEvent.warnings")]
    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        issues(py, self.0.warnings())
    }

    #[doc = docstring!("ConversionEvent.to_wire")]
    fn to_wire<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.0.to_wire())
    }

    #[doc = docstring!("ConversionEvent.event_name")]
    #[getter]
    fn event_name(&self) -> &'static str {
        self.0.event_name().as_str()
    }

    #[doc = docstring!("ConversionEvent.order_id")]
    #[getter]
    fn order_id(&self) -> Option<&str> {
        self.0.order_id()
    }

    #[doc = docstring!("ConversionEvent.currency")]
    #[getter]
    fn currency(&self) -> Option<&str> {
        self.0.currency()
    }

    #[doc = docstring!("ConversionEvent.value")]
    #[getter]
    fn value<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let decimal = |value: core::Decimal| DECIMAL.import(py)?.call1((value.to_string(),));
        self.0.value().map(decimal).transpose()
    }

    #[doc = docstring!("ConversionEvent.content_type")]
    #[getter]
    fn content_type(&self) -> Option<&str> {
        self.0.content_type()
    }

    #[doc = docstring!("ConversionEvent.content_ids")]
    #[getter]
    fn content_ids<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.0.content_ids())
    }

    #[doc = docstring!("ConversionEvent.num_items")]
    #[getter]
    fn num_items(&self) -> Option<u64> {
        self.0.num_items()
    }

    #[doc = docstring!("ConversionEvent.event_time")]
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
