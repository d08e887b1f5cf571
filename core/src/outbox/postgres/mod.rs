//! The outbox in a PostgreSQL database, for many machines.
//!
//! What adds, what changes and what reads each has a thread and a connection of its own, opened
//! when it is first needed: a checkout waits neither for a report nor for a worker's lock. Jobs that
//! come while others commit share the next transaction. Nothing is prepared by name and nothing
//! outlives a transaction, so a pooler may give each transaction another connection.

mod address;
mod columns;
mod connection;
mod desk;
mod failure;
mod group;
mod scan;
mod schema;
mod tables;
#[cfg(test)]
mod tests;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use futures_util::future::BoxFuture;

use address::Address;
use desk::Desk;

use super::failure::Failure;
use super::inbox::{Inbox, Taken, Task};
use super::store::{Job, Kind, Store};
use crate::error::{ErrorCode, Result};

/// An outbox in a database.
pub struct PostgresStore {
    address: Arc<Address>,
    /// How long an addition waits for a lock.
    patience: Duration,
    /// For what adds, what changes, and what reads.
    inboxes: [Arc<Inbox>; 3],
    /// The process that used it first; 0 before.
    owner: AtomicU32,
}

impl PostgresStore {
    /// The outbox in the database of this URL, whose additions wait so long for a lock. Opens
    /// nothing.
    ///
    /// # Errors
    /// Of kind `configuration` where the URL cannot be used.
    pub fn at(url: &str, patience: Duration) -> Result<Self> {
        Ok(Self {
            address: Arc::new(Address::read(url)?),
            patience,
            inboxes: std::array::from_fn(|_| Arc::default()),
            owner: AtomicU32::new(0),
        })
    }

    /// Whether this process, and none that it was forked from, uses the store.
    fn is_ours(&self) -> bool {
        let (pid, order) = (process::id(), Ordering::Relaxed);
        self.owner.compare_exchange(0, pid, order, order).is_ok() || self.owner.load(order) == pid
    }

    fn inbox(&self, kind: Kind) -> &Arc<Inbox> {
        match kind {
            Kind::Add => &self.inboxes[0],
            Kind::Change | Kind::Erase => &self.inboxes[1],
            Kind::Read => &self.inboxes[2],
        }
    }

    fn start(&self, kind: Kind) {
        let inbox = Arc::clone(self.inbox(kind));
        let desk = Desk::new(Arc::clone(&self.address), kind, self.patience);
        let thread = thread::Builder::new().name("connectly-outbox".to_owned());
        if let Err(error) = thread.spawn(move || run(desk, &inbox)) {
            let message = format!("no thread for the outbox: {error}");
            let failure = Failure::new(ErrorCode::OutboxFailed, message);
            for job in self.inbox(kind).give_up() {
                job.settle(Err(failure.clone().into()));
            }
        }
    }
}

impl Store for PostgresStore {
    fn submit(&self, job: Box<dyn Job>) {
        if !self.is_ours() {
            return job.settle(Err(inherited().into()));
        }
        let kind = job.kind();
        match self.inbox(kind).push(job) {
            Taken::Yes => {}
            Taken::First => self.start(kind),
            Taken::No(job) => job.settle(Err(overrun().into())),
        }
    }

    fn events_table(&self) -> Option<String> {
        let schema = self.address.schema.as_ref();
        Some(
            schema.map_or("connectly_outbox".to_owned(), |name| format!("{name}.connectly_outbox")),
        )
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            if !self.is_ours() {
                return;
            }
            let closed: Vec<_> = self.inboxes.iter().filter_map(|inbox| inbox.close()).collect();
            for closed in closed {
                // A thread that ended otherwise has closed it, too.
                let _ = closed.await;
            }
        })
    }
}

impl Drop for PostgresStore {
    fn drop(&mut self) {
        for inbox in &self.inboxes {
            if self.is_ours() {
                inbox.is_over();
            } else {
                // Its locks may be held by threads that this process does not have.
                std::mem::forget(Arc::clone(inbox));
            }
        }
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore")
            .field("hosts", &self.address.config.get_hosts())
            .field("database", &self.address.config.get_dbname())
            .field("schema", &self.address.schema)
            .finish_non_exhaustive()
    }
}

fn run(mut desk: Desk, inbox: &Inbox) {
    loop {
        match inbox.next(desk.rest()) {
            Task::Work(jobs) => {
                if catch_unwind(AssertUnwindSafe(|| desk.work(jobs))).is_err() {
                    desk.drop_connection();
                }
            }
            Task::Idle | Task::Quiet => desk.close(),
            Task::End => {
                desk.close();
                if inbox.end() {
                    return;
                }
            }
        }
    }
}

fn inherited() -> Failure {
    let message = "the outbox is of the process that this one was forked from; open another one";
    Failure::new(ErrorCode::OutboxFailed, message)
}

fn overrun() -> Failure {
    let message = "the PostgreSQL server does not keep up: too much waits for it";
    Failure::new(ErrorCode::OutboxBusy, message)
}
