//! The native half of the Python package: it translates, and decides nothing.
//!
//! What is public in Python lies in `python/connectly_conversions`; this module is private.

// The Python signatures need owned or by-value arguments, and the docs are the stubs'.
// Members have the wire's names.
#![allow(clippy::needless_pass_by_value, clippy::struct_field_names, missing_docs, unreachable_pub)]

mod arguments;
mod background;
mod blocking;
mod client;
mod command;
mod document;
mod errors;
mod event;
mod gate;
mod item;
mod objects;
mod records;
mod sandbox;
mod tracking;
mod types;

use std::sync::atomic::{AtomicUsize, Ordering};

use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;

/// The `builtins` of the interpreter that imported this module first.
static INTERPRETER: AtomicUsize = AtomicUsize::new(0);

/// Objects of one interpreter must not reach another, and what this module keeps in statics would.
/// Python 3.12 sees to that by itself.
fn only_one_interpreter(py: Python<'_>) -> PyResult<()> {
    let this = py.import("builtins")?.as_ptr().addr();
    match INTERPRETER.compare_exchange(0, this, Ordering::Relaxed, Ordering::Relaxed) {
        Err(first) if first != this => Err(PyImportError::new_err(
            "connectly_conversions runs in one interpreter of a process, not in sub-interpreters \
             (mod_wsgi: set WSGIApplicationGroup %{GLOBAL})",
        )),
        _ => Ok(()),
    }
}

#[pymodule(gil_used = false)]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::background::Request;
    #[pymodule_export]
    use crate::client::NativeClient;
    #[pymodule_export]
    use crate::command::{panic, run_command};
    #[pymodule_export]
    use crate::event::ConversionEvent;
    #[pymodule_export]
    use crate::gate::close_gate;
    #[pymodule_export]
    use crate::item::Item;
    #[pymodule_export]
    use crate::records::{Outcome, Receipt, RetryPolicy};
    #[pymodule_export]
    use crate::sandbox::NativeSandbox;
    #[pymodule_export]
    use crate::tracking::TrackingParams;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::only_one_interpreter(module.py())?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("COOKIE_NAME", connectly_conversions::COOKIE_NAME)
    }
}
