//! The command `connectly`.

use std::ffi::OsString;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;

use connectly_conversions::{Error, cli};
use pyo3::prelude::*;

use crate::blocking::SIGNAL_CHECK;
use crate::errors::{defect, guarded, raise};

/// Runs the command in a thread that knows nothing of Python, so that this one hears Ctrl-C.
#[pyfunction]
#[pyo3(name = "run_command")]
pub fn run_command(py: Python<'_>, arguments: Vec<OsString>) -> PyResult<u8> {
    let (done, mut ended) = mpsc::sync_channel(1);
    let command = thread::Builder::new()
        .name("connectly".to_owned())
        .spawn(move || {
            let code = cli::run(arguments);
            let _ = done.send(code);
        })
        .map_err(|error| raise(py, &Error::internal(format!("no thread: {error}"))))?;
    loop {
        // Borrowed mutably: a shared receiver is not for two threads.
        let ended = &mut ended;
        match py.detach(move || ended.recv_timeout(SIGNAL_CHECK)) {
            Ok(code) => return Ok(code),
            Err(RecvTimeoutError::Timeout) => py.check_signals()?,
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    let panic = py.detach(|| command.join()).err();
    let error = panic.map_or_else(|| Error::internal("no exit code"), |panic| defect(&*panic));
    Err(raise(py, &error))
}

/// For the test that a defect arrives as a `ConnectlyError`.
#[pyfunction]
#[pyo3(name = "panic")]
#[expect(clippy::panic, reason = "that is what it is for")]
pub fn panic(py: Python<'_>) -> PyResult<()> {
    guarded(py, || panic!("asked for by a test"))
}
