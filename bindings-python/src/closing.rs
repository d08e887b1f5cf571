//! A client that closes while its caller does not block.

use std::process;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use connectly_conversions as core;
use pyo3::prelude::*;

use crate::bell::{Bell, locked};
use crate::io_thread;

/// Waits on the I/O thread for the requests of a client.
#[pyclass(frozen)]
pub struct Closing {
    cut_off: Arc<Mutex<Option<usize>>>,
    bell: Arc<Bell>,
    pid: u32,
}

impl Closing {
    pub(crate) fn start(
        py: Python<'_>,
        client: core::Client,
        timeout: Duration,
        wake: Py<PyAny>,
    ) -> PyResult<Self> {
        let (cut_off, bell) = (Arc::new(Mutex::new(None)), Arc::new(Bell::new(Some(wake))));
        let closing =
            Self { cut_off: Arc::clone(&cut_off), bell: Arc::clone(&bell), pid: process::id() };
        io_thread::handle(py)?.spawn(async move {
            let count = client.close_within(timeout).await;
            *locked(&cut_off) = Some(count);
            bell.ring();
        });
        Ok(closing)
    }
}

#[pymethods]
impl Closing {
    /// How many requests were cut off, once all have ended.
    fn take(&self) -> Option<usize> {
        // A forked child is told at once: the requests are its parent's.
        if self.pid == process::id() { *locked(&self.cut_off) } else { Some(0) }
    }
}

impl Drop for Closing {
    fn drop(&mut self) {
        self.bell.silence();
    }
}
