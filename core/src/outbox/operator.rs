//! What an operator sees of the outbox and does to it.

use std::time::SystemTime;

use rust_decimal::Decimal;

use super::api::Outbox;
use super::ledger;
use super::queue::Queue;
use super::record::{Counts, Metrics, Record, Replayed, ReplayedEvent};
use super::state::{Millis, State, Verdict};
use super::store::{self, Kind};
use super::table::Filter;
use super::target::{Target, millis};
use super::transition::DAY;
use crate::error::Result;

/// A held event of an older order is warned of: Meta counts nothing older than seven days.
const OLD_FOR_A_HOLD: Millis = 6 * DAY;

/// Which dead letters are replayed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dead {
    /// One event, also a cancelled one.
    One(Target),
    /// Those with this code.
    OfCode(String),
    /// All.
    All,
}

impl Outbox {
    /// What became of an event; `None` where the outbox knows nothing of it.
    ///
    /// # Errors
    /// Of kind `outbox` where the store fails.
    pub async fn status(&self, target: impl Into<Target>) -> Result<Option<Record>> {
        let which = target.into().which(self.business_id());
        let filter = Filter { which: Some(which), ..everything(State::ALL.to_vec(), 1) };
        Ok(self.records(filter).await?.pop())
    }

    /// Events that ended without success, rejected or dead, by their ids; `after` is the last one
    /// of the page before, 0 at first.
    ///
    /// # Errors
    /// Of kind `outbox` where the store fails.
    pub async fn dead_letters(&self, after: i64, most: usize) -> Result<Vec<Record>> {
        let filter = Filter { after, ..everything(vec![State::Rejected, State::Dead], most) };
        self.records(filter).await
    }

    async fn records(&self, filter: Filter) -> Result<Vec<Record>> {
        let business_id = self.business_id().to_owned();
        store::read(&*self.inner.store, move |table| table.records(&business_id, &filter)).await
    }

    /// Sends dead letters again. What may have been recorded goes only within 48 hours of that
    /// attempt, or with `force`, which takes the risk that the order counts twice.
    ///
    /// # Errors
    /// Of kind `outbox` where the store fails.
    pub async fn replay(&self, which: Dead, force: bool) -> Result<Replayed> {
        let replayed = self.replay_or_plan(which, force, false).await?;
        self.inner.news.notify_one();
        Ok(replayed)
    }

    /// What [`Outbox::replay`] would do, and how much money would still count.
    ///
    /// # Errors
    /// As [`Outbox::replay`].
    pub async fn plan_replay(&self, which: Dead, force: bool) -> Result<Replayed> {
        self.replay_or_plan(which, force, true).await
    }

    async fn replay_or_plan(&self, which: Dead, force: bool, plan: bool) -> Result<Replayed> {
        const PAGE: usize = 500;
        let mut filter = everything(vec![State::Rejected, State::Dead], PAGE);
        match which {
            Dead::One(target) => {
                filter.which = Some(target.which(self.business_id()));
                filter.states = State::ALL.to_vec();
            }
            Dead::OfCode(code) => filter.code = Some(code),
            Dead::All => {}
        }
        let mut replayed = Replayed::default();
        loop {
            let (business_id, page) = (self.business_id().to_owned(), filter.clone());
            let events = store::write(&*self.inner.store, Kind::Change, move |table| {
                ledger::replay(table, &business_id, &page, force, plan)
            });
            let events = events.await?;
            let is_last = events.len() < PAGE;
            filter.after = events.last().map_or(filter.after, |event| event.record.id);
            for event in events {
                add_up(&mut replayed, event);
            }
            if is_last {
                return Ok(replayed);
            }
        }
    }

    /// How many events are in each state.
    ///
    /// # Errors
    /// Of kind `outbox` where the store fails.
    pub async fn counts(&self) -> Result<Counts> {
        let business_id = self.business_id().to_owned();
        store::read(&*self.inner.store, move |table| table.counts(&business_id)).await
    }

    /// The outbox in numbers.
    ///
    /// # Errors
    /// Of kind `outbox` where the store fails.
    pub async fn metrics(&self) -> Result<Metrics> {
        let business_id = self.business_id().to_owned();
        let (counts, queue, now, ages) = store::read(&*self.inner.store, move |table| {
            let now = table.now()?;
            let ages = table.ages(&business_id, now, (now - OLD_FOR_A_HOLD) / 1_000)?;
            Ok((table.counts(&business_id)?, table.queue(&business_id)?, now, ages))
        })
        .await?;
        let (oldest_due, overdue_holds) = ages;
        Ok(Metrics {
            counts,
            oldest_due: oldest_due.map_or(0, |due| (now - due).max(0)),
            overdue_holds,
            delivered: self.inner.totals.delivered(),
            leases_lost: self.inner.totals.leases_lost(),
            paused_until: queue.paused_until.filter(|until| *until > now),
            refused_code: queue.refused_code,
            open_until: queue.open_until.filter(|until| *until > now),
        })
    }

    /// Stops delivery for every worker, until this time or until [`Outbox::resume`]. Events are
    /// taken as before.
    ///
    /// # Errors
    /// Of kind `outbox` where the store fails.
    pub async fn pause(&self, until: Option<SystemTime>) -> Result<()> {
        let until = until.map(millis);
        self.with_queue(move |queue, now| queue.pause(until, now)).await
    }

    /// Lets delivery go on, whatever stopped it.
    ///
    /// # Errors
    /// Of kind `outbox` where the store fails.
    pub async fn resume(&self) -> Result<()> {
        self.with_queue(Queue::resume).await?;
        self.inner.news.notify_one();
        Ok(())
    }

    async fn with_queue(&self, change: impl Fn(&mut Queue, Millis) + Send + 'static) -> Result<()> {
        let business_id = self.business_id().to_owned();
        store::write(&*self.inner.store, Kind::Change, move |table| {
            let (mut queue, now) = (table.queue(&business_id)?, table.now()?);
            change(&mut queue, now);
            table.put_queue(&business_id, &queue)
        })
        .await
    }
}

fn everything(states: Vec<State>, most: usize) -> Filter {
    Filter { states, which: None, code: None, after: 0, most }
}

fn add_up(replayed: &mut Replayed, event: ReplayedEvent) {
    replayed.replayed += u64::from(event.verdict == Verdict::Replayed);
    if event.counts
        && let (Some(currency), Some(value)) = (&event.record.currency, &event.record.value)
        && let Ok(value) = value.parse::<Decimal>()
    {
        let sum = replayed.money.entry(currency.clone()).or_default();
        *sum = sum.checked_add(value).unwrap_or(Decimal::MAX);
    }
    replayed.events.push(event);
}
