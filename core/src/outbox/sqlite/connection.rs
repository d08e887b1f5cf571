//! An open file.

use std::path::{Path, PathBuf};
use std::time::Instant;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::disk;
use super::patience::{LONGEST, Patience};
use super::probe::Probe;
use super::reserve::Reserve;
use super::schema;
use crate::error::ErrorCode;
use crate::outbox::failure::Failure;

/// Before this version a log that many connections write can be corrupted.
const OLDEST_SQLITE: i32 = 3_051_003;

/// The statements of this store, and a few more.
const STATEMENTS: usize = 64;

/// A connection, and the file that it is to.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) connection: Connection,
    /// Closed after the connection.
    probe: Probe,
    path: PathBuf,
    patience: Patience,
}

/// What a checkpoint came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Checkpoint {
    /// The log is empty.
    Done,
    /// Somebody still reads from it.
    InUse,
}

impl Open {
    pub(super) fn at(path: &Path, patience: &Patience, reserve: &Reserve) -> Result<Self, Failure> {
        match Self::try_at(path, patience) {
            // The index of the log needs room of its own.
            Err(failure) if failure.is_full() => {
                reserve.give_up();
                Self::try_at(path, patience)
            }
            opened => opened,
        }
    }

    fn try_at(path: &Path, patience: &Patience) -> Result<Self, Failure> {
        if rusqlite::version_number() < OLDEST_SQLITE {
            let message = format!("SQLite {} is too old", rusqlite::version());
            return Err(Failure::new(ErrorCode::OutboxFailed, message));
        }
        disk::prepare(path)?;
        let probe = Probe::of(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags)?;
        if !probe.is_at(path) {
            let message = "the outbox's file was moved while it was opened";
            return Err(Failure::new(ErrorCode::OutboxUnavailable, message));
        }
        patience.wait(true);
        set_up(&mut connection, patience)?;
        Ok(Self { connection, probe, path: path.to_owned(), patience: patience.clone() })
    }

    /// Whether the path still leads to this file.
    pub(super) fn is_current(&self) -> bool {
        self.probe.is_at(&self.path)
    }

    /// Writes the log into the database and empties it, so that nothing lies in it any longer.
    /// Without `wait` it is no matter who is in the way.
    pub(super) fn checkpoint(&self, wait: bool) -> Result<Checkpoint, Failure> {
        self.patience.wait(wait);
        let busy = self
            .connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
        self.patience.wait(true);
        Ok(if busy? { Checkpoint::InUse } else { Checkpoint::Done })
    }

    /// Closes it in order: the file alone is then all there is.
    pub(super) fn close(self) {
        // Who still works with it will do that later.
        let _ = self.checkpoint(false);
    }
}

fn set_up(connection: &mut Connection, patience: &Patience) -> Result<(), Failure> {
    // The log may only ever be removed by whoever knows that it belongs to this file: a file that
    // was moved away has left its name to another.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    // Plans never depend on values; else SQLite would make one anew for each value that is bound.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.busy_handler(Some(patience.handler()))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    let is_new = !schema::is_made(connection)?;
    if is_new {
        use_log(connection, patience)?;
    }
    // What undoes a job lies in memory: a temporary file would hold personal data, on whichever disk.
    connection.execute_batch(
        "PRAGMA synchronous = FULL;
         PRAGMA fullfsync = ON;
         PRAGMA wal_autocheckpoint = 1000;
         PRAGMA journal_size_limit = 16777216;
         PRAGMA mmap_size = 0;
         PRAGMA cell_size_check = ON;
         PRAGMA trusted_schema = OFF;
         PRAGMA secure_delete = ON;
         PRAGMA temp_store = MEMORY;",
    )?;
    schema::migrate(connection)?;
    if is_new {
        // From now on the file itself says what it is.
        connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
    }
    Ok(())
}

/// Sets the journal of a new file, before anything is in it; it stays so for ever.
fn use_log(connection: &Connection, patience: &Patience) -> Result<(), Failure> {
    let until = Instant::now() + LONGEST;
    loop {
        let set = connection
            .query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0))
            .map_err(Failure::from);
        match set {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(mode) => {
                let message = format!("the disk allows no write-ahead log, only {mode}");
                return Err(Failure::new(ErrorCode::OutboxUnavailable, message));
            }
            // Two that want the same thing at once are told so at once, without a wait.
            Err(failure) if failure.is_busy() && Instant::now() < until && patience.nap() => {}
            Err(failure) => return Err(failure),
        }
    }
}
