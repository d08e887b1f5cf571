//! The outbox as a shop sees it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;

use super::command::{Command, Hold};
use super::decision::Effect;
use super::entry::Entry;
use super::ledger::{self, Done};
use super::record::Enqueued;
use super::settings::Settings;
use super::state::State;
use super::store::{self, Kind, Store};
use super::target::Target;
use super::totals::Totals;
use crate::error::{Error, ErrorCode, ErrorKind, Result};
use crate::event::ConversionEvent;
use crate::model::EventName;

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
        tell_of_conflict(&enqueued);
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

    /// Ends what is under way and closes the database. A later call opens it again.
    pub async fn close(&self) {
        self.inner.store.close().await;
    }
}

fn too_slow(limit: Duration) -> Error {
    let message = format!(
        "the event was not on the disk within {} ms; it may still come to be stored, and \
         enqueueing it again does no harm if it has an order id",
        limit.as_millis()
    );
    Error::new(ErrorKind::Outbox, ErrorCode::OutboxTimeout, message).with_retryable(true)
}

/// No exception: the shop's order is right, whichever of its reports was.
pub(super) fn tell_of_conflict(enqueued: &Enqueued) {
    if enqueued.conflict {
        tracing::warn!(
            id = enqueued.id,
            state = enqueued.state.as_str(),
            "the order was enqueued before with another content; the first stays"
        );
    }
}
