//! The guard of interpreter exit: no thread of ours touches Python once it is closed.

use std::sync::{PoisonError, RwLock};

use connectly_forkguard::PerProcess;
use pyo3::prelude::*;

/// Whether the interpreter is about to go. One per process: a lock of the parent's could be
/// inherited while held.
static CLOSED: PerProcess<RwLock<bool>> = PerProcess::new();

/// Runs `call` with Python, unless the interpreter is going away.
pub(crate) fn with_python(call: impl FnOnce(Python<'_>)) {
    let guard = CLOSED.get_or_init(RwLock::default);
    let closed = guard.read().unwrap_or_else(PoisonError::into_inner);
    if !*closed {
        // Held while attached, so that closing waits for calls under way.
        let _ = Python::try_attach(call);
    }
}

/// The same for a call that may never end: closing waits until it has begun, and not for its end.
pub(crate) fn with_python_for_long(call: impl FnOnce(Python<'_>)) {
    let guard = CLOSED.get_or_init(RwLock::default);
    let closed = guard.read().unwrap_or_else(PoisonError::into_inner);
    if !*closed {
        let _ = Python::try_attach(|py| {
            drop(closed);
            call(py);
        });
    }
}

/// Waits for calls under way and lets no further one begin.
#[pyfunction]
#[pyo3(name = "close_exit_guard")]
pub fn close(py: Python<'_>) {
    // Without the GIL, which calls under way need to end.
    py.detach(|| {
        let guard = CLOSED.get_or_init(RwLock::default);
        *guard.write().unwrap_or_else(PoisonError::into_inner) = true;
    });
}

/// Whether it was closed in this process.
#[pyfunction]
#[pyo3(name = "exit_guard_is_closed")]
pub fn is_closed(py: Python<'_>) -> bool {
    // Whoever closes it waits without the GIL, but for calls that need it.
    py.detach(|| {
        let guard = CLOSED.get_or_init(RwLock::default);
        *guard.read().unwrap_or_else(PoisonError::into_inner)
    })
}
