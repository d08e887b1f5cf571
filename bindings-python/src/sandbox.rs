//! The API's emulator, for tests of shops.

use std::process;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use connectly_conversions as core;
use connectly_conversions::binding;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use crate::arguments::{number, seconds, text_or_uuid};
use crate::errors::{OrRaise, guarded};

/// Belongs to the process that started it: a forked child has neither its thread nor its journal.
#[pyclass(frozen)]
pub struct NativeSandbox {
    sandbox: Mutex<Option<core::Sandbox>>,
    url: String,
    pid: u32,
}

impl NativeSandbox {
    fn running<T>(&self, ask: impl FnOnce(&core::Sandbox) -> PyResult<T>) -> PyResult<T> {
        if self.pid != process::id() {
            return Err(PyRuntimeError::new_err(
                "the sandbox belongs to the process that started it: ask it over HTTP",
            ));
        }
        let sandbox = self.sandbox.lock().unwrap_or_else(PoisonError::into_inner);
        let stopped = || PyRuntimeError::new_err("the sandbox was stopped");
        ask(sandbox.as_ref().ok_or_else(stopped)?)
    }

    fn take(&self) -> Option<core::Sandbox> {
        let sandbox = self.sandbox.lock().unwrap_or_else(PoisonError::into_inner).take();
        if self.pid == process::id() {
            return sandbox;
        }
        // Dropping it would wait for a thread that only the parent has.
        std::mem::forget(sandbox);
        None
    }
}

impl Drop for NativeSandbox {
    fn drop(&mut self) {
        drop(self.take());
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
            Ok(Self { sandbox: Mutex::new(Some(sandbox)), url, pid: process::id() })
        })
    }

    #[getter]
    fn url(&self) -> &str {
        &self.url
    }

    fn received_json(&self) -> PyResult<String> {
        self.running(|sandbox| Ok(sandbox.received_json()))
    }

    fn requests_json(&self) -> PyResult<String> {
        self.running(|sandbox| Ok(sandbox.requests_json()))
    }

    /// Whether this many conversions have been accepted by now; waits until then.
    fn wait_for(&self, py: Python<'_>, count: usize, timeout: &Bound<'_, PyAny>) -> PyResult<bool> {
        let timeout = binding::seconds("timeout", number("timeout", timeout)?).or_raise(py)?;
        let slice = Duration::from_millis(50);
        let mut left = timeout;
        // In slices: so long a signal waits.
        while !left.is_zero() {
            let wait = left.min(slice);
            let ask = || self.running(|sandbox| Ok(sandbox.wait_for(count, wait).len()));
            if py.detach(ask)? >= count {
                return Ok(true);
            }
            py.check_signals()?;
            left -= wait;
        }
        Ok(false)
    }

    fn script_json(&self, py: Python<'_>, text: &str) -> PyResult<()> {
        self.running(|sandbox| sandbox.script_json(text).or_raise(py))
    }

    fn clear_faults(&self) -> PyResult<()> {
        self.running(|sandbox| {
            sandbox.clear_faults();
            Ok(())
        })
    }

    fn reset(&self) -> PyResult<()> {
        self.running(|sandbox| {
            sandbox.reset();
            Ok(())
        })
    }

    #[pyo3(signature = (moment))]
    fn set_now(&self, moment: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let moment = moment.map(|moment| seconds("moment", moment)).transpose()?;
        self.running(|sandbox| {
            sandbox.set_now(moment);
            Ok(())
        })
    }

    fn stop(&self, py: Python<'_>) {
        let sandbox = self.take();
        py.detach(|| drop(sandbox));
    }
}
