//! The outbox's decisions, for a store in another language.

use connectly_conversions::binding;
use pyo3::prelude::*;

use crate::errors::{OrRaise, guarded};

/// Decides as the outbox does, for a store in another language: row (or `null`), command and
/// context are JSON, and so is the decision.
#[pyfunction]
#[pyo3(name = "outbox_transition")]
pub fn transition(py: Python<'_>, row: &str, command: &str, context: &str) -> PyResult<String> {
    guarded(py, || binding::transition_json(row, command, context).or_raise(py))
}
