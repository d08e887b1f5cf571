//! The outbox in a file of this machine.
//!
//! One thread has the file open. Jobs that come while it commits share the next commit. The file is
//! opened when the first job comes, and never by two threads of a process that was forked: `fork`
//! sees to that.

mod connection;
mod desk;
mod disk;
mod failure;
mod fork;
mod group;
mod patience;
mod probe;
mod reserve;
mod schema;
mod tables;
#[cfg(test)]
mod tests;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::SystemTime;

use futures_util::future::BoxFuture;

use desk::Desk;
use tables::Clock;

use super::failure::Failure;
use super::inbox::{Inbox, Taken, Task};
use super::state::Millis;
use super::store::{Job, Store};
use super::target::millis;
use crate::error::ErrorCode;

pub use fork::{Quiesced, before_fork};

/// An outbox in a file.
pub struct SqliteStore {
    path: PathBuf,
    clock: Arc<Clock>,
    inbox: Arc<Inbox>,
    /// The process that used it first; 0 before.
    owner: AtomicU32,
    /// Why the file may be gone one day; asked when it is opened first.
    warning: Arc<OnceLock<Option<String>>>,
}

/// The outbox in this file. Opens nothing.
#[must_use]
pub(super) fn open(path: PathBuf) -> SqliteStore {
    SqliteStore::with_clock(path, Arc::new(|| millis(SystemTime::now())))
}

impl SqliteStore {
    /// For proofs: with another clock, in Unix milliseconds.
    #[must_use]
    pub fn with_clock(path: PathBuf, clock: Arc<dyn Fn() -> Millis + Send + Sync>) -> Self {
        let (inbox, warning) = (Arc::default(), Arc::default());
        Self { path, clock, inbox, owner: AtomicU32::new(0), warning }
    }

    /// Whether this process, and none that it was forked from, uses the store.
    fn is_ours(&self) -> bool {
        let (pid, order) = (process::id(), Ordering::Relaxed);
        self.owner.compare_exchange(0, pid, order, order).is_ok_and(|_| true)
            || self.owner.load(order) == pid
    }

    fn start(&self) {
        let (path, clock) = (self.path.clone(), Arc::clone(&self.clock));
        let (inbox, warning) = (Arc::clone(&self.inbox), Arc::clone(&self.warning));
        let thread = thread::Builder::new().name("connectly-outbox".to_owned());
        let started = thread.spawn(move || {
            run(Desk::new(path, clock, Arc::clone(&inbox), warning), &inbox);
        });
        if let Err(error) = started {
            let message = format!("no thread for the outbox: {error}");
            let failure = Failure::new(ErrorCode::OutboxFailed, message);
            for job in self.inbox.give_up() {
                job.settle(Err(failure.clone().into()));
            }
        }
    }
}

impl Store for SqliteStore {
    fn submit(&self, job: Box<dyn Job>) {
        if !self.is_ours() {
            return job.settle(Err(inherited().into()));
        }
        if fork::is_spoilt() {
            return job.settle(Err(spoilt().into()));
        }
        match self.inbox.push(job) {
            Taken::Yes => {}
            Taken::First => self.start(),
            Taken::No(job) => job.settle(Err(hung().into())),
        }
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            if self.is_ours()
                && let Some(closed) = self.inbox.close()
            {
                // A thread that ended otherwise has closed it, too.
                let _ = closed.await;
            }
        })
    }

    fn warnings(&self) -> Vec<String> {
        self.warning.get().cloned().flatten().into_iter().collect()
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        if self.is_ours() {
            self.inbox.is_over();
        } else {
            // Its locks may be held by threads that this process does not have.
            std::mem::forget(Arc::clone(&self.inbox));
        }
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.path).finish_non_exhaustive()
    }
}

fn run(mut desk: Desk, inbox: &Arc<Inbox>) {
    fork::enter(inbox);
    loop {
        match inbox.next(desk.rest()) {
            Task::Work(jobs) => {
                if catch_unwind(AssertUnwindSafe(|| desk.work(jobs))).is_err() {
                    desk.drop_file();
                }
            }
            Task::Idle => desk.idle(),
            Task::Quiet => {
                desk.drop_file();
                inbox.stand_still();
            }
            Task::End => {
                desk.close_file();
                fork::leave(inbox);
                if inbox.end() {
                    return;
                }
                fork::enter(inbox);
            }
        }
    }
}

fn inherited() -> Failure {
    let message = "the outbox is of the process that this one was forked from; open another one";
    Failure::new(ErrorCode::OutboxFailed, message)
}

fn spoilt() -> Failure {
    let message = "this process was forked while a transaction hung: no outbox can be used in it";
    Failure::new(ErrorCode::OutboxFailed, message)
}

fn hung() -> Failure {
    let message = "the outbox's disk does not keep up: too much waits for it";
    Failure::new(ErrorCode::OutboxBusy, message)
}
