//! What an outbox says when all has come to rest.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use connectly_conversions::{Outbox, State};
use rusqlite::Connection;

use crate::place::Place;

/// More turns than any event has reasons to wait.
const TURNS: usize = 10;

/// Delivers until nothing is left, and not for ever.
pub(crate) fn settle(place: &Place, mut deliver: impl FnMut()) {
    for _ in 0..TURNS {
        deliver();
        if of(place).0 == 0 {
            return;
        }
    }
}

/// How many events are still to be sent, and which are dead.
pub(crate) fn of(place: &Place) -> (u64, BTreeMap<i64, String>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let outbox = place.outbox().build().unwrap();
    runtime.block_on(async {
        let read = (live(&outbox).await, dead(&outbox).await);
        outbox.close().await;
        read
    })
}

async fn live(outbox: &Outbox) -> u64 {
    let counts = outbox.counts().await.unwrap();
    counts.held + counts.pending + counts.leased
}

async fn dead(outbox: &Outbox) -> BTreeMap<i64, String> {
    let letters = outbox.dead_letters(0, usize::MAX >> 1).await.unwrap();
    let dead = letters.into_iter().filter(|record| record.state == State::Dead);
    dead.map(|record| (record.id, record.code.unwrap_or_default())).collect()
}

/// What `PRAGMA integrity_check` says of the file.
#[must_use]
pub fn integrity(path: &Path) -> String {
    let check =
        || Connection::open(path)?.query_row("PRAGMA integrity_check", (), |row| row.get(0));
    check().unwrap_or_else(|error: rusqlite::Error| error.to_string())
}

/// The ids of all rows.
#[must_use]
pub fn rows(path: &Path) -> BTreeSet<i64> {
    let connection = Connection::open(path).unwrap();
    let mut question = connection.prepare("SELECT id FROM connectly_outbox").unwrap();
    let rows = question.query_map((), |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Why the file cannot be written at once, if so.
#[must_use]
pub fn locked(path: &Path) -> Option<String> {
    let write = || {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::ZERO)?;
        connection.execute_batch("BEGIN EXCLUSIVE; ROLLBACK")
    };
    write().err().map(|error: rusqlite::Error| error.to_string())
}
