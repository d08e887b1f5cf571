//! The native half of the Python package: it translates, and decides nothing.
//!
//! What is public in Python lies in `python/connectly_conversions`; this module is private.

// The Python signatures need owned or by-value arguments, and the docs are the stubs'.
// Members have the wire's names.
#![allow(clippy::needless_pass_by_value, clippy::struct_field_names, missing_docs, unreachable_pub)]
// The docstrings are Python's.
#![allow(clippy::doc_markdown, clippy::needless_raw_string_hashes)]

#[macro_use]
mod docs;

mod arguments;
mod bell;
mod blocking;
mod client;
mod command;
mod document;
mod errors;
mod event;
mod exit_guard;
#[cfg(unix)]
mod fork;
mod in_flight;
mod io_thread;
mod item;
mod landing;
mod objects;
mod operation;
mod options;
mod order;
mod outbox;
mod records;
mod sandbox;
mod statement;
mod store;
mod tables;
mod targets;
mod tracking;
mod transition;
mod types;
mod worker;

use pyo3::prelude::*;

#[pymodule(gil_used = false)]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::client::{NativeClient, clock_warning};
    #[pymodule_export]
    use crate::command::{panic, run_command};
    #[pymodule_export]
    use crate::errors::one_line;
    #[pymodule_export]
    use crate::event::ConversionEvent;
    #[pymodule_export]
    use crate::exit_guard::{close, is_closed};
    #[pymodule_export]
    use crate::in_flight::InFlight;
    #[pymodule_export]
    use crate::item::Item;
    #[pymodule_export]
    use crate::landing::{Landing, Visit};
    #[pymodule_export]
    use crate::operation::Operation;
    #[pymodule_export]
    use crate::order::Policy;
    #[pymodule_export]
    use crate::outbox::NativeOutbox;
    #[pymodule_export]
    use crate::records::{Outcome, Receipt, RetryPolicy};
    #[pymodule_export]
    use crate::sandbox::NativeSandbox;
    #[pymodule_export]
    use crate::statement::NativeStatement;
    #[pymodule_export]
    use crate::store::NativeJob;
    #[pymodule_export]
    use crate::tracking::TrackingParams;
    #[pymodule_export]
    use crate::transition::transition;
    #[pymodule_export]
    use crate::worker::NativeWorker;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("OUTBOX_POSTGRES_SQL", connectly_conversions::binding::OUTBOX_POSTGRES_SQL)?;
        module.add("COOKIE_NAME", connectly_conversions::COOKIE_NAME)?;
        module.add("SNIPPET", connectly_conversions::SNIPPET)?;
        module.add("SCRIPT_COOKIE_NAME", connectly_conversions::SCRIPT_COOKIE_NAME)
    }
}
