//! Workers and deliveries, on the thread on which everything touches the network.

use std::sync::Arc;
use std::time::Duration;

use connectly_conversions as core;
use connectly_conversions::{Client, DeliverOptions, Delivered, Error, Worker, WorkerBuilder};
use tokio::sync::{Mutex, mpsc, watch};

use super::record::AttemptRecord;
use crate::cancel::CancelToken;
use crate::engine;
use crate::error::{ErrorRecord, Result};

/// Delivers; once the token is cancelled it takes no more events, and ends in an orderly way.
pub(super) async fn deliver(
    worker: Worker<Client>,
    options: DeliverOptions,
    token: Arc<CancelToken>,
) -> Result<Delivered> {
    let work = async move {
        let stop = async {
            token.cancelled().await;
            worker.stop(Worker::<Client>::PATIENCE);
            std::future::pending::<core::Result<Delivered>>().await
        };
        tokio::select! {
            delivered = worker.deliver(options) => delivered,
            never = stop => never,
        }
    };
    Ok(engine::run(Arc::default(), work).await??)
}

/// What a worker tells of itself.
#[derive(uniffi::Enum)]
pub(crate) enum NewsRecord {
    Attempted {
        attempt: AttemptRecord,
    },
    /// The database has begun to fail; the worker tries on.
    Failing {
        error: ErrorRecord,
    },
}

/// A worker that runs. It goes on where this is freed, until the process ends.
#[derive(uniffi::Object)]
pub(crate) struct NativeWorker {
    worker: Arc<Worker<Client>>,
    /// Whether it has ended.
    ended: watch::Receiver<bool>,
    /// What it was not asked for yet. The worker cannot wait for Swift: everything else would wait
    /// on the same thread.
    news: Mutex<mpsc::UnboundedReceiver<NewsRecord>>,
}

impl NativeWorker {
    pub(super) fn start(mut builder: WorkerBuilder<Client>, is_watched: bool) -> Result<Arc<Self>> {
        let (teller, news) = mpsc::unbounded_channel();
        if is_watched {
            // The receiver lives as long as anybody can ask.
            let alarm = teller.clone();
            builder = builder
                .on_attempt(move |attempted| {
                    let _ = teller.send(NewsRecord::Attempted { attempt: attempted.into() });
                })
                .on_failing_store(move |error| {
                    let _ = alarm.send(NewsRecord::Failing { error: error.into() });
                });
        }
        let worker = Arc::new(builder.build()?);
        let (end, ended) = watch::channel(false);
        let running = Arc::clone(&worker);
        engine::spawn(Arc::default(), async move {
            running.run().await;
            end.send_replace(true);
        })?;
        Ok(Arc::new(Self { worker, ended, news: Mutex::new(news) }))
    }
}

#[uniffi::export]
impl NativeWorker {
    /// Takes no more events, and ends within so many seconds.
    pub(crate) fn stop(&self, within: Option<f64>) -> Result<()> {
        let within = within.map(|within| Duration::try_from_secs_f64(within).unwrap_or_default());
        self.worker.stop(within.unwrap_or(Worker::<Client>::PATIENCE));
        Ok(())
    }

    /// Waits until it has ended.
    pub(crate) async fn ended(&self) -> Result<()> {
        match self.ended.clone().wait_for(|ended| *ended).await {
            Ok(_) => Ok(()),
            Err(_) => Err(Error::internal("the outbox's worker panicked").into()),
        }
    }

    /// What it tells next; `None` once it has ended and all was told.
    pub(crate) async fn next_news(&self) -> Result<Option<NewsRecord>> {
        let mut news = self.news.lock().await;
        let mut ended = self.ended.clone();
        Ok(tokio::select! {
            // All that was told before the end comes before it.
            biased;
            next = news.recv() => next,
            _ = ended.wait_for(|ended| *ended) => None,
        })
    }
}
