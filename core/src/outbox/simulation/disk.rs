//! A store on the tables in memory: slow, failing, and killed at every await.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::broken::Broken;
use super::memory::Transaction;
use super::world::{Disk, World};
use crate::error::{Error, ErrorCode, ErrorKind};
use crate::outbox::store::{Job, Store};

/// What one process holds of the database. When it is dropped, the process is gone: what is not
/// committed by then never will be.
pub(super) struct Process {
    world: Arc<World>,
    jobs: Mutex<JoinSet<()>>,
}

impl Process {
    pub(super) fn new(world: &Arc<World>) -> Arc<Self> {
        Arc::new(Self { world: world.clone(), jobs: Mutex::default() })
    }

    /// As `kill -9` does it.
    pub(super) fn kill(&self) {
        self.jobs.lock().unwrap().abort_all();
    }
}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Process")
    }
}

impl Store for Process {
    fn submit(&self, job: Box<dyn Job>) {
        let mut jobs = self.jobs.lock().unwrap();
        while jobs.try_join_next().is_some() {}
        jobs.spawn(run(self.world.clone(), job));
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        async {}.boxed()
    }
}

async fn run(world: Arc<World>, mut job: Box<dyn Job>) {
    pause(&world).await;
    sleep_if(world.takes_wait()).await;
    if !job.is_wanted() {
        return;
    }
    let tables = world.tables.clone().lock_owned().await;
    let mut transaction = Transaction::new(tables, world.history.clone());
    if job.run(&mut transaction).is_err() {
        drop(transaction);
        return job.settle(Ok(()));
    }
    if world.history.broken == Broken::EarlyAnswer {
        job.settle(Ok(()));
        sleep(Duration::from_millis(500)).await;
        return transaction.commit();
    }
    let fate = if is_sound(&world) { 1_000 } else { fastrand::u32(0..1_000) };
    if fate < 5 {
        drop(transaction);
        return job.settle(Err(failed("the disk is full")));
    }
    pause(&world).await;
    let claims = transaction.claims();
    transaction.commit();
    pause(&world).await;
    if claims {
        world.has_claimed();
        sleep_if(world.takes_hang()).await;
    }
    job.settle(if fate < 8 {
        Err(failed("nobody knows whether it was committed"))
    } else {
        Ok(())
    });
}

fn failed(why: &'static str) -> Error {
    Error::new(ErrorKind::Outbox, ErrorCode::OutboxFailed, why).with_retryable(true)
}

/// The disk is mostly fast, sometimes slow, and rarely hangs for longer than a lease.
async fn pause(world: &World) {
    let hangs = if world.disk == Disk::Hangs { 30 } else { 2 };
    let time = match fastrand::u32(0..1_000) {
        _ if is_sound(world) => return,
        chance if chance < hangs => 40_000..100_000,
        80..=99 => 20..1_000,
        100..=140 => 1..20,
        _ => return,
    };
    sleep(Duration::from_millis(fastrand::u64(time))).await;
}

fn is_sound(world: &World) -> bool {
    world.is_calm() || world.disk == Disk::Works
}

async fn sleep_if(time: Duration) {
    if !time.is_zero() {
        sleep(time).await;
    }
}
