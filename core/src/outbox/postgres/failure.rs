//! What can go wrong with the server, in the codes of the outbox.

use tokio_postgres::error::{DbError, Error, Severity, SqlState};

use crate::error::ErrorCode;
use crate::outbox::failure::Failure;
use crate::text::one_line;

/// A failure, and what it leaves behind.
#[derive(Debug, Clone)]
pub(super) struct Broken {
    pub(super) failure: Failure,
    /// Whether the connection can go on, from a savepoint or in another transaction.
    pub(super) is_sound: bool,
    /// Whether the server has certainly undone the transaction.
    pub(super) is_undone: bool,
    /// Whether it was chosen to end a deadlock, and may be tried again at once.
    pub(super) is_deadlock: bool,
}

impl Broken {
    pub(super) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        let failure = Failure::new(code, message);
        Self { failure, is_sound: false, is_undone: true, is_deadlock: false }
    }

    /// The server did not answer in time.
    pub(super) fn silent() -> Self {
        let message = "the PostgreSQL server does not answer";
        Self::passing(Failure::new(ErrorCode::OutboxUnavailable, message))
    }

    /// Another transaction has added the same order at the same moment.
    pub(super) fn overtaken() -> Self {
        let message = "the order was added by another transaction at the same moment";
        Self { is_sound: true, ..Self::new(ErrorCode::OutboxBusy, message) }
    }

    fn passing(failure: Failure) -> Self {
        let failure = failure.that_passes();
        Self { failure, is_sound: false, is_undone: true, is_deadlock: false }
    }

    /// It happened to a commit, which may have come to the server all the same.
    pub(super) fn in_commit(self) -> Self {
        Self { is_undone: self.is_sound, ..self }
    }
}

impl From<Error> for Broken {
    fn from(error: Error) -> Self {
        if let Some(refused) = error.as_db_error() {
            return of_server(refused);
        }
        let cause = std::error::Error::source(&error);
        let is_io = cause.and_then(|cause| cause.downcast_ref::<std::io::Error>()).is_some();
        if error.is_closed() || is_io {
            let message = format!("the PostgreSQL server is not reached: {}", chain(&error));
            let failure = Failure::new(ErrorCode::OutboxUnavailable, one_line(&message));
            return Self::passing(failure.because(error));
        }
        // What a column holds is personal: the cause is not kept.
        let message = format!("the PostgreSQL server was not understood: {}", chain(&error));
        Self::new(ErrorCode::OutboxFailed, one_line(&message))
    }
}

/// Without the detail, which shows rows, and so who bought what.
fn of_server(refused: &DbError) -> Broken {
    let (state, severity) = (refused.code(), refused.parsed_severity());
    let code = code(state);
    let text = format!("{}: {} (SQLSTATE {})", what(code), refused.message(), state.code());
    let failure = Failure::new(code, one_line(&text));
    let passes = code == ErrorCode::OutboxUnavailable && !is_misconfigured(state);
    let is_fatal = !matches!(severity, Some(Severity::Error) | None);
    Broken {
        failure: if passes { failure.that_passes() } else { failure },
        // Whatever else went wrong, it begins anew.
        is_sound: code == ErrorCode::OutboxBusy && !is_fatal,
        is_undone: true,
        is_deadlock: *state == SqlState::T_R_DEADLOCK_DETECTED,
    }
}

fn code(state: &SqlState) -> ErrorCode {
    match *state {
        SqlState::LOCK_NOT_AVAILABLE
        | SqlState::T_R_DEADLOCK_DETECTED
        | SqlState::T_R_SERIALIZATION_FAILURE
        | SqlState::QUERY_CANCELED
        | SqlState::UNIQUE_VIOLATION => ErrorCode::OutboxBusy,
        SqlState::DISK_FULL => ErrorCode::OutboxDiskFull,
        SqlState::DATA_CORRUPTED | SqlState::INDEX_CORRUPTED => ErrorCode::OutboxCorrupt,
        // A server that was a primary is a replica now.
        SqlState::READ_ONLY_SQL_TRANSACTION | SqlState::INSUFFICIENT_PRIVILEGE => {
            ErrorCode::OutboxUnavailable
        }
        _ => match state.code().get(..2) {
            // Connection, resources, operator; who may come in, and to which database.
            Some("08" | "53" | "57" | "28" | "3D") => ErrorCode::OutboxUnavailable,
            _ => ErrorCode::OutboxFailed,
        },
    }
}

fn is_misconfigured(state: &SqlState) -> bool {
    *state == SqlState::INSUFFICIENT_PRIVILEGE || matches!(state.code().get(..2), Some("28" | "3D"))
}

fn what(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::OutboxDiskFull => "the PostgreSQL server's disk is full",
        ErrorCode::OutboxBusy => "another transaction kept the outbox's rows locked for too long",
        ErrorCode::OutboxCorrupt => "the PostgreSQL server's files are damaged",
        ErrorCode::OutboxUnavailable => "the PostgreSQL server does not serve the outbox",
        _ => "the PostgreSQL server refused",
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    text
}
