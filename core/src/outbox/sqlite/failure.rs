//! What can go wrong with the file, in the codes of the outbox.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rusqlite::ffi;

use crate::error::{Error, ErrorCode, ErrorKind};
use crate::text::one_line;

/// A failure of the database. It can be told to every job of a group.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    pub(super) code: ErrorCode,
    message: String,
    cause: Option<Cause>,
}

/// Why, for whoever follows the chain of causes.
type Cause = Arc<dyn std::error::Error + Send + Sync>;

#[derive(Debug)]
struct Shared(Cause);

impl std::fmt::Display for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Shared {}

impl Failure {
    pub(super) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), cause: None }
    }

    /// A file or a folder could not be used.
    pub(super) fn of_file(path: &Path, error: io::Error) -> Self {
        let code = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorCode::OutboxDiskFull,
            _ => ErrorCode::OutboxUnavailable,
        };
        let message = format!("{}: {error}", path.display());
        Self { code, message: one_line(&message).into_owned(), cause: Some(Arc::new(error)) }
    }

    pub(super) fn is_full(&self) -> bool {
        self.code == ErrorCode::OutboxDiskFull
    }

    pub(super) fn is_busy(&self) -> bool {
        self.code == ErrorCode::OutboxBusy
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        let code = match &error {
            rusqlite::Error::SqliteFailure(error, _) => code(*error),
            // A column that is not as it was written.
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..) => ErrorCode::OutboxCorrupt,
            _ => ErrorCode::OutboxFailed,
        };
        let message = format!("{}: {error}", what(code));
        Self { code, message: one_line(&message).into_owned(), cause: Some(Arc::new(error)) }
    }
}

fn code(error: ffi::Error) -> ErrorCode {
    match error.extended_code {
        // The index of the log could not be made as long as it must be.
        ffi::SQLITE_IOERR_SHMSIZE => ErrorCode::OutboxDiskFull,
        extended => match extended & 0xff {
            ffi::SQLITE_FULL => ErrorCode::OutboxDiskFull,
            ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED => ErrorCode::OutboxBusy,
            ffi::SQLITE_CORRUPT | ffi::SQLITE_NOTADB => ErrorCode::OutboxCorrupt,
            ffi::SQLITE_CANTOPEN | ffi::SQLITE_READONLY | ffi::SQLITE_PERM | ffi::SQLITE_AUTH => {
                ErrorCode::OutboxUnavailable
            }
            _ => ErrorCode::OutboxFailed,
        },
    }
}

fn what(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::OutboxDiskFull => "the disk is full",
        ErrorCode::OutboxBusy => "another process kept the outbox locked for too long",
        ErrorCode::OutboxCorrupt => "the outbox's file is damaged",
        ErrorCode::OutboxUnavailable => "the outbox's file cannot be opened or written",
        _ => "the outbox's database failed",
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        let retryable = matches!(
            failure.code,
            ErrorCode::OutboxDiskFull | ErrorCode::OutboxBusy | ErrorCode::OutboxTimeout
        );
        let error = Self::new(ErrorKind::Outbox, failure.code, failure.message);
        let error = error.with_retryable(retryable);
        match failure.cause {
            Some(cause) => error.with_source(Shared(cause)),
            None => error,
        }
    }
}
