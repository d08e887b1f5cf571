//! Many events: each goes over as the source gives it, and their records come back in chunks.

use connectly_conversions::{Client, ConversionEvent, DEFAULT_CONCURRENCY, Result, binding};
use futures_util::stream::{self, StreamExt};
use napi::bindgen_prelude::External;
use napi_derive::napi;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;

use crate::answers::{Answers, Unanswered};
use crate::{engine, record};

/// Few enough that their receipts are made within a millisecond of the event loop's time.
const CHUNK: usize = 128;

/// A batch under way. Every event that was added is answered, in order.
#[napi]
pub struct Batch {
    /// Unbounded because TypeScript bounds it: it adds no more than it has answers for.
    events: Option<UnboundedSender<ConversionEvent>>,
    abort: AbortHandle,
    concurrency: usize,
}

impl Batch {
    pub(crate) fn begin(
        id: u32,
        client: Client,
        concurrency: Option<f64>,
        answers: Answers,
    ) -> Result<Self> {
        let concurrency = concurrency.map_or(Ok(DEFAULT_CONCURRENCY), binding::concurrency)?;
        let (sender, mut receiver) = unbounded_channel();
        let task = engine::handle()?.spawn(async move {
            let events = stream::poll_fn(|context| receiver.poll_recv(context));
            let outcomes = client.outcomes(events, concurrency);
            let mut chunks = std::pin::pin!(outcomes.ready_chunks(CHUNK));
            let unanswered = Unanswered::new(id, answers.clone());
            while let Some(chunk) = chunks.next().await {
                answers.give(id, &record::results(&chunk));
            }
            unanswered.answered();
        });
        let abort = task.abort_handle();
        Ok(Self { events: Some(sender), abort, concurrency })
    }
}

#[napi]
impl Batch {
    /// How many requests at a time.
    #[napi(catch_unwind)]
    pub fn concurrency(&self) -> f64 {
        f64::from(u32::try_from(self.concurrency).unwrap_or(u32::MAX))
    }

    /// Adds an event.
    #[napi(catch_unwind)]
    pub fn push(&self, event: &External<ConversionEvent>) {
        if let Some(sender) = &self.events {
            // A task that has ended was stopped: nobody waits for this one.
            let _ = sender.send(ConversionEvent::clone(event));
        }
    }

    /// Stops every request under way; no more answers come.
    #[napi(catch_unwind)]
    pub fn stop(&mut self) {
        self.events = None;
        self.abort.abort();
    }
}
