//! What only this project's own bindings and proofs use. Nobody else is promised any of it.

pub use crate::client::Batch;
pub use crate::client::response::{Answer, Damage, Failure};
pub use crate::client::retry::{Decision, Disposition, Situation};
pub use crate::config::{concurrency, milliseconds, seconds};
