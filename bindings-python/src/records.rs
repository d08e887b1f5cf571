//! Small typed records: what a call takes and gives.

use connectly_conversions as core;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyTuple, PyType};

use crate::arguments::{integer, number};
use crate::errors::{OrRaise, exception};
use crate::event::ConversionEvent;
use crate::types::pydantic_schema;

#[doc = docstring!("Receipt")]
#[pyclass(frozen, eq, hash, get_all, module = "connectly_conversions")]
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Receipt {
    #[doc = docstring!("Receipt.events_received")]
    events_received: u64,
    #[doc = docstring!("Receipt.attempts")]
    attempts: u32,
    #[doc = docstring!("Receipt.status")]
    status: u16,
    #[doc = docstring!("Receipt.raw_body")]
    raw_body: String,
}

impl From<&core::Receipt> for Receipt {
    fn from(receipt: &core::Receipt) -> Self {
        Self {
            events_received: receipt.events_received(),
            attempts: receipt.attempts(),
            status: receipt.status(),
            raw_body: receipt.raw_body().to_owned(),
        }
    }
}

#[pymethods]
impl Receipt {
    #[new]
    fn new(events_received: u64, attempts: u32, status: u16, raw_body: String) -> Self {
        Self { events_received, attempts, status, raw_body }
    }

    #[classmethod]
    fn __get_pydantic_core_schema__<'py>(
        class: &Bound<'py, PyType>,
        source: &Bound<'py, PyAny>,
        handler: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        pydantic_schema(class, source, handler)
    }

    fn __repr__(&self) -> String {
        let Self { events_received, attempts, status, .. } = self;
        format!("Receipt(events_received={events_received}, attempts={attempts}, status={status})")
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> (Bound<'py, PyAny>, (u64, u32, u16, String)) {
        let members = (self.events_received, self.attempts, self.status, self.raw_body.clone());
        (py.get_type::<Self>().into_any(), members)
    }
}

#[doc = docstring!("Outcome")]
#[pyclass(frozen, get_all, module = "connectly_conversions")]
pub struct Outcome {
    #[doc = docstring!("Outcome.event")]
    event: Py<ConversionEvent>,
    #[doc = docstring!("Outcome.receipt")]
    receipt: Option<Py<Receipt>>,
    #[doc = docstring!("Outcome.error")]
    error: Option<Py<PyAny>>,
}

impl Outcome {
    pub(crate) fn from_core(py: Python<'_>, outcome: core::Outcome) -> PyResult<Self> {
        let event = Py::new(py, ConversionEvent(outcome.event))?;
        let (receipt, error) = match &outcome.result {
            Ok(receipt) => (Some(Py::new(py, Receipt::from(receipt))?), None),
            Err(error) => (None, Some(exception(py, error)?.unbind())),
        };
        Ok(Self { event, receipt, error })
    }
}

#[pymethods]
impl Outcome {
    #[new]
    #[pyo3(signature = (event, receipt = None, error = None))]
    fn new(
        event: Py<ConversionEvent>,
        receipt: Option<Py<Receipt>>,
        error: Option<Py<PyAny>>,
    ) -> Self {
        Self { event, receipt, error }
    }

    #[classmethod]
    fn __get_pydantic_core_schema__<'py>(
        class: &Bound<'py, PyType>,
        source: &Bound<'py, PyAny>,
        handler: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        pydantic_schema(class, source, handler)
    }

    /// Nothing is to be cleared: every cycle passes an object that was made later.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.event)?;
        visit.call(&self.receipt)?;
        visit.call(&self.error)
    }

    #[doc = docstring!("Outcome.ok")]
    #[getter]
    fn ok(&self) -> bool {
        self.receipt.is_some()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let event = self.event.bind(py).repr()?;
        let result = match (&self.receipt, &self.error) {
            (Some(receipt), _) => format!("receipt={}", receipt.bind(py).repr()?),
            (None, Some(error)) => format!("error={}", error.bind(py).repr()?),
            (None, None) => "nothing".to_owned(),
        };
        Ok(format!("<Outcome event={event} {result}>"))
    }

    fn __reduce__<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let receipt = self.receipt.as_ref().map(|receipt| receipt.clone_ref(py));
        let error = self.error.as_ref().map(|error| error.clone_ref(py));
        let members = (self.event.clone_ref(py), receipt, error).into_pyobject(py)?;
        Ok((py.get_type::<Self>().into_any(), members))
    }
}

#[doc = docstring!("RetryPolicy")]
#[pyclass(frozen, eq, module = "connectly_conversions")]
#[derive(Clone, PartialEq)]
pub struct RetryPolicy(pub(crate) core::RetryPolicy);

#[pymethods]
impl RetryPolicy {
    #[new]
    #[pyo3(signature = (retries = None, base = None, cap = None))]
    #[pyo3(text_signature = "(retries=2, base=0.25, cap=4.0)")]
    fn new(
        py: Python<'_>,
        retries: Option<&Bound<'_, PyAny>>,
        base: Option<&Bound<'_, PyAny>>,
        cap: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let retries = retries.map(|given| integer("retries", given)).transpose()?;
        let base = base.map(|given| number("base", given)).transpose()?;
        let cap = cap.map(|given| number("cap", given)).transpose()?;
        core::RetryPolicy::from_seconds(retries, base, cap).or_raise(py).map(Self)
    }

    #[doc = docstring!("RetryPolicy.retries")]
    #[getter]
    fn retries(&self) -> u32 {
        self.0.retries()
    }

    #[doc = docstring!("RetryPolicy.base")]
    #[getter]
    fn base(&self) -> f64 {
        self.0.base().as_secs_f64()
    }

    #[doc = docstring!("RetryPolicy.cap")]
    #[getter]
    fn cap(&self) -> f64 {
        self.0.cap().as_secs_f64()
    }

    fn __hash__(&self) -> u64 {
        u64::from(self.retries()) ^ self.base().to_bits() ^ self.cap().to_bits().rotate_left(1)
    }

    fn __repr__(&self) -> String {
        format!("RetryPolicy(retries={}, base={}, cap={})", self.retries(), self.base(), self.cap())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> (Bound<'py, PyAny>, (u32, f64, f64)) {
        (py.get_type::<Self>().into_any(), (self.retries(), self.base(), self.cap()))
    }
}
