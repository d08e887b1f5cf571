//! What the outbox writes in a transaction of the shop's own.

use connectly_conversions::{EnqueueOptions, Parameter, Statement};
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::arguments::instance;
use crate::errors::{OrRaise, guarded};
use crate::event::ConversionEvent;
use crate::operation::json;
use crate::outbox::NativeOutbox;
use crate::targets::hold;

/// A statement that enqueues an event.
#[pyclass(frozen)]
pub struct NativeStatement(Statement);

#[pymethods]
impl NativeStatement {
    #[new]
    #[pyo3(signature = (outbox, event, style, hold_until = None, traceparent = None))]
    fn new(
        py: Python<'_>,
        outbox: &NativeOutbox,
        event: &Bound<'_, PyAny>,
        style: &str,
        hold_until: Option<&Bound<'_, PyAny>>,
        traceparent: Option<String>,
    ) -> PyResult<Self> {
        guarded(py, || {
            let event = instance::<ConversionEvent>("event", "a ConversionEvent", event)?;
            let mut options = EnqueueOptions::default();
            options.hold = hold_until.map(hold).transpose()?;
            options.traceparent = traceparent;
            let style = style.parse().or_raise(py)?;
            let statement = outbox.get(py)?.insert_statement(&event.get().0, style, &options);
            statement.or_raise(py).map(Self)
        })
    }

    #[getter]
    fn sql(&self) -> &str {
        &self.0.sql
    }

    /// By name, in the order of their numbers.
    #[getter]
    fn parameters<'py>(&self, py: Python<'py>) -> PyResult<Vec<(&'static str, Bound<'py, PyAny>)>> {
        let value = |value: &Parameter| match value {
            Parameter::Text(text) => text.into_bound_py_any(py),
            Parameter::Integer(number) => number.into_bound_py_any(py),
            Parameter::Bytes(bytes) => {
                bytes.as_ref().map(|bytes| PyBytes::new(py, bytes)).into_bound_py_any(py)
            }
        };
        let named = |(name, given): &(&'static str, Parameter)| Ok((*name, value(given)?));
        self.0.parameters.iter().map(named).collect()
    }

    /// What the row says that it answered with, as JSON.
    fn enqueued(&self, py: Python<'_>, id: i64, state: &str, effect: &str) -> PyResult<String> {
        let read = || json(&self.0.enqueued(id, state, effect)?);
        guarded(py, || read().or_raise(py))
    }
}
