//! What only this project's own bindings and proofs use. Nobody else is promised any of it.

pub use crate::client::Batch;
pub use crate::config::{concurrency, count, currency_codes, milliseconds, port, seconds};
pub use crate::delivery::{
    Answer, Attempt, Damage, Decision, Disposition, Failure, Resend, Sender, Situation,
};
pub use crate::landing::landing;
