//! Many events: they go over in chunks, and their records come back in chunks.

use connectly_conversions::{Client, ConversionEvent, DEFAULT_CONCURRENCY, Result, binding};
use futures_util::stream::{self, StreamExt};
use napi::JsExternal;
use napi::bindgen_prelude::Uint32Array;
use napi_derive::napi;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;

use crate::event::Shelf;
use crate::port::{Answers, Unanswered};
use crate::{engine, record};

/// Few enough that their receipts are made within a millisecond of the event loop's time.
const CHUNK: usize = 128;

/// A batch under way.
#[napi]
pub struct Batch {
    /// Unbounded because TypeScript bounds it: it pushes no more than it has answers for.
    events: Option<UnboundedSender<Vec<ConversionEvent>>>,
    abort: AbortHandle,
}

impl Batch {
    pub(crate) fn begin(
        id: u32,
        client: Client,
        concurrency: Option<f64>,
        answers: Answers,
    ) -> Result<Self> {
        let concurrency = concurrency.map_or(Ok(DEFAULT_CONCURRENCY), binding::concurrency)?;
        let (sender, mut receiver) = unbounded_channel::<Vec<ConversionEvent>>();
        let task = engine::handle()?.spawn(async move {
            let events = stream::poll_fn(|context| receiver.poll_recv(context));
            let outcomes = client.outcomes(events.flat_map(stream::iter), concurrency);
            let mut chunks = std::pin::pin!(outcomes.ready_chunks(CHUNK));
            let unanswered = Unanswered::new(id, answers.clone());
            while let Some(chunk) = chunks.next().await {
                answers.give(id, &record::results(&chunk));
            }
            unanswered.answered();
        });
        Ok(Self { events: Some(sender), abort: task.abort_handle() })
    }
}

#[napi]
impl Batch {
    /// Adds events: of each its shelf's number in `shelves`, and its place there.
    #[napi(catch_unwind)]
    pub fn push(&self, shelves: Vec<JsExternal<'_>>, places: Uint32Array) -> napi::Result<()> {
        let shelves = shelves
            .iter()
            .map(|shelf| shelf.get_value::<Shelf>().map(|shelf| &*shelf))
            .collect::<napi::Result<Vec<_>>>()?;
        let no_shelf = || napi::Error::from_reason("there is no such shelf");
        let events = places
            .chunks_exact(2)
            .map(|at| shelves.get(at[0] as usize).ok_or_else(no_shelf)?.event(at[1]))
            .collect::<napi::Result<Vec<_>>>()?;
        if let Some(sender) = &self.events {
            // A task that has ended was stopped: nobody waits for these.
            let _ = sender.send(events);
        }
        Ok(())
    }

    /// No more events come.
    #[napi(catch_unwind)]
    pub fn end(&mut self) {
        self.events = None;
    }

    /// Stops every request under way.
    #[napi(catch_unwind)]
    pub fn stop(&self) {
        self.abort.abort();
    }
}
