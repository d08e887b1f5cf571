//! A hundred workers on twenty hosts, whose networks fail, and one server.

use std::ops::Add;
use std::sync::Arc;

use tokio::task::JoinSet;
use tokio::time::sleep;

use super::broken::Broken;
use super::history::Life;
use super::network::{Doubts, Link, PATIENCE, Spell};
use super::remote::Remote;
use super::service::{Caller, Mood};
use super::shop;
use super::world::{Figures, MINUTE, SECOND, World, span};
use crate::event::ConversionEvent;
use crate::outbox::api::Outbox;
use crate::outbox::state::Millis;
use crate::outbox::worker::DeliverOptions;

const HOSTS: usize = 20;
const WORKERS_OF_A_HOST: usize = 5;

/// So long orders come in.
const TIME: Millis = 4 * MINUTE;

/// So many.
pub(super) const ORDERS: u64 = 5_000;

/// What went on between these hosts and their server.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) figures: Figures,
    /// Transactions; those that were committed though their process was told that they failed; those
    /// that were so only after it had been told; and those that were not.
    pub(super) transactions: [u64; 4],
}

impl Add for Run {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let transactions =
            std::array::from_fn(|kind| self.transactions[kind] + other.transactions[kind]);
        Self { figures: self.figures + other.figures, transactions }
    }
}

/// Plays one of their worlds.
///
/// # Errors
/// The first promise that was broken.
pub(super) fn play(seed: u64, broken: Broken) -> Result<Run, String> {
    fastrand::seed(seed);
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let world = World::quiet(Mood::minutes(TIME), broken);
        Hosts::new(world).play().await
    })
}

struct Hosts {
    world: Arc<World>,
    links: Vec<Arc<Link>>,
    doubts: Arc<Doubts>,
}

impl Hosts {
    fn new(world: Arc<World>) -> Self {
        // The server is restarted: for every host it is as if it were cut off.
        let down = fastrand::i64(0..TIME);
        let restart = Spell::cut(down, down + fastrand::i64(SECOND..MINUTE));
        let doubts = Arc::default();
        let link = |_| {
            let mut spells = Spell::spells(TIME);
            spells.push(restart);
            let skew = fastrand::i64(-10 * MINUTE..10 * MINUTE);
            Link::new(&world.history, &doubts, spells, skew)
        };
        Self { links: (0..HOSTS).map(link).collect(), world, doubts }
    }

    async fn play(self) -> Result<Run, String> {
        let mut actors = JoinSet::new();
        for link in &self.links {
            let outbox = outbox(Remote::new(&self.world, link));
            for _ in 0..ORDERS / HOSTS as u64 {
                let elsewhere = fastrand::choice(&self.links).unwrap_or(link);
                let elsewhere = self::outbox(Remote::new(&self.world, elsewhere));
                actors.spawn(order(self.world.clone(), outbox.clone(), elsewhere));
            }
            for _ in 0..WORKERS_OF_A_HOST {
                actors.spawn(works(self.world.clone(), link.clone()));
            }
        }
        for _ in 0..TIME / MINUTE + 2 {
            sleep(span(MINUTE)).await;
            self.world.so_far()?;
        }
        actors.shutdown().await;
        let figures = self.world.afterwards().await?;
        Ok(Run { figures, transactions: self.doubts.count() })
    }
}

fn outbox(store: Arc<Remote>) -> Outbox {
    World::builder().enqueue_timeout(span(2 * PATIENCE)).build_on(store).unwrap()
}

/// An order is taken on one host; now and then its customer clicks twice, and the second click
/// comes to another one.
async fn order(world: Arc<World>, outbox: Outbox, elsewhere: Outbox) {
    sleep(span(fastrand::i64(0..TIME))).await;
    let number = fastrand::u64(..);
    let order_id = (fastrand::u32(0..8) > 0).then(|| format!("ORD-{number}"));
    let has_order_id = order_id.is_some();
    let event = shop::event(number, order_id.as_deref(), "99.97");
    let is_poison = fastrand::u32(0..50) == 0;
    let life = Life { has_order_id, is_poison, ..Life::default() };
    let order = world.history.expect(life, [event.wire()]);
    let clicks_twice = has_order_id && fastrand::u32(0..10) == 0;
    let checkout = shop::checkout(&world, &outbox, order, &event, None, has_order_id);
    let (id, ()) = tokio::join!(checkout, again(&elsewhere, &event, clicks_twice));
    if let Some(id) = id.filter(|_| fastrand::u32(0..50) == 0) {
        shop::cancel(&world, &outbox, order, id).await;
    }
}

async fn again(outbox: &Outbox, event: &ConversionEvent, is_wanted: bool) {
    if is_wanted {
        sleep(span(fastrand::i64(0..2 * SECOND))).await;
        let _ = outbox.enqueue(event).await;
    }
}

/// A worker's process, killed now and then, or stopped in order, and started again.
async fn works(world: Arc<World>, link: Arc<Link>) {
    loop {
        sleep(span(fastrand::i64(0..20 * SECOND))).await;
        let process = Remote::new(&world, &link);
        let outbox = outbox(process.clone());
        let caller = Caller::over(world.clone(), link.clone());
        let worker = outbox.worker(caller).concurrency(fastrand::usize(1..5)).build().unwrap();
        let runs_for = span(fastrand::i64(SECOND..5 * MINUTE));
        match fastrand::u32(0..10) {
            0..=4 => {
                let stop = async {
                    sleep(runs_for).await;
                    worker.stop(span(fastrand::i64(0..20 * SECOND)));
                };
                tokio::join!(worker.run(), stop);
            }
            5..=7 => {
                tokio::select! {
                    // A seed plays the same world again.
                    biased;
                    _ = worker.run() => {}
                    () = sleep(runs_for) => {}
                }
            }
            _ => drop(worker.deliver(DeliverOptions::default()).await),
        }
        process.kill();
    }
}
