//! The command `connectly`.

use std::ffi::OsString;

use pyo3::prelude::*;

use crate::errors::guarded;

#[pyfunction]
#[pyo3(name = "run_command")]
pub fn run_command(py: Python<'_>, arguments: Vec<OsString>) -> PyResult<u8> {
    guarded(py, || Ok(py.detach(|| connectly_conversions::cli::run(arguments))))
}

/// For the test that a defect arrives as a `ConnectlyError`.
#[pyfunction]
#[pyo3(name = "panic")]
#[expect(clippy::panic, reason = "that is what it is for")]
pub fn panic(py: Python<'_>) -> PyResult<()> {
    guarded(py, || panic!("asked for by a test"))
}
