//! What only this project's own bindings and proofs use. Nobody else is promised any of it.

pub use crate::client::Batch;
pub use crate::clock::clock_warning;
pub use crate::config::{concurrency, count, currency_codes, milliseconds, port, seconds, size};
pub use crate::delivery::{
    Answer, Attempt, Damage, Decision, Disposition, Failure, Resend, Sender, Situation,
};
#[cfg(feature = "cli")]
pub use crate::doctor::{Check, Level};
pub use crate::document::{HALF_A_CHARACTER, Spelling, Value, moment};
use crate::error::Result;
pub use crate::landing::landing;
#[cfg(feature = "outbox-postgres")]
pub use crate::outbox::PostgresStore;
#[cfg(feature = "outbox")]
pub use crate::outbox::{
    Admission, Change, Command, Context, Decision as Transition, Due, Effect, Entry, Filter, Hash,
    Job, Kind, Live, Millis, Outcome as AttemptOutcome, Payload, Queue, ReportStatement, Reported,
    Row, Store, Table, Undo, Which, dead, hold, target, transition, transition_json,
};
#[cfg(feature = "outbox-sqlite")]
pub use crate::outbox::{Quiesced, SqliteStore, before_fork};
pub use crate::reporting::{Decided, Held, Omission, Order, ReportResult, Reporting, ValueOf};
pub use crate::text::one_line;
use crate::validation;

/// For a store in another language: why its database failed, by one of the outbox's codes.
#[cfg(feature = "outbox")]
#[must_use]
pub fn store_failed(code: &str, message: String) -> crate::Error {
    let code = crate::ErrorCode::named(code).unwrap_or(crate::ErrorCode::OutboxFailed);
    crate::Error::new(crate::ErrorKind::Outbox, code, message).with_retryable(true)
}

/// How long a claim is one worker's, in milliseconds. A lease that seems longer is over, too.
#[cfg(feature = "outbox")]
pub const LEASE: Millis = crate::outbox::LEASE;

/// How far away a pending event is scheduled at most, in milliseconds. What seems further away is
/// due.
#[cfg(feature = "outbox")]
pub const LONGEST_WAIT: Millis = crate::outbox::LONGEST_WAIT;

/// Chance, from 0 to 1.
#[must_use]
pub fn chance() -> f64 {
    fastrand::f64()
}

/// The tables of an outbox in a PostgreSQL database, for whoever owns their migration.
pub const OUTBOX_POSTGRES_SQL: &str = include_str!("../schema/outbox.postgres.sql");

/// The Unix seconds of a point in time that is an option of a call.
///
/// # Errors
/// `invalid_option` where it is none, looks like milliseconds, or lies before 2015; `name` is the
/// option's.
pub fn unix_seconds(name: &str, given: Value<'_>) -> Result<i64> {
    validation::plausible(name, &moment(name, given)?)
}
