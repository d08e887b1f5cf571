//! One thread of our own does the I/O for whoever does not block: asyncio, greenlets, batches.

use std::thread;

use connectly_conversions::{Error, Result};
use connectly_forkguard::PerProcess;
use pyo3::prelude::*;
use tokio::runtime::Handle;

use crate::blocking::runtime;
use crate::errors::raise;

static THREAD: PerProcess<Handle> = PerProcess::new();

/// The thread, which the first call of a process starts.
pub(crate) fn handle(py: Python<'_>) -> PyResult<&'static Handle> {
    THREAD.get_or_try_init(start).map_err(|error| raise(py, &error))
}

/// It sleeps in the driver and ends with the process.
fn start() -> Result<Handle> {
    let runtime = runtime()?;
    let handle = runtime.handle().clone();
    thread::Builder::new()
        .name("connectly-io".to_owned())
        .spawn(move || runtime.block_on(std::future::pending::<()>()))
        .map_err(|error| Error::internal(format!("no thread for I/O: {error}")))?;
    Ok(handle)
}
