//! Calls of asyncio: one thread of our own does the I/O and hands results to the event loop.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::process;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use connectly_conversions::{Error, Result};
use connectly_forkguard::PerProcess;
use futures_util::FutureExt;
use pyo3::prelude::*;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use crate::blocking::runtime;
use crate::errors::{defect, raise};
use crate::gate;

static THREAD: PerProcess<Handle> = PerProcess::new();

/// Starts the thread. It sleeps in the driver and ends with the process.
fn start() -> Result<Handle> {
    let runtime = runtime()?;
    let handle = runtime.handle().clone();
    thread::Builder::new()
        .name("connectly-io".to_owned())
        .spawn(move || runtime.block_on(std::future::pending::<()>()))
        .map_err(|error| Error::internal(format!("no thread for I/O: {error}")))?;
    Ok(handle)
}

/// What is called with `(value, None)` or `(None, exception)`, once.
///
/// Shared with [`Request`], and only ever taken or dropped with the GIL held: a reference that is
/// dropped without it waits in a locked list of pyo3's, which a fork could inherit.
type Deliver = Arc<Mutex<Option<Py<PyAny>>>>;

fn take(deliver: &Deliver) -> Option<Py<PyAny>> {
    deliver.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// A request under way.
#[pyclass(frozen)]
pub struct Request {
    task: AbortHandle,
    deliver: Deliver,
    pid: u32,
}

#[pymethods]
impl Request {
    /// Ends the request, if it has not ended; its result is never delivered then.
    fn abort(&self) {
        // A forked child has inherited the object, but not the thread.
        if self.pid == process::id() {
            take(&self.deliver);
            self.task.abort();
        }
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        // Held by Python, hence dropped with the GIL.
        take(&self.deliver);
    }
}

/// Starts `future` on the thread; `convert` makes a Python object of what it gives.
pub(crate) fn spawn<T: Send + 'static>(
    py: Python<'_>,
    future: impl Future<Output = Result<T>> + Send + 'static,
    deliver: Py<PyAny>,
    convert: impl FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>> + Send + 'static,
) -> PyResult<Request> {
    let thread = THREAD.get_or_try_init(start).map_err(|error| raise(py, &error))?;
    let deliver = Arc::new(Mutex::new(Some(deliver)));
    let receiver = Arc::clone(&deliver);
    let task = thread.spawn(async move {
        let result = AssertUnwindSafe(future).catch_unwind().await;
        let result = result.unwrap_or_else(|panic| Err(defect(&*panic)));
        gate::with_python(|py| {
            let Some(deliver) = take(&receiver) else { return };
            let value = match result {
                Ok(value) => convert(py, value),
                Err(error) => Err(raise(py, &error)),
            };
            // Fails where the event loop is closed: then nobody waits.
            let _ = match value {
                Ok(value) => deliver.call1(py, (value, py.None())),
                Err(error) => deliver.call1(py, (py.None(), error.into_value(py))),
            };
            drop(deliver);
        });
    });
    Ok(Request { task: task.abort_handle(), deliver, pid: process::id() })
}
