//! A folder of the test's own, what is stored in it, and jobs that a test can look into.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use connectly_conversions::binding::SqliteStore;
use connectly_conversions::{Outbox, OutboxBuilder};

pub(crate) use crate::jobs::{BUSINESS, ask, client, event, submit, wait, while_busy};

/// A folder that is deleted in the end.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("connectly-sqlite-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.join("outbox.db")
    }

    pub(crate) fn outbox(&self) -> Outbox {
        builder(&self.file()).build().unwrap()
    }

    /// Everything that lies in it, one after the other.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let files = std::fs::read_dir(&self.0).unwrap();
        files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
    }

    pub(crate) fn contains(&self, bytes: &[u8]) -> bool {
        self.bytes().windows(bytes.len()).any(|window| window == bytes)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn builder(file: &Path) -> OutboxBuilder {
    let url = format!("sqlite://{}", file.display());
    // A busy machine is no reason to fail.
    Outbox::builder(&url).business_id(BUSINESS).enqueue_timeout(std::time::Duration::from_secs(60))
}

/// A store whose clock is the test's.
pub(crate) fn store(file: &Path, clock: &Arc<AtomicI64>) -> Arc<SqliteStore> {
    let clock = Arc::clone(clock);
    let now = Arc::new(move || clock.load(Ordering::Relaxed));
    Arc::new(SqliteStore::with_clock(file.to_owned(), now))
}

/// The file as another program sees it.
pub(crate) fn look_into(file: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(file).unwrap()
}

pub(crate) fn is_sound(file: &Path) -> bool {
    let check = look_into(file).query_row("PRAGMA integrity_check", [], |row| row.get(0));
    check == Ok("ok".to_owned())
}

/// Another process that runs one function of this program, with its marker set.
pub(crate) fn child(test: &str, marker: &str, value: &Path) -> Command {
    child_of(&std::env::current_exe().unwrap(), test, marker, value)
}

/// The same, of a copy of this program.
pub(crate) fn child_of(program: &Path, test: &str, marker: &str, value: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(["--exact", test, "--nocapture"]).env(marker, value);
    command
}
