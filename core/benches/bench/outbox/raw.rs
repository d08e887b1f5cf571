//! What lies underneath: the disk's own syncs, and the database with one insert a transaction.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use rusqlite::{Connection, params};

/// A page of the log.
const PAGE: [u8; 4_096] = [7; 4_096];

/// Writes and syncs, one after the other.
pub(crate) struct Disk(File);

impl Disk {
    pub(crate) fn new(path: &Path) -> Self {
        Self(File::create(path).unwrap())
    }

    pub(crate) fn sync(&mut self, times: usize) {
        for _ in 0..times {
            self.0.write_all(&PAGE).unwrap();
            self.0.sync_data().unwrap();
        }
    }
}

/// A queue as one would write it: a key that is there once, and bytes.
pub(crate) struct Raw {
    connection: Connection,
    number: u64,
    body: Vec<u8>,
}

impl Raw {
    /// `bytes` is the size of a row.
    pub(crate) fn new(path: &Path, bytes: usize) -> Self {
        let connection = Connection::open(path).unwrap();
        // As the outbox sets them.
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                 PRAGMA wal_autocheckpoint = 1000; PRAGMA journal_size_limit = 16777216;
                 PRAGMA mmap_size = 0; PRAGMA cell_size_check = ON;
                 PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON;
                 CREATE TABLE queue (
                     id INTEGER PRIMARY KEY, key BLOB UNIQUE NOT NULL, body BLOB NOT NULL
                 ) STRICT;",
            )
            .unwrap();
        Self { connection, number: 0, body: vec![b'x'; bytes] }
    }

    pub(crate) fn insert(&mut self, times: usize) {
        for _ in 0..times {
            self.number += 1;
            // Spread as a hash is.
            let key =
                u128::from(self.number).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
            let transaction = self.connection.transaction().unwrap();
            transaction
                .prepare_cached("INSERT INTO queue (key, body) VALUES (?1, ?2)")
                .unwrap()
                .execute(params![key.to_be_bytes().repeat(2), self.body])
                .unwrap();
            transaction.commit().unwrap();
        }
    }
}
