//! The outbox's files are closed while this process forks: SQLite survives no fork.

use connectly_conversions::{Error, binding};
use connectly_forkguard::{After, Side, around_fork};
use pyo3::prelude::*;

use crate::errors::raise;

/// From now on; to be called before a file is opened. Python's own hooks would not do: uWSGI forks
/// in C.
pub(crate) fn watch(py: Python<'_>) -> PyResult<()> {
    around_fork(before)
        .map_err(|error| raise(py, &Error::internal(format!("no fork could be watched: {error}"))))
}

fn before() -> After {
    let quiesced = binding::before_fork();
    Box::new(|side| match side {
        Side::Parent => quiesced.in_parent(),
        Side::Child => quiesced.in_child(),
    })
}
