//! Many events, one request each, a bounded number at a time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use futures_util::stream::{self, Stream, StreamExt};

use super::{Client, poll_idle_connections};
use crate::defaults;
use crate::delivery::Receipt;
use crate::error::{Error, ErrorCode, Result};
use crate::event::ConversionEvent;

/// How many requests of a batch are under way at once, unless told otherwise.
pub const DEFAULT_CONCURRENCY: usize = defaults::CONCURRENCY;

/// What became of one event of a batch.
#[derive(Debug)]
pub struct Outcome {
    /// The event.
    pub event: ConversionEvent,
    /// Its receipt, or why there is none.
    pub result: Result<Receipt>,
}

impl Client {
    /// Sends many events, [`DEFAULT_CONCURRENCY`] at a time, and tells of each in their order.
    ///
    /// One event's failure stops no other; but once the API has said that the key or the business
    /// is wrong, events that have not been started get that error unsent.
    pub async fn send_many(
        &self,
        events: impl IntoIterator<Item = ConversionEvent>,
    ) -> Vec<Outcome> {
        self.outcomes(stream::iter(events), DEFAULT_CONCURRENCY).collect().await
    }

    /// As [`Client::send_many`] with this many requests at a time.
    ///
    /// # Errors
    /// `invalid_concurrency` where that is zero.
    pub async fn send_many_with(
        &self,
        events: impl IntoIterator<Item = ConversionEvent>,
        concurrency: usize,
    ) -> Result<Vec<Outcome>> {
        if concurrency == 0 {
            let message = "concurrency: must be a whole number of 1 or more, not 0";
            return Err(Error::configuration(ErrorCode::InvalidConcurrency, message));
        }
        Ok(self.outcomes(stream::iter(events), concurrency).collect().await)
    }

    /// The outcomes as they come, in the order of the events, for a backfill that does not fit
    /// into memory: never more than `concurrency` events (at least 1) are held.
    pub fn outcomes<'a>(
        &'a self,
        events: impl Stream<Item = ConversionEvent> + 'a,
        concurrency: usize,
    ) -> impl Stream<Item = Outcome> + 'a {
        let batch = Arc::new(self.batch(concurrency));
        events
            .map(move |event| {
                let batch = Arc::clone(&batch);
                async move {
                    let result = batch.send(&event).await;
                    Outcome { event, result }
                }
            })
            .buffered(concurrency.max(1))
    }

    /// Starts a batch whose caller drives the requests itself: a binding, which keeps what was
    /// answered when its call is cancelled.
    #[doc(hidden)]
    #[must_use]
    pub fn batch(&self, concurrency: usize) -> Batch {
        let (halted, started) = (OnceLock::new(), AtomicUsize::new(0));
        Batch { client: self.clone(), concurrency: concurrency.max(1), halted, started }
    }
}

/// What the events of a batch share: once the API has said that the key or the business is wrong,
/// the rest are not sent.
#[derive(Debug)]
pub struct Batch {
    client: Client,
    concurrency: usize,
    halted: OnceLock<Error>,
    started: AtomicUsize,
}

impl Batch {
    /// Sends one event, unless the answer to another has condemned all.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn send(&self, event: &ConversionEvent) -> Result<Receipt> {
        // From then on the batch itself drives the pool.
        if self.started.fetch_add(1, Ordering::Relaxed) < self.concurrency {
            poll_idle_connections().await;
        }
        if let Some(error) = self.halted.get() {
            return Err(error.for_unsent());
        }
        let limits = &self.client.inner.settings.limits;
        self.client.deliver(event, limits).await.map_err(|failure| {
            if failure.disposition.concerns_all() {
                // Only the first one counts.
                let _ = self.halted.set(failure.error.for_unsent());
            }
            failure.error
        })
    }
}
