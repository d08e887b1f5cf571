//! A queue that grows to a million events: memory, and the time of a worker's turn.

use std::ops::RangeFrom;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use connectly_conversions::binding::{Job, Kind, SqliteStore, Store, Table, Undo};
use connectly_conversions::{Client, Error, Outbox};
use futures_util::future::BoxFuture;
use tokio::sync::Notify;

use super::api::Api;
use super::place::Place;
use crate::construct::example;
use crate::measure::{median, resident};

/// So many events go into one transaction.
const BATCH: usize = 5_000;

const EVENTS: usize = 1_000_000;

/// So many are delivered at each depth.
const DELIVERED: usize = 600;

/// How long each turn of a worker kept the tables: the end of earlier claims, and new ones.
#[derive(Debug, Clone, Default)]
struct Turns(Arc<Mutex<Vec<Duration>>>);

impl Turns {
    fn take(&self) -> Vec<Duration> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

#[derive(Debug)]
struct Timed {
    store: SqliteStore,
    turns: Turns,
}

struct TimedJob {
    job: Box<dyn Job>,
    turns: Turns,
}

impl Store for Timed {
    fn submit(&self, job: Box<dyn Job>) {
        self.store.submit(Box::new(TimedJob { job, turns: self.turns.clone() }));
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        self.store.close()
    }
}

impl Job for TimedJob {
    fn kind(&self) -> Kind {
        self.job.kind()
    }

    fn is_wanted(&self) -> bool {
        self.job.is_wanted()
    }

    fn run(&mut self, table: &mut dyn Table) -> Result<(), Undo> {
        let began = Instant::now();
        let done = self.job.run(table);
        self.turns.0.lock().unwrap().push(began.elapsed());
        done
    }

    fn settle(self: Box<Self>, committed: Result<(), Error>) {
        self.job.settle(committed);
    }
}

pub(crate) fn run(scale: usize) {
    let events = EVENTS / scale;
    let (place, api) = (Place::new(), Api::start(Duration::ZERO));
    let turns = Turns::default();
    let store = SqliteStore::with_clock(place.file("outbox.db"), Arc::new(now));
    let store = Arc::new(Timed { store, turns: turns.clone() });
    let outbox = place.outbox("outbox.db").build_on(store).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = api.client();
    println!("| queued | resident KiB | enqueued a second | a worker's turn, µs |");
    println!("|--:|--:|--:|--:|");
    runtime.block_on(async {
        let mut numbers = 0..;
        for depth in [events / 1_000, events / 100, events / 10, events] {
            let rate = fill(&outbox, &mut numbers, depth + DELIVERED).await;
            turns.take();
            deliver(&outbox, &client).await;
            let turn = median(turns.take().iter().map(Duration::as_secs_f64)) * 1e6;
            println!("| {depth} | {} | {rate:.0} | {turn:.0} |", resident());
        }
    });
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis().try_into().unwrap()
}

/// Enqueues until so many wait; gives events a second.
async fn fill(outbox: &Outbox, numbers: &mut RangeFrom<usize>, depth: usize) -> f64 {
    let waiting = usize::try_from(outbox.counts().await.unwrap().pending).unwrap();
    let (began, missing) = (Instant::now(), depth - waiting);
    for batch in (0..missing).step_by(BATCH) {
        let size = BATCH.min(missing - batch);
        let events: Vec<_> =
            numbers.by_ref().take(size).map(|number| example(&number.to_string())).collect();
        outbox.enqueue_many(events).await.unwrap();
    }
    missing as f64 / began.elapsed().as_secs_f64()
}

/// Delivers some and leaves the rest.
async fn deliver(outbox: &Outbox, client: &Client) {
    let (count, enough) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let is_enough = Arc::clone(&enough);
    let worker = outbox.worker(client.clone()).concurrency(16).on_attempt(move |_| {
        if count.fetch_add(1, Ordering::Relaxed) >= DELIVERED {
            is_enough.notify_one();
        }
    });
    let worker = worker.build().unwrap();
    let stop = async {
        enough.notified().await;
        worker.stop(Duration::from_secs(10));
    };
    tokio::join!(worker.run(), stop);
}
