//! What a run takes place on: a new file, or a new database of a server of this process.

use std::collections::BTreeSet;
use std::path::PathBuf;

use connectly_test_postgres::{Database, server};
use tempfile::TempDir;

use crate::disk;
use crate::history::Rest;
use crate::place::Place;
use crate::rest;

/// Every moment of a row and of a queue.
const MOMENTS: [(&str, &[&str]); 2] = [
    (
        "connectly_outbox",
        &[
            "due_at",
            "leased_at",
            "lease_until",
            "refused_at",
            "first_attempt_at",
            "ambiguous_since",
            "trying_since",
            "enqueued_at",
            "finished_at",
        ],
    ),
    (
        "connectly_outbox_control",
        &["paused_until", "paused_since", "probed_at", "open_until", "last_accepted_at"],
    ),
];

/// What is under test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// A file.
    Sqlite,
    /// A server.
    Postgresql,
}

/// A new outbox, which goes with this value.
#[derive(Debug)]
pub enum Ground {
    /// In this folder.
    File(TempDir),
    /// In this database.
    Server(Database<'static>),
}

impl Ground {
    /// A new one.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        match kind {
            Kind::Sqlite => Self::File(disk::folder()),
            Kind::Postgresql => Self::Server(server().unwrap().database().unwrap()),
        }
    }

    /// Where it is.
    #[must_use]
    pub fn place(&self) -> Place {
        match self {
            Self::File(folder) => Place::File(path(folder)),
            Self::Server(database) => Place::Server(database.url()),
        }
    }

    /// So much time goes by while no process works. A file's processes are told how far their clock
    /// is ahead instead.
    pub fn time_goes_by(&self, millis: u64) {
        if let Self::Server(database) = self {
            make_older(database, millis);
        }
    }

    /// What it says when all has come to rest.
    #[must_use]
    pub fn rest(&self) -> Rest {
        let (live, dead) = rest::of(&self.place());
        Rest { live, dead, integrity: self.integrity() }
    }

    /// `ok`, or what is damaged.
    #[must_use]
    pub fn integrity(&self) -> String {
        match self {
            Self::File(folder) => rest::integrity(&path(folder)),
            Self::Server(database) => check(database),
        }
    }

    /// The ids of all rows.
    #[must_use]
    pub fn rows(&self) -> BTreeSet<i64> {
        match self {
            Self::File(folder) => rest::rows(&path(folder)),
            Self::Server(database) => {
                let rows = database.sql("SELECT id FROM connectly_outbox").unwrap();
                rows.lines().map(|row| row.parse().unwrap()).collect()
            }
        }
    }

    /// Why it cannot be written at once, if so.
    #[must_use]
    pub fn locked(&self) -> Option<String> {
        match self {
            Self::File(folder) => rest::locked(&path(folder)),
            Self::Server(database) => {
                let lock = "BEGIN; LOCK TABLE connectly_outbox, connectly_outbox_control \
                            IN ACCESS EXCLUSIVE MODE NOWAIT; ROLLBACK";
                database.sql(lock).err().map(|error| error.to_string())
            }
        }
    }
}

fn path(folder: &TempDir) -> PathBuf {
    folder.path().join("outbox.db")
}

/// As if everything had happened so much earlier.
pub(crate) fn make_older(database: &Database<'_>, millis: u64) {
    for (table, moments) in MOMENTS {
        if database.sql(&format!("SELECT to_regclass('{table}')")).unwrap().is_empty() {
            continue;
        }
        let moments: Vec<_> =
            moments.iter().map(|moment| format!("{moment} = {moment} - {millis}")).collect();
        database.sql(&format!("UPDATE {table} SET {}", moments.join(", "))).unwrap();
    }
}

/// Every index of the tables against their rows.
fn check(database: &Database<'_>) -> String {
    let check = "CREATE EXTENSION IF NOT EXISTS amcheck; \
                 SELECT bt_index_check(indexrelid, true) FROM pg_index \
                 WHERE indrelid::regclass::text LIKE 'connectly_outbox%'";
    database.sql(check).map_or_else(|error| error.to_string(), |_| "ok".to_owned())
}
