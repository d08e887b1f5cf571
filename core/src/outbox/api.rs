//! The outbox as a shop sees it.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rust_decimal::Decimal;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::command::{Command, Hold};
use super::decision::Effect;
use super::entry::Entry;
use super::ledger::{self, Done};
use super::record::{Counts, Enqueued, Metrics, Record, Replayed};
use super::settings::Settings;
use super::state::{Millis, State, Verdict};
use super::store::{self, Kind, Store};
use super::table::Filter;
use super::target::{Target, millis};
use super::totals::Totals;
use super::transition::DAY;
use crate::error::{Error, ErrorCode, ErrorKind, Result};
use crate::event::ConversionEvent;
use crate::model::EventName;

/// A held event of an older order is warned of: Meta counts nothing older than seven days.
const OLD_FOR_A_HOLD: Millis = 6 * DAY;

/// The durable queue and ledger: an event that it accepted is never lost, an order is never counted
/// twice, and of every order it tells what became of it. Cheap to clone.
///
/// ```no_run
/// # async fn example(event: connectly_conversions::ConversionEvent)
/// # -> Result<(), connectly_conversions::Error> {
/// use connectly_conversions::{Client, Outbox};
///
/// let outbox = Outbox::open("sqlite:///var/lib/shop/connectly.db")?;
/// outbox.enqueue(&event).await?; // on the disk when it returns
///
/// // In the same process or another one:
/// let worker = outbox.worker(Client::from_env()?).build()?;
/// tokio::spawn(async move { worker.run().await });
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Outbox {
    pub(super) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) settings: Settings,
    pub(super) store: Arc<dyn Store>,
    pub(super) totals: Totals,
    /// Something was enqueued or released in this process.
    pub(super) news: Notify,
}

/// How an event is enqueued.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct EnqueueOptions {
    /// Until when it is held; not at all unless given.
    pub hold: Option<Hold>,
    /// The trace that it is enqueued in, as W3C `traceparent`.
    pub traceparent: Option<String>,
}

impl EnqueueOptions {
    /// The event is held.
    #[must_use]
    pub fn held(hold: Hold) -> Self {
        Self { hold: Some(hold), ..Self::default() }
    }
}

/// What `release`, `cancel` or `skip` did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Changed {
    /// Whether it did anything.
    pub changed: bool,
    /// Where the event stands now; `None` where there is none.
    pub state: Option<State>,
}

/// What `forget` did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Forgotten {
    /// Events whose personal data is gone.
    pub forgotten: u64,
    /// Events under way, whose data goes as soon as their attempt has ended.
    pub later: u64,
}

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
    pub(super) fn new(settings: Settings, store: Arc<dyn Store>) -> Self {
        let (totals, news) = (Totals::default(), Notify::new());
        Self { inner: Arc::new(Inner { settings, store, totals, news }) }
    }

    /// The business whose events these are.
    #[must_use]
    pub fn business_id(&self) -> &str {
        &self.inner.settings.business_id
    }

    /// Takes an event. When this returns, the event is on the disk.
    ///
    /// # Errors
    /// Of kind `outbox` where that cannot be said within the time limit: then the event may still
    /// come to be stored, and enqueueing it again does no harm if it has an order id.
    pub async fn enqueue(&self, event: &ConversionEvent) -> Result<Enqueued> {
        self.enqueue_with(event, EnqueueOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As [`Outbox::enqueue`].
    pub async fn enqueue_with(
        &self,
        event: &ConversionEvent,
        options: EnqueueOptions,
    ) -> Result<Enqueued> {
        let EnqueueOptions { hold, traceparent } = options;
        let entry = Entry::of(event, self.business_id(), traceparent);
        let caps = self.inner.settings.caps;
        let enqueued = self.add(move |table| ledger::enqueue(table, &entry, hold, caps)).await?;
        if enqueued.conflict {
            tracing::warn!(
                id = enqueued.id,
                state = enqueued.state.as_str(),
                "the order was enqueued before with another content; the first stays"
            );
        }
        Ok(enqueued)
    }

    /// Takes many events in one transaction: all of them, or none.
    ///
    /// # Errors
    /// As [`Outbox::enqueue`], but for the time limit: there is none.
    pub async fn enqueue_many(
        &self,
        events: impl IntoIterator<Item = ConversionEvent>,
    ) -> Result<Vec<Enqueued>> {
        let entries: Vec<_> =
            events.into_iter().map(|event| Entry::of(&event, self.business_id(), None)).collect();
        let caps = self.inner.settings.caps;
        let enqueued = store::write(&*self.inner.store, Kind::Add, move |table| {
            entries.iter().map(|entry| ledger::enqueue(table, entry, None, caps)).collect()
        });
        let enqueued = enqueued.await?;
        self.inner.news.notify_one();
        Ok(enqueued)
    }

    /// Writes down that an order is deliberately not reported, and why. An event of it that was not
    /// sent yet is cancelled.
    ///
    /// # Errors
    /// As [`Outbox::enqueue`].
    pub async fn skip(
        &self,
        order_id: &str,
        event_name: EventName,
        reason: &str,
    ) -> Result<Changed> {
        let entry = Entry::of_order(self.business_id(), event_name.as_str(), Some(order_id));
        let (reason, caps) = (reason.to_owned(), self.inner.settings.caps);
        let (done, before) = self
            .add(move |table| {
                let which = entry.key.map(super::table::Which::Key);
                let before = match which {
                    Some(which) => table.find(&entry.business_id, &which)?.pop(),
                    None => None,
                };
                let done = ledger::skip(table, &entry, reason.clone(), caps)?;
                Ok((done, before.map(|(_, row)| row.state)))
            })
            .await?;
        Ok(Changed { changed: before != Some(done.state), state: Some(done.state) })
    }

    pub(super) async fn add<T: Send + 'static>(
        &self,
        change: impl FnMut(&mut dyn super::table::Table) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let limit = self.inner.settings.enqueue_timeout;
        let write = store::write(&*self.inner.store, Kind::Add, change);
        let added = timeout(limit, write).await.unwrap_or_else(|_| Err(too_slow(limit)))?;
        self.inner.news.notify_one();
        Ok(added)
    }

    /// Lets a held event go.
    ///
    /// # Errors
    /// Of kind `outbox` where the store fails.
    pub async fn release(&self, target: impl Into<Target>) -> Result<Changed> {
        let done = self.ask_one(&target.into(), Command::Release).await?;
        self.inner.news.notify_one();
        Ok(done)
    }

    /// Takes back an event that was not sent: one that is held or pending.
    ///
    /// # Errors
    /// Of kind `outbox` where the store fails.
    pub async fn cancel(&self, target: impl Into<Target>, reason: Option<&str>) -> Result<Changed> {
        let reason = reason.map(str::to_owned);
        self.ask_one(&target.into(), Command::Cancel { reason }).await
    }

    async fn ask_one(&self, target: &Target, command: Command) -> Result<Changed> {
        let done = self.ask(target, command).await?;
        let changed = done.iter().any(|done| done.effect == Effect::Moved);
        Ok(Changed { changed, state: done.first().map(|done| done.state) })
    }

    async fn ask(&self, target: &Target, command: Command) -> Result<Vec<Done>> {
        let business_id = self.business_id().to_owned();
        let which = target.which(&business_id);
        let kind = match command {
            Command::Forget => Kind::Erase,
            _ => Kind::Change,
        };
        store::write(&*self.inner.store, kind, move |table| {
            ledger::ask(table, &business_id, &which, &command)
        })
        .await
    }

    /// Erases what is stored of a customer: wire bytes, order id, money, and all that was said of
    /// them. What stays proves that the conversion was there and what became of it. An event that
    /// was not sent yet never is; one under way is erased as soon as its attempt has ended.
    ///
    /// # Errors
    /// Of kind `outbox` where the store fails.
    pub async fn forget(&self, target: impl Into<Target>) -> Result<Forgotten> {
        let done = self.ask(&target.into(), Command::Forget).await?;
        let count = |effect| done.iter().filter(|done| done.effect == effect).count() as u64;
        Ok(Forgotten { forgotten: count(Effect::Forgotten), later: count(Effect::ForgetLater) })
    }

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
        self.with_queue(super::queue::Queue::resume).await?;
        self.inner.news.notify_one();
        Ok(())
    }

    async fn with_queue(
        &self,
        change: impl Fn(&mut super::queue::Queue, Millis) + Send + 'static,
    ) -> Result<()> {
        let business_id = self.business_id().to_owned();
        store::write(&*self.inner.store, Kind::Change, move |table| {
            let (mut queue, now) = (table.queue(&business_id)?, table.now()?);
            change(&mut queue, now);
            table.put_queue(&business_id, &queue)
        })
        .await
    }

    /// Ends what is under way and closes the database. A later call opens it again.
    pub async fn close(&self) {
        self.inner.store.close().await;
    }
}

fn everything(states: Vec<State>, most: usize) -> Filter {
    Filter { states, which: None, code: None, after: 0, most }
}

fn add_up(replayed: &mut Replayed, event: super::record::ReplayedEvent) {
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

fn too_slow(limit: Duration) -> Error {
    let message = format!(
        "the event was not on the disk within {} ms; it may still come to be stored, and \
         enqueueing it again does no harm if it has an order id",
        limit.as_millis()
    );
    Error::new(ErrorKind::Outbox, ErrorCode::OutboxTimeout, message).with_retryable(true)
}
