//! What only this project's own bindings and proofs use. Nobody else is promised any of it.

pub use crate::client::Batch;
pub use crate::config::{concurrency, count, currency_codes, milliseconds, port, seconds, size};
pub use crate::delivery::{
    Answer, Attempt, Damage, Decision, Disposition, Failure, Resend, Sender, Situation,
};
pub use crate::document::{HALF_A_CHARACTER, Spelling, Value, moment};
use crate::error::Result;
pub use crate::landing::landing;
#[cfg(feature = "outbox")]
pub use crate::outbox::{
    Admission, Change, Command, Context, Decision as Transition, Due, Effect, Entry, Filter, Hash,
    Job, Kind, Live, Millis, Outcome as AttemptOutcome, Payload, Queue, Row, Store, Table, Undo,
    Which, dead, hold, target, transition, transition_json,
};
#[cfg(feature = "outbox-sqlite")]
pub use crate::outbox::{Quiesced, SqliteStore, before_fork};
pub use crate::text::one_line;
use crate::validation;

/// The Unix seconds of a point in time that is an option of a call.
///
/// # Errors
/// `invalid_option` where it is none, looks like milliseconds, or lies before 2015; `name` is the
/// option's.
pub fn unix_seconds(name: &str, given: Value<'_>) -> Result<i64> {
    validation::plausible(name, &moment(name, given)?)
}
