//! The outbox. Its calls run on our thread, since a time limit needs a clock that runs; the
//! database has a thread of its own.

mod options;
mod record;
mod statement;
mod target;
mod worker;

use std::sync::Arc;

use connectly_conversions as core;

use crate::cancel::CancelToken;
use crate::client::NativeClient;
use crate::engine;
use crate::error::Result;
use crate::event::Event;
use crate::moment;
use options::{DeliverRecord, EnqueueRecord, OutboxOptions, WorkerOptions};
use record::{
    ChangedRecord, CountsRecord, DeliveredRecord, EnqueuedRecord, ForgottenRecord, LedgerRecord,
    MetricsRecord, ReplayedRecord,
};
use target::{MeantRecord, ReplayRecord};
use worker::NativeWorker;

/// The durable queue and ledger.
#[derive(uniffi::Object)]
pub(crate) struct NativeOutbox {
    outbox: core::Outbox,
}

impl NativeOutbox {
    async fn ask<T, F>(
        &self,
        token: Arc<CancelToken>,
        question: impl FnOnce(core::Outbox) -> F,
    ) -> Result<T>
    where
        T: Send + 'static,
        F: Future<Output = core::Result<T>> + Send + 'static,
    {
        Ok(engine::run(token, question(self.outbox.clone())).await??)
    }
}

#[uniffi::export]
impl NativeOutbox {
    #[uniffi::constructor]
    pub(crate) fn open(url: &str, options: OutboxOptions) -> Result<Arc<Self>> {
        let outbox = options.builder(url)?.build()?;
        Ok(Arc::new(Self { outbox }))
    }

    pub(crate) fn business_id(&self) -> Result<String> {
        Ok(self.outbox.business_id().to_owned())
    }

    pub(crate) async fn enqueue(
        &self,
        event: Arc<Event>,
        options: EnqueueRecord,
        token: Arc<CancelToken>,
    ) -> Result<EnqueuedRecord> {
        let (event, options) = (event.event.clone(), options.try_into()?);
        let enqueued =
            self.ask(token, |outbox| async move { outbox.enqueue_with(&event, options).await });
        Ok(enqueued.await?.into())
    }

    pub(crate) async fn enqueue_many(
        &self,
        events: Vec<Arc<Event>>,
        token: Arc<CancelToken>,
    ) -> Result<Vec<EnqueuedRecord>> {
        let events: Vec<_> = events.iter().map(|event| event.event.clone()).collect();
        let enqueued =
            self.ask(token, |outbox| async move { outbox.enqueue_many(events).await }).await?;
        Ok(enqueued.into_iter().map(EnqueuedRecord::from).collect())
    }

    pub(crate) async fn skip(
        &self,
        order_id: String,
        reason: String,
        event_name: String,
        token: Arc<CancelToken>,
    ) -> Result<ChangedRecord> {
        let name = event_name.parse()?;
        let skipped =
            self.ask(token, |outbox| async move { outbox.skip(&order_id, name, &reason).await });
        Ok(skipped.await?.into())
    }

    pub(crate) async fn release(
        &self,
        meant: MeantRecord,
        token: Arc<CancelToken>,
    ) -> Result<ChangedRecord> {
        let target: core::Target = meant.try_into()?;
        let released = self.ask(token, |outbox| async move { outbox.release(target).await });
        Ok(released.await?.into())
    }

    pub(crate) async fn cancel(
        &self,
        meant: MeantRecord,
        reason: Option<String>,
        token: Arc<CancelToken>,
    ) -> Result<ChangedRecord> {
        let target: core::Target = meant.try_into()?;
        let cancelled =
            self.ask(token, |outbox| async move { outbox.cancel(target, reason.as_deref()).await });
        Ok(cancelled.await?.into())
    }

    pub(crate) async fn forget(
        &self,
        meant: MeantRecord,
        token: Arc<CancelToken>,
    ) -> Result<ForgottenRecord> {
        let target: core::Target = meant.try_into()?;
        let forgotten = self.ask(token, |outbox| async move { outbox.forget(target).await });
        Ok(forgotten.await?.into())
    }

    /// What became of an event, if it is known.
    pub(crate) async fn status(
        &self,
        meant: MeantRecord,
        token: Arc<CancelToken>,
    ) -> Result<Option<LedgerRecord>> {
        let target: core::Target = meant.try_into()?;
        let found = self.ask(token, |outbox| async move { outbox.status(target).await });
        Ok(found.await?.map(LedgerRecord::from))
    }

    /// A page of those that ended without success.
    pub(crate) async fn dead_letters(
        &self,
        after: i64,
        token: Arc<CancelToken>,
    ) -> Result<Vec<LedgerRecord>> {
        const PAGE: usize = 100;
        let page =
            self.ask(token, |outbox| async move { outbox.dead_letters(after, PAGE).await }).await?;
        Ok(page.into_iter().map(LedgerRecord::from).collect())
    }

    /// Sends dead letters again, or says what that would do.
    pub(crate) async fn replay(
        &self,
        which: ReplayRecord,
        force: bool,
        plan: bool,
        token: Arc<CancelToken>,
    ) -> Result<ReplayedRecord> {
        let dead: core::Dead = which.try_into()?;
        let replayed = self.ask(token, |outbox| async move {
            if plan {
                outbox.plan_replay(dead, force).await
            } else {
                outbox.replay(dead, force).await
            }
        });
        Ok(replayed.await?.into())
    }

    pub(crate) async fn counts(&self, token: Arc<CancelToken>) -> Result<CountsRecord> {
        let counts = self.ask(token, |outbox| async move { outbox.counts().await });
        Ok(counts.await?.into())
    }

    pub(crate) async fn metrics(&self, token: Arc<CancelToken>) -> Result<MetricsRecord> {
        let metrics = self.ask(token, |outbox| async move { outbox.metrics().await });
        Ok(metrics.await?.into())
    }

    /// Why it may be lost although it works.
    pub(crate) async fn warnings(&self, token: Arc<CancelToken>) -> Result<Vec<String>> {
        self.ask(token, |outbox| async move { outbox.warnings().await }).await
    }

    /// Until so many Unix seconds, or until `resume`.
    pub(crate) async fn pause(&self, until: Option<f64>, token: Arc<CancelToken>) -> Result<()> {
        let until = until.map(|until| moment::time("until", until)).transpose()?;
        self.ask(token, |outbox| async move { outbox.pause(until).await }).await
    }

    pub(crate) async fn resume(&self, token: Arc<CancelToken>) -> Result<()> {
        self.ask(token, |outbox| async move { outbox.resume().await }).await
    }

    pub(crate) async fn close(&self) -> Result<()> {
        let close = |outbox: core::Outbox| async move {
            outbox.close().await;
            Ok(())
        };
        self.ask(Arc::default(), close).await
    }

    /// Delivers what is due; once the token is cancelled it takes no more, and ends.
    pub(crate) async fn deliver(
        &self,
        client: Arc<NativeClient>,
        options: DeliverRecord,
        token: Arc<CancelToken>,
    ) -> Result<DeliveredRecord> {
        let worker = self.outbox.worker(client.client.clone()).build()?;
        Ok(worker::deliver(worker, options.try_into()?, token).await?.into())
    }

    /// A worker that delivers from now on, until it is stopped.
    pub(crate) fn worker(
        &self,
        client: &NativeClient,
        options: WorkerOptions,
    ) -> Result<Arc<NativeWorker>> {
        let is_watched = options.is_watched;
        NativeWorker::start(options.builder(self.outbox.worker(client.client.clone()))?, is_watched)
    }
}
