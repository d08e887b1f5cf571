//! A shop over weeks: what it enqueues, its workers, its operator, its clock.

use std::collections::BTreeSet;
use std::ops::Add;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Mutex as AsyncMutex;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::broken::Broken;
use super::disk::Process;
use super::history::{History, Order};
use super::service::{Caller, Mood, Phase};
use super::shop;
use super::tables::Tables;
use crate::outbox::api::Outbox;
use crate::outbox::operator::Dead;
use crate::outbox::options::OutboxBuilder;
use crate::outbox::state::{Millis, State};
use crate::outbox::worker::{DeliverOptions, Worker};

pub(super) const SECOND: Millis = 1_000;
pub(super) const MINUTE: Millis = 60 * SECOND;
pub(super) const HOUR: Millis = 60 * MINUTE;
pub(super) const DAY: Millis = 24 * HOUR;

/// One world, and one of the hard ones.
const DAYS: Millis = 40;
const HARD_DAYS: Millis = 4;

/// How long everything may take that is left when all is well again.
const AFTERWARDS: Millis = 3 * DAY;

pub(super) struct World {
    pub(super) history: Arc<History>,
    pub(super) tables: Arc<AsyncMutex<Tables>>,
    phases: Vec<Phase>,
    pub(super) disk: Disk,
    /// Workers run often and long.
    is_hard: bool,
    /// How long the next job waits, and how long the next claim takes to be told.
    waits: AtomicU64,
    waits_later: AtomicU64,
    hangs: AtomicU64,
    /// Nothing fails any more.
    calm: AtomicBool,
    /// The API says 404 to these alone.
    lonely: Mutex<BTreeSet<Order>>,
    pub(super) sessions: AtomicU64,
}

/// How the disk does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Disk {
    /// It works, at once.
    Works,
    /// Fast, now and then slow or full, and it hangs rarely.
    Usual,
    /// It hangs often.
    Hangs,
}

/// What went on in a world.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Figures {
    pub(super) events: u64,
    pub(super) attempts: u64,
    pub(super) resent: u64,
    pub(super) dead: u64,
    pub(super) sessions: u64,
    pub(super) days: u64,
}

impl Add for Figures {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            events: self.events + other.events,
            attempts: self.attempts + other.attempts,
            resent: self.resent + other.resent,
            dead: self.dead + other.dead,
            sessions: self.sessions + other.sessions,
            days: self.days + other.days,
        }
    }
}

/// Plays one world.
///
/// # Errors
/// The first promise that was broken.
pub(super) fn play(seed: u64, broken: Broken) -> Result<Figures, String> {
    fastrand::seed(seed);
    let is_hard = seed.is_multiple_of(super::HARD);
    let days = if is_hard { HARD_DAYS } else { DAYS };
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let phases = if is_hard { Mood::hard_phases(days * DAY) } else { Mood::phases(days * DAY) };
        World::new(phases, is_hard, broken).days(days).await
    })
}

impl World {
    fn new(phases: Vec<Phase>, is_hard: bool, broken: Broken) -> Arc<Self> {
        Arc::new(Self {
            history: Arc::new(History::new(broken)),
            tables: Arc::default(),
            phases,
            disk: if is_hard { Disk::Hangs } else { Disk::Usual },
            is_hard,
            waits: AtomicU64::new(0),
            waits_later: AtomicU64::new(0),
            hangs: AtomicU64::new(0),
            calm: AtomicBool::new(false),
            lonely: Mutex::default(),
            sessions: AtomicU64::new(0),
        })
    }

    /// For one scenario: the API as it is told, and a disk that works.
    pub(super) fn quiet(phases: Vec<Phase>, broken: Broken) -> Arc<Self> {
        let mut world = Self::new(phases, false, broken);
        if let Some(world) = Arc::get_mut(&mut world) {
            world.disk = Disk::Works;
        }
        world
    }

    /// What is asked of the disk next, after the next claim, waits so long.
    pub(super) fn wait_after_a_claim(&self, time: Millis) {
        self.waits_later.store(time.unsigned_abs(), Ordering::Relaxed);
    }

    pub(super) fn has_claimed(&self) {
        let later = self.waits_later.swap(0, Ordering::Relaxed);
        self.waits.store(later, Ordering::Relaxed);
    }

    pub(super) fn takes_wait(&self) -> Duration {
        Duration::from_millis(self.waits.swap(0, Ordering::Relaxed))
    }

    /// The next claim takes so long to be told, once it is on the disk.
    pub(super) fn hang_once(&self, time: Millis) {
        self.hangs.store(time.unsigned_abs(), Ordering::Relaxed);
    }

    pub(super) fn takes_hang(&self) -> Duration {
        Duration::from_millis(self.hangs.swap(0, Ordering::Relaxed))
    }

    pub(super) fn is_calm(&self) -> bool {
        self.calm.load(Ordering::Relaxed)
    }

    pub(super) fn mood(&self) -> Mood {
        let now = self.history.clock.real();
        let phase = self.phases.iter().find(|(until, _)| now < *until && !self.is_calm());
        phase.map_or(Mood::Well, |(_, mood)| *mood)
    }

    pub(super) fn is_lonely(&self, order: Order) -> bool {
        !self.is_calm() && self.lonely.lock().unwrap().contains(&order)
    }

    pub(super) fn make_lonely(&self, order: Order) {
        self.lonely.lock().unwrap().insert(order);
    }

    /// An outbox in a process of its own.
    pub(super) fn outbox(process: &Arc<Process>) -> Outbox {
        Self::builder().build_on(process.clone()).unwrap()
    }

    pub(super) fn builder() -> OutboxBuilder {
        let outbox = Outbox::builder("sqlite:///simulated");
        outbox.business_id("3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a")
    }

    async fn days(self: Arc<Self>, days: Millis) -> Result<Figures, String> {
        let mut actors = JoinSet::new();
        let orders = if self.is_hard { 10 * days } else { days / 2 };
        for _ in 0..orders {
            actors.spawn(shop::order(self.clone(), days * DAY));
        }
        for _ in 0..if self.is_hard { 4 } else { 2 } {
            actors.spawn(self.clone().works());
        }
        actors.spawn(self.clone().operator());
        if fastrand::bool() {
            actors.spawn(self.clone().sets_the_clock());
        }
        for _ in 0..days {
            sleep(span(DAY)).await;
            self.so_far()?;
        }
        actors.shutdown().await;
        self.afterwards().await
    }

    pub(super) fn so_far(&self) -> Result<(), String> {
        self.history.violation().map_or(Ok(()), Err)
    }

    /// All is well: what was accepted gets delivered, what died can be replayed.
    pub(super) async fn afterwards(self: &Arc<Self>) -> Result<Figures, String> {
        self.calm.store(true, Ordering::Relaxed);
        let process = Process::new(self);
        let outbox = Self::outbox(&process);
        let metrics = outbox.metrics().await.map_err(|error| error.to_string())?;
        // Whatever else has stopped the queue ends by itself.
        if metrics.paused_until.is_some() {
            outbox.resume().await.map_err(|error| error.to_string())?;
        }
        self.drain(&outbox).await?;
        self.check_end(false).await;
        let figures = self.figures().await;
        outbox.replay(Dead::All, true).await.map_err(|error| error.to_string())?;
        self.history.forgives();
        self.drain(&outbox).await?;
        self.check_end(true).await;
        self.so_far()?;
        Ok(figures)
    }

    async fn check_end(&self, is_healed: bool) {
        let tables = self.tables.lock().await;
        self.history.check_end(tables.rows().map(|(id, stored)| (id, &stored.row)), is_healed);
    }

    async fn figures(&self) -> Figures {
        let tables = self.tables.lock().await;
        let dead = tables.rows().filter(|(_, stored)| stored.row.state == State::Dead).count();
        let (events, attempts, resent) = self.history.figures();
        let sessions = self.sessions.load(Ordering::Relaxed);
        let days = self.history.clock.real().unsigned_abs() / DAY.unsigned_abs();
        Figures { events, attempts, resent, dead: dead as u64, sessions, days }
    }

    async fn drain(self: &Arc<Self>, outbox: &Outbox) -> Result<(), String> {
        for _ in 0..AFTERWARDS / MINUTE {
            let caller = Caller::new(self.clone());
            let delivered = outbox.deliver(&caller, DeliverOptions::default()).await;
            delivered.map_err(|error| error.to_string())?;
            self.so_far()?;
            let counts = outbox.counts().await.map_err(|error| error.to_string())?;
            if counts.pending + counts.leased == 0 {
                break;
            }
            sleep(span(MINUTE)).await;
        }
        Ok(())
    }

    /// A worker's process: started, stopped in order or killed, and started again.
    async fn works(self: Arc<Self>) {
        loop {
            let longest = if self.is_hard { HOUR } else { 48 * HOUR };
            sleep(span(from_short_to(longest))).await;
            // A worker with nothing to do does nothing.
            if self.tables.lock().await.is_idle() && fastrand::u32(0..20) > 0 {
                continue;
            }
            self.sessions.fetch_add(1, Ordering::Relaxed);
            let process = Process::new(&self);
            let outbox = Self::outbox(&process);
            let worker = outbox.worker(Caller::new(self.clone()));
            let worker = worker.concurrency(fastrand::usize(1..5)).build().unwrap();
            tokio::select! {
                // A seed plays the same world again.
                biased;
                () = session(&worker, self.is_hard) => {}
                () = killed() => {}
            }
            process.kill();
        }
    }

    async fn operator(self: Arc<Self>) {
        loop {
            sleep(span(fastrand::i64(HOUR..10 * DAY))).await;
            let process = Process::new(&self);
            let outbox = Self::outbox(&process);
            // Whatever fails, the operator tries again another day.
            let _ = match fastrand::u32(0..4) {
                0 => outbox.resume().await,
                1 => outbox.replay(Dead::All, false).await.map(drop),
                2 => {
                    let until = self.history.clock.wall() + fastrand::i64(MINUTE..3 * DAY);
                    outbox.pause(Some(shop::time(until))).await
                }
                _ => {
                    let paused = outbox.pause(None).await;
                    sleep(span(fastrand::i64(MINUTE..DAY))).await;
                    paused.and(outbox.resume().await)
                }
            };
        }
    }

    async fn sets_the_clock(self: Arc<Self>) {
        loop {
            sleep(span(fastrand::i64(MINUTE..10 * DAY))).await;
            let longest = fastrand::choice([5 * SECOND, 3 * HOUR, 2 * DAY]).unwrap_or(SECOND);
            self.history.clock.jump(fastrand::i64(-longest..longest));
        }
    }
}

/// One run of a worker, as a daemon or as a cron job.
async fn session(worker: &Worker<Caller>, is_long: bool) {
    let longest = if is_long { 20 * MINUTE } else { MINUTE };
    match fastrand::u32(0..5) {
        0 | 1 => {
            let (runs_for, within) = (from_short_to(longest), from_short_to(20 * SECOND));
            let stop = async {
                sleep(span(runs_for)).await;
                worker.stop(span(within));
            };
            tokio::join!(worker.run(), stop);
        }
        2 => {
            let limit = span(fastrand::i64(100..MINUTE));
            let _ = worker.deliver(DeliverOptions::within(limit)).await;
        }
        _ => {
            let _ = worker.deliver(DeliverOptions::default()).await;
        }
    }
}

/// One in five is.
async fn killed() {
    if fastrand::u32(0..5) > 0 {
        return std::future::pending().await;
    }
    sleep(span(fastrand::i64(0..30 * SECOND))).await;
}

/// Mostly short, and now and then as long as this.
fn from_short_to(longest: Millis) -> Millis {
    let part = (longest >> fastrand::u32(0..12)).max(1);
    fastrand::i64(0..part) + 1
}

pub(super) fn span(millis: Millis) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}
