//! The answer to a visit.

use std::time::Duration;

use connectly_conversions as core;
use connectly_conversions::binding;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::arguments::{names, pairs, seconds, text, url, wrong_type};
use crate::errors::{OrRaise, guarded, issues};
use crate::tracking::TrackingParams;
use crate::types::TIMEDELTA;

#[doc = docstring!("Landing")]
#[pyclass(frozen, module = "connectly_conversions")]
pub struct Landing(core::Landing);

/// A number of seconds, or a timedelta.
fn duration(argument: &str, given: &Bound<'_, PyAny>) -> PyResult<Duration> {
    let seconds = if TIMEDELTA.has(given) {
        given.call_method0("total_seconds")?.extract()?
    } else {
        let needed = "a number of seconds or a timedelta";
        given.extract().map_err(|_| wrong_type(argument, needed, given))?
    };
    binding::seconds(argument, seconds).or_raise(given.py())
}

/// Anything but `True`, such as a choice that was never made, is no consent.
#[expect(clippy::unnecessary_wraps, reason = "what pyo3 calls")]
fn is_true(given: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(given.extract::<bool>().unwrap_or(false))
}

/// Names and values: of a mapping, as frameworks have them, or of an iterable of pairs.
fn named(argument: &str, given: &Bound<'_, PyAny>) -> PyResult<Vec<(String, String)>> {
    pairs(given).map_err(|error| {
        if error.is_instance_of::<PyTypeError>(given.py()) {
            wrong_type(argument, "a mapping or pairs of str", given)
        } else {
            error
        }
    })
}

/// Cookies as [`named`], as `http.cookies` has them, or as the header's text.
fn with_cookies(
    request: core::VisitRequest,
    given: &Bound<'_, PyAny>,
) -> PyResult<core::VisitRequest> {
    if let Some(header) = text(given) {
        return Ok(request.headers([("Cookie", header)]));
    }
    // A `SimpleCookie`'s members are dicts that have a value.
    if !given.hasattr("value_decode")? {
        return Ok(request.cookies(named("cookies", given)?));
    }
    let mut cookies = Vec::new();
    for member in given.call_method0("items")?.try_iter()? {
        let (name, morsel): (String, Bound<'_, PyAny>) = member?.extract()?;
        cookies.push((name, morsel.getattr("value")?.extract::<String>()?));
    }
    Ok(request.cookies(cookies))
}

#[pymethods]
impl Landing {
    #[new]
    #[pyo3(signature = (touch = None, extra_params = None, max_age = None, domain = None))]
    #[pyo3(text_signature = "(touch=\"last\", extra_params=(), max_age=7776000, domain=None)")]
    fn new(
        py: Python<'_>,
        touch: Option<&str>,
        extra_params: Option<&Bound<'_, PyAny>>,
        max_age: Option<&Bound<'_, PyAny>>,
        domain: Option<&str>,
    ) -> PyResult<Self> {
        let extra_params = names("extra_params", extra_params)?;
        let max_age = max_age.map(|given| duration("max_age", given)).transpose()?;
        binding::landing(touch, extra_params, max_age, domain).or_raise(py).map(Self)
    }

    #[doc = docstring!("Landing.visit")]
    #[pyo3(signature = (
        method, url, cookies = None, headers = None, stored = None, consent = true, *, now = None
    ))]
    #[expect(clippy::too_many_arguments, reason = "keyword arguments of Python")]
    fn visit(
        &self,
        py: Python<'_>,
        method: &Bound<'_, PyAny>,
        #[pyo3(from_py_with = url)] url: String,
        cookies: Option<&Bound<'_, PyAny>>,
        headers: Option<&Bound<'_, PyAny>>,
        stored: Option<&Bound<'_, TrackingParams>>,
        #[pyo3(from_py_with = is_true)] consent: bool,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Visit> {
        guarded(py, || {
            let method = text(method).ok_or_else(|| wrong_type("method", "a str", method))?;
            let mut request = core::VisitRequest::new(method, url)
                .stored(stored.map(|params| params.get().0.clone()))
                .consent(consent);
            if let Some(cookies) = cookies {
                request = with_cookies(request, cookies)?;
            }
            if let Some(headers) = headers {
                request = request.headers(named("headers", headers)?);
            }
            if let Some(now) = now {
                request = request.now(seconds("now", now)?);
            }
            Ok(Visit(self.0.visit(&request)))
        })
    }
}

#[doc = docstring!("Visit")]
#[pyclass(frozen, eq, module = "connectly_conversions")]
#[derive(PartialEq)]
pub struct Visit(core::Visit);

#[pymethods]
impl Visit {
    #[doc = docstring!("Visit.params")]
    #[getter]
    fn params(&self) -> Option<TrackingParams> {
        self.0.params().cloned().map(TrackingParams)
    }

    #[doc = docstring!("Visit.cookies")]
    #[getter]
    fn cookies<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.0.cookies())
    }

    #[doc = docstring!("Visit.no_store")]
    #[getter]
    fn no_store(&self) -> bool {
        self.0.no_store()
    }

    #[doc = docstring!("Visit.count")]
    #[getter]
    fn count(&self) -> &'static str {
        self.0.count().as_str()
    }

    #[doc = docstring!("Visit.skipped")]
    #[getter]
    fn skipped(&self) -> Option<&'static str> {
        self.0.skipped().map(core::SkipReason::as_str)
    }

    #[doc = docstring!("Visit.issues")]
    #[getter]
    fn issues<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        issues(py, self.0.issues())
    }

    /// Without params and cookies: they tell who the customer is.
    fn __repr__(&self) -> String {
        match self.skipped() {
            Some(reason) => format!("<Visit count='skipped' skipped='{reason}'>"),
            None => format!("<Visit count='{}'>", self.count()),
        }
    }
}
