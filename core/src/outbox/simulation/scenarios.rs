//! An outage and its end, told one by one: the shipped worker in virtual time.

use std::sync::Arc;

use super::broken::Broken;
use super::disk::Process;
use super::history::{Life, Order};
use super::service::{Caller, Mood, Phase};
use super::shop;
use super::world::{DAY, HOUR, MINUTE, SECOND, World, span};
use crate::outbox::api::Outbox;
use crate::outbox::operator::Dead;
use crate::outbox::record::Record;
use crate::outbox::state::{Millis, State};
use crate::outbox::target::Target;
use crate::outbox::worker::DeliverOptions;

/// A shop with a few orders, and one worker that runs on and on.
struct Scenario {
    world: Arc<World>,
    outbox: Outbox,
    orders: Vec<(Order, i64)>,
}

impl Scenario {
    async fn new(phases: Vec<Phase>, orders: u64) -> Self {
        Self::broken(Broken::Nothing, phases, orders).await
    }

    async fn broken(broken: Broken, phases: Vec<Phase>, orders: u64) -> Self {
        let world = World::quiet(phases, broken);
        let outbox = World::outbox(&Process::new(&world));
        let mut scenario = Self { world, outbox, orders: Vec::new() };
        for number in 0..orders {
            scenario.enqueue(number).await;
        }
        scenario
    }

    async fn enqueue(&mut self, number: u64) {
        let event = shop::event(number, Some(&format!("ORD-{number}")), "99.97");
        let life = Life { has_order_id: true, acknowledged: true, ..Life::default() };
        let order = self.world.history.expect(life, [event.wire()]);
        let enqueued = self.outbox.enqueue(&event).await.unwrap();
        self.orders.push((order, enqueued.id));
    }

    /// The worker runs until this moment.
    async fn work_until(&self, moment: Millis) {
        let worker = self.outbox.worker(Caller::new(self.world.clone())).build().unwrap();
        let stop = async {
            tokio::time::sleep(span(moment - self.world.history.clock.real())).await;
            worker.stop(span(10 * SECOND));
        };
        tokio::join!(worker.run(), stop);
        assert_eq!(self.world.history.violation(), None);
    }

    /// A cron job delivers every ten minutes, until this moment.
    async fn deliver_until(&self, moment: Millis) {
        let caller = Caller::new(self.world.clone());
        while self.world.history.clock.real() < moment {
            self.outbox.deliver(&caller, DeliverOptions::default()).await.unwrap();
            tokio::time::sleep(span(10 * MINUTE)).await;
        }
        assert_eq!(self.world.history.violation(), None);
    }

    async fn record(&self, index: usize) -> Record {
        self.outbox.status(Target::id(self.orders[index].1)).await.unwrap().unwrap()
    }

    /// All attempts, by time.
    fn attempts(&self) -> Vec<(Millis, Order)> {
        let history = &self.world.history;
        let mut attempts: Vec<_> = self
            .orders
            .iter()
            .flat_map(|(order, _)| {
                history.life(*order).began().into_iter().map(|began| (began, *order))
            })
            .collect();
        attempts.sort_unstable();
        attempts
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_revoked_for_an_hour_costs_an_hour_and_nothing_else() {
    let scenario = Scenario::new(vec![(HOUR, Mood::Says(401, None))], 3).await;
    scenario.work_until(HOUR).await;
    let probes = scenario.attempts();
    // All three may have begun before the first answer; then one a minute.
    assert!((59..=3 + 60).contains(&probes.len()), "{}", probes.len());
    for pair in probes[3..].windows(2) {
        assert!(pair[1].0 - pair[0].0 >= MINUTE, "{pair:?}");
        assert_ne!(pair[0].1, pair[1].1, "never the same event twice running");
    }
    assert_eq!(scenario.outbox.counts().await.unwrap().pending, 3);
    assert_eq!(scenario.record(0).await.attempts, 0);
    scenario.work_until(HOUR + MINUTE + 5 * SECOND).await;
    for index in 0..3 {
        let record = scenario.record(index).await;
        assert_eq!((record.state, record.attempts), (State::Accepted, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_costs_nothing_but_time() {
    let scenario = Scenario::new(vec![(2 * HOUR, Mood::Away)], 20).await;
    scenario.work_until(2 * HOUR).await;
    assert_eq!(scenario.outbox.counts().await.unwrap().pending, 20);
    // The breaker lets one try at a time: on average after half of its longest rest.
    let tries = scenario.attempts().len();
    assert!((120..2 * 60 * 4).contains(&tries), "{tries}");
    // No wait is longer than a quarter of an hour.
    scenario.work_until(2 * HOUR + 17 * MINUTE).await;
    assert_eq!(scenario.outbox.counts().await.unwrap().accepted, 20);
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_eight_days_kills_and_a_replay_brings_back() {
    let scenario = Scenario::new(vec![(8 * DAY, Mood::Says(503, None))], 2).await;
    scenario.deliver_until(8 * DAY).await;
    assert_eq!(scenario.outbox.counts().await.unwrap().dead, 2);
    let replayed = scenario.outbox.replay(Dead::All, false).await.unwrap();
    assert_eq!(replayed.replayed, 2, "nothing was recorded: no force is needed");
    scenario.deliver_until(8 * DAY + 30 * MINUTE).await;
    assert_eq!(scenario.outbox.counts().await.unwrap().accepted, 2);
}

#[tokio::test(start_paused = true)]
async fn one_event_that_gets_404_while_others_pass_dies_alone() {
    let mut scenario = Scenario::new(Vec::new(), 1).await;
    scenario.world.make_lonely(scenario.orders[0].0);
    // A shop sells on meanwhile.
    for number in 1..10 {
        scenario.enqueue(number).await;
        let now = scenario.world.history.clock.real();
        scenario.work_until(now + 5 * MINUTE).await;
    }
    let alone = scenario.record(0).await;
    assert_eq!((alone.state, alone.attempts), (State::Dead, 3));
    assert_eq!(alone.code.as_deref(), Some("not_found"));
    for index in 1..10 {
        assert_eq!(scenario.record(index).await.state, State::Accepted);
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_answers_too_late_gets_it_twice_and_counts_it_once() {
    let scenario = Scenario::new(vec![(SECOND, Mood::Slow)], 1).await;
    scenario.work_until(2 * MINUTE).await;
    let record = scenario.record(0).await;
    assert_eq!(record.state, State::Accepted);
    let is_unknown = record.attempts > 1;
    assert_eq!(record.ambiguous_since.is_some(), is_unknown);
}

#[tokio::test(start_paused = true)]
async fn an_operators_pause_holds_everything_back_and_then_nothing() {
    let scenario = Scenario::new(Vec::new(), 3).await;
    let until = shop::time(scenario.world.history.clock.wall() + HOUR);
    scenario.outbox.pause(Some(until)).await.unwrap();
    scenario.work_until(HOUR - SECOND).await;
    assert_eq!(scenario.attempts(), []);
    scenario.work_until(HOUR + 5 * SECOND).await;
    assert_eq!(scenario.outbox.counts().await.unwrap().accepted, 3);
}

/// Two workers, the first of which is held up until its lease is over and the other one sends.
async fn a_late_worker(
    broken: Broken,
    phases: Vec<Phase>,
    held_up: impl FnOnce(&World),
) -> Option<String> {
    fastrand::seed(1);
    let scenario = Scenario::broken(broken, phases, 1).await;
    let world = &scenario.world;
    let other = World::outbox(&Process::new(world));
    let late = scenario.outbox.worker(Caller::new(world.clone())).build().unwrap();
    let other = other.worker(Caller::new(world.clone())).build().unwrap();
    let late_runs = async {
        late.run().await;
    };
    let other_runs = async {
        tokio::time::sleep(span(2 * SECOND)).await;
        other.run().await;
    };
    let time_goes_by = async {
        held_up(world);
        tokio::time::sleep(span(2 * MINUTE)).await;
        late.stop(span(SECOND));
        other.stop(span(SECOND));
    };
    tokio::join!(time_goes_by, late_runs, other_runs);
    assert!(!scenario.attempts().is_empty(), "nobody took it over");
    world.history.violation()
}

/// It is told that nothing was recorded, and comes to write that down a minute later.
async fn a_late_outcome(broken: Broken) -> Option<String> {
    let phases = vec![(5 * SECOND, Mood::Says(503, None)), (HOUR, Mood::Slow)];
    a_late_worker(broken, phases, |world| world.wait_after_a_claim(62 * SECOND)).await
}

#[tokio::test(start_paused = true)]
async fn a_worker_whose_lease_is_over_takes_nothing_from_the_next() {
    assert_eq!(a_late_outcome(Broken::Nothing).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_table_without_fencing_numbers_is_noticed() {
    let found = a_late_outcome(Broken::NoFencing).await;
    assert!(found.is_some_and(|what| what.contains("sent under two live leases")));
}

#[tokio::test(start_paused = true)]
async fn a_claim_that_is_told_too_late_is_not_tried() {
    let phases = vec![(HOUR, Mood::Slow)];
    let held_up = |world: &World| world.hang_once(62 * SECOND + 500);
    assert_eq!(a_late_worker(Broken::Nothing, phases, held_up).await, None);
}
