//! Errors cross as records; Python's own classes are made of them.

use std::any::Any;
use std::error::Error as _;
use std::iter::successors;
use std::panic::{AssertUnwindSafe, catch_unwind};

use connectly_conversions::{Error, Issue};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyTuple;

static ERRORS: PyOnceLock<Py<PyModule>> = PyOnceLock::new();

/// The module of the public classes.
fn module(py: Python<'_>) -> PyResult<&Bound<'_, PyModule>> {
    if ERRORS.get(py).is_none() {
        // Imported outside of the cell: a fork in the middle must not leave it half set.
        let module = py.import("connectly_conversions.errors")?;
        let _ = ERRORS.set(py, module.unbind());
    }
    ERRORS.get(py).map(|module| module.bind(py)).ok_or_else(|| {
        pyo3::exceptions::PyRuntimeError::new_err("connectly_conversions.errors is not there")
    })
}

/// The issues as Python's `Issue` tuples.
pub(crate) fn issues<'py>(py: Python<'py>, issues: &[Issue]) -> PyResult<Bound<'py, PyTuple>> {
    if issues.is_empty() {
        return Ok(PyTuple::empty(py));
    }
    let class = module(py)?.getattr("Issue")?;
    let issue = |issue: &Issue| {
        class.call1((
            issue.code().as_str(),
            issue.severity().as_str(),
            issue.path(),
            issue.message(),
            issue.suggestion(),
        ))
    };
    PyTuple::new(py, issues.iter().map(issue).collect::<PyResult<Vec<_>>>()?)
}

/// The exception of an error, not yet raised.
pub(crate) fn exception<'py>(py: Python<'py>, error: &Error) -> PyResult<Bound<'py, PyAny>> {
    let causes = successors(error.source(), |cause| (*cause).source());
    module(py)?.getattr("from_record")?.call1((
        error.kind().as_str(),
        error.code().as_str(),
        error.message(),
        error.status(),
        error.retryable(),
        error.retry_after().map(|wait| wait.as_secs_f64()),
        error.attempts(),
        issues(py, error.issues())?,
        error.raw_body(),
        causes.map(ToString::to_string).collect::<Vec<_>>(),
    ))
}

/// The exception, to be raised.
pub(crate) fn raise(py: Python<'_>, error: &Error) -> PyErr {
    exception(py, error).map_or_else(|failure| failure, PyErr::from_value)
}

/// Turns the core's result into Python's.
pub(crate) trait OrRaise<T> {
    fn or_raise(self, py: Python<'_>) -> PyResult<T>;
}

impl<T> OrRaise<T> for connectly_conversions::Result<T> {
    fn or_raise(self, py: Python<'_>) -> PyResult<T> {
        self.map_err(|error| raise(py, &error))
    }
}

/// What a panic said.
pub(crate) fn defect(panic: &(dyn Any + Send)) -> Error {
    let said = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without a message");
    Error::internal(format!("a defect in connectly-conversions, please report it: {said}"))
}

/// Runs a call at the border: a panic becomes a `ConnectlyError`, which `except Exception` sees.
pub(crate) fn guarded<T>(py: Python<'_>, call: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|panic| Err(raise(py, &defect(&*panic))))
}

/// A text as one line of bounded length, for logs and terminals.
#[pyfunction]
#[pyo3(name = "one_line")]
pub fn one_line(text: &str) -> std::borrow::Cow<'_, str> {
    connectly_conversions::binding::one_line(text)
}
