//! What can go wrong with the file, in the codes of the outbox.

use std::io;
use std::path::Path;

use rusqlite::ffi;

use crate::error::ErrorCode;
use crate::outbox::failure::Failure;
use crate::text::one_line;

impl Failure {
    pub(super) fn is_full(&self) -> bool {
        self.code == ErrorCode::OutboxDiskFull
    }

    pub(super) fn is_busy(&self) -> bool {
        self.code == ErrorCode::OutboxBusy
    }

    /// A file or a folder could not be used.
    pub(in crate::outbox) fn of_file(path: &Path, error: io::Error) -> Self {
        let code = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorCode::OutboxDiskFull,
            _ => ErrorCode::OutboxUnavailable,
        };
        let message = format!("{}: {error}", path.display());
        Self::new(code, one_line(&message)).because(error)
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
        Self::new(code, one_line(&message)).because(error)
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
