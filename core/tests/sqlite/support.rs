//! A folder of the test's own, what is stored in it, and jobs that a test can look into.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use connectly_conversions::binding::{Job, Kind, SqliteStore, Store, Table, Undo};
use connectly_conversions::{
    Client, ConversionEvent, Outbox, OutboxBuilder, Result, Sandbox, TrackingParams,
};

pub(crate) const BUSINESS: &str = "3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a";

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

pub(crate) fn event(order_id: &str) -> ConversionEvent {
    let tracking = TrackingParams::new(format!("tracking-of-{order_id}"), "s", "c", "1").unwrap();
    ConversionEvent::purchase(tracking, order_id, "USD", "99.97").build().unwrap()
}

pub(crate) fn client(sandbox: &Sandbox) -> Client {
    Client::builder()
        .api_key("key-1")
        .business_id(BUSINESS)
        .base_url(sandbox.url())
        .build()
        .unwrap()
}

/// Waits for something that the store's thread does.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
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

/// What a test does in the store's thread.
struct Ask<F> {
    kind: Kind,
    body: F,
    settled: Sender<Result<()>>,
}

impl<F: FnMut(&mut dyn Table) -> Result<(), Undo> + Send> Job for Ask<F> {
    fn kind(&self) -> Kind {
        self.kind
    }

    fn is_wanted(&self) -> bool {
        true
    }

    fn run(&mut self, table: &mut dyn Table) -> Result<(), Undo> {
        (self.body)(table)
    }

    fn settle(self: Box<Self>, committed: Result<()>) {
        self.settled.send(committed).unwrap();
    }
}

/// Hands in a job; what it gives tells when it is settled.
pub(crate) fn submit(
    store: &dyn Store,
    kind: Kind,
    body: impl FnMut(&mut dyn Table) -> Result<(), Undo> + Send + 'static,
) -> Receiver<Result<()>> {
    let (settled, receiver) = channel();
    store.submit(Box::new(Ask { kind, body, settled }));
    receiver
}

/// Does something with the tables and gives what came of it.
pub(crate) fn ask<T: Send + 'static>(
    store: &dyn Store,
    kind: Kind,
    mut body: impl FnMut(&mut dyn Table) -> Result<T> + Send + 'static,
) -> T {
    let (answer, answers) = channel();
    let settled = submit(store, kind, move |table| {
        let done = body(table).map_err(|_| Undo)?;
        answer.send(done).map_err(|_| Undo)
    });
    settled.recv().unwrap().unwrap();
    answers.recv().unwrap()
}
