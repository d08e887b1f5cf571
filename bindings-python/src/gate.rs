//! The gate of interpreter exit: no thread of ours touches Python once it is closed.

use std::sync::{PoisonError, RwLock};

use connectly_forkguard::PerProcess;
use pyo3::prelude::*;

/// Whether the interpreter is about to go. One per process: a lock of the parent's could be
/// inherited while held.
static CLOSED: PerProcess<RwLock<bool>> = PerProcess::new();

/// Runs `call` with Python, unless the interpreter is going away.
pub(crate) fn with_python(call: impl FnOnce(Python<'_>)) {
    let gate = CLOSED.get_or_init(RwLock::default);
    let closed = gate.read().unwrap_or_else(PoisonError::into_inner);
    if !*closed {
        // Held while attached, so that closing waits for calls under way.
        let _ = Python::try_attach(call);
    }
}

/// Waits for calls under way and lets no further one begin. Registered with `atexit`.
#[pyfunction]
#[pyo3(name = "close_gate")]
pub fn close_gate(py: Python<'_>) {
    // Without the GIL, which calls under way need to end.
    py.detach(|| {
        let gate = CLOSED.get_or_init(RwLock::default);
        *gate.write().unwrap_or_else(PoisonError::into_inner) = true;
    });
}
