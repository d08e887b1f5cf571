//! The sandbox, for tests of shops.

use std::process;
use std::time::Duration;

use connectly_conversions as core;
use connectly_conversions::binding;
use pyo3::exceptions::{PyAssertionError, PyRuntimeError};
use pyo3::prelude::*;

use crate::arguments::{integer, number, seconds, text_or_uuid};
use crate::errors::{OrRaise, guarded};

/// Belongs to the process that started it: a forked child has neither its thread nor its journal.
#[pyclass(frozen)]
pub struct NativeSandbox {
    /// There until it is dropped.
    sandbox: Option<core::Sandbox>,
    url: String,
    pid: u32,
}

impl NativeSandbox {
    fn of_this_process(&self) -> PyResult<&core::Sandbox> {
        self.sandbox.as_ref().filter(|_| self.pid == process::id()).ok_or_else(|| {
            PyRuntimeError::new_err(
                "the sandbox belongs to the process that started it: ask it over HTTP",
            )
        })
    }
}

impl Drop for NativeSandbox {
    fn drop(&mut self) {
        if self.pid != process::id() {
            // Dropping it would wait for a thread that only the parent has.
            std::mem::forget(self.sandbox.take());
        }
    }
}

#[pymethods]
impl NativeSandbox {
    #[new]
    #[pyo3(signature = (*, port = None, api_key = None, business_id = None))]
    fn new(
        py: Python<'_>,
        port: Option<&Bound<'_, PyAny>>,
        api_key: Option<String>,
        business_id: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        guarded(py, || {
            let mut builder = core::Sandbox::builder();
            if let Some(port) = port {
                builder = builder.port(binding::port(number("port", port)?).or_raise(py)?);
            }
            if let Some(key) = api_key {
                builder = builder.api_key(key);
            }
            if let Some(id) = business_id {
                builder = builder.business_id(text_or_uuid("business_id", id)?);
            }
            let sandbox = py.detach(|| builder.start()).or_raise(py)?;
            let url = sandbox.url().to_owned();
            Ok(Self { sandbox: Some(sandbox), url, pid: process::id() })
        })
    }

    #[getter]
    fn url(&self) -> &str {
        &self.url
    }

    fn received_json(&self) -> PyResult<String> {
        Ok(self.of_this_process()?.received_json())
    }

    fn requests_json(&self) -> PyResult<String> {
        Ok(self.of_this_process()?.requests_json())
    }

    /// Waits until so many conversions were accepted.
    fn wait_for(
        &self,
        py: Python<'_>,
        count: &Bound<'_, PyAny>,
        timeout: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let sandbox = self.of_this_process()?;
        let count = usize::try_from(integer("count", count)?).unwrap_or(0);
        let timeout = match timeout {
            Some(timeout) => {
                binding::seconds("timeout", number("timeout", timeout)?).or_raise(py)?
            }
            None => core::Sandbox::WAIT,
        };
        let mut left = timeout;
        // In slices: so long a signal waits.
        while !left.is_zero() {
            let slice = left.min(Duration::from_millis(50));
            if py.detach(|| sandbox.wait_a_while(count, slice)) {
                break;
            }
            py.check_signals()?;
            left -= slice;
        }
        sandbox.waited(count, timeout).map(drop).map_err(assertion)
    }

    fn assert_reported(&self, py: Python<'_>, expected: &str) -> PyResult<String> {
        let found = self.of_this_process()?.assert_reported_json(expected).or_raise(py)?;
        found.map_err(assertion)
    }

    fn assert_not_reported(&self, order_id: &str) -> PyResult<()> {
        self.of_this_process()?.assert_not_reported(order_id).map_err(assertion)
    }

    fn script_json(&self, py: Python<'_>, text: &str) -> PyResult<()> {
        self.of_this_process()?.script_json(text).or_raise(py)
    }

    fn clear_faults(&self) -> PyResult<()> {
        self.of_this_process()?.clear_faults();
        Ok(())
    }

    fn reset(&self) -> PyResult<()> {
        self.of_this_process()?.reset();
        Ok(())
    }

    #[pyo3(signature = (moment))]
    fn set_now(&self, moment: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let moment = moment.map(|moment| seconds("moment", moment)).transpose()?;
        self.of_this_process()?.set_now(moment);
        Ok(())
    }

    fn stop(&self, py: Python<'_>) {
        // A forked child has nothing to stop.
        if let Ok(sandbox) = self.of_this_process() {
            py.detach(|| sandbox.stop());
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn assertion(difference: core::NotReported) -> PyErr {
    PyAssertionError::new_err(difference.to_string())
}
