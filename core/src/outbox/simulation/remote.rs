//! A store on the tables of a server far away. A transaction is three messages: its questions, its
//! COMMIT, and the answer. Any of them may be lost: whoever sent a COMMIT and heard nothing does not
//! know whether it was committed, or will be.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::future::{BoxFuture, FutureExt};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::broken::Broken;
use super::memory::Transaction;
use super::network::{Link, PATIENCE};
use super::world::{SECOND, World, span};
use crate::error::{Error, ErrorCode, ErrorKind};
use crate::outbox::state::Millis;
use crate::outbox::store::{Job, Store};

/// A COMMIT that is late comes so much later than its process gives up, at most. What the rows of
/// such a transaction are locked for, everything here is: so it is short.
const LATE: Millis = SECOND / 2;

/// What one process holds of the database.
pub(super) struct Remote {
    world: Arc<World>,
    link: Arc<Link>,
    jobs: Mutex<JoinSet<()>>,
}

impl Remote {
    pub(super) fn new(world: &Arc<World>, link: &Arc<Link>) -> Arc<Self> {
        Arc::new(Self { world: world.clone(), link: link.clone(), jobs: Mutex::default() })
    }

    /// As `kill -9` does it.
    pub(super) fn kill(&self) {
        self.jobs.lock().unwrap().abort_all();
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Remote")
    }
}

impl Store for Remote {
    fn submit(&self, job: Box<dyn Job>) {
        let mut jobs = self.jobs.lock().unwrap();
        while jobs.try_join_next().is_some() {}
        jobs.spawn(call(self.world.clone(), self.link.clone(), job));
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        async {}.boxed()
    }
}

async fn call(world: Arc<World>, link: Arc<Link>, mut job: Box<dyn Job>) {
    // Its questions.
    if !link.passes().await {
        return fail_later(job).await;
    }
    if !job.is_wanted() {
        return;
    }
    // Its COMMIT. What is undone was never there: it is not even run.
    let arrives = link.passes().await;
    if !arrives && fastrand::bool() {
        count(&link.doubts.rolled_back);
        return fail_later(job).await;
    }
    loop {
        let tables = world.tables.clone().lock_owned().await;
        count(&link.doubts.all);
        let mut transaction = Transaction::new(tables, world.history.clone()).of_host(link.skew);
        if job.run(&mut transaction).is_err() {
            drop(transaction);
            return job.settle(Ok(()));
        }
        if !arrives {
            job.settle(Err(failed()));
            count(&link.doubts.late);
            sleep(span(fastrand::i64(0..LATE))).await;
            return transaction.commit();
        }
        transaction.commit();
        if link.passes().await {
            return job.settle(Ok(()));
        }
        // Nobody told it.
        count(&link.doubts.committed);
        if world.history.broken != Broken::AsksAgain {
            return fail_later(job).await;
        }
    }
}

/// A connection that breaks is noticed at once, one that is silent only after a while.
async fn fail_later(job: Box<dyn Job>) {
    if fastrand::bool() {
        sleep(span(PATIENCE)).await;
    }
    job.settle(Err(failed()));
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

fn failed() -> Error {
    let why = "the connection to the server was lost";
    Error::new(ErrorKind::Outbox, ErrorCode::OutboxUnavailable, why).with_retryable(true)
}
