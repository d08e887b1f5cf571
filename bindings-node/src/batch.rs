//! Many events: each goes over as the source gives it, and their records come back in chunks.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use connectly_conversions::{
    Client, ConversionEvent, DEFAULT_CONCURRENCY, Error, Outcome, Result, binding,
};
use futures_util::stream::{self, Stream, StreamExt};
use napi::bindgen_prelude::External;
use napi_derive::napi;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

use crate::answers::{Answers, Unanswered};
use crate::event::Shelf;
use crate::{engine, record};

/// Few enough that their receipts are made within a millisecond of the event loop's time.
const CHUNK: usize = 128;

/// A batch under way. Every event that was added is answered, in order.
#[napi]
pub struct Batch {
    /// Unbounded because TypeScript bounds it: it adds no more than it has answers for.
    events: Option<UnboundedSender<ConversionEvent>>,
    cut: Option<oneshot::Sender<()>>,
    abort: AbortHandle,
    concurrency: usize,
}

/// The events of a batch whose requests have begun, oldest first.
#[derive(Clone, Default)]
struct Begun(Arc<Mutex<VecDeque<ConversionEvent>>>);

impl Begun {
    fn with<T>(&self, run: impl FnOnce(&mut VecDeque<ConversionEvent>) -> T) -> T {
        run(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn added(events: &mut UnboundedReceiver<ConversionEvent>) -> impl Stream<Item = ConversionEvent> {
    stream::poll_fn(|context| events.poll_recv(context))
}

/// Sends what is added until it is cut, and tells of each event what became of it.
async fn deliver(
    client: Client,
    concurrency: usize,
    mut events: UnboundedReceiver<ConversionEvent>,
    cut: oneshot::Receiver<()>,
    give: impl Fn(&[Outcome]),
) {
    let begun = Begun::default();
    let beginning =
        added(&mut events).inspect(|event| begun.with(|begun| begun.push_back(event.clone())));
    let outcomes = client.outcomes(beginning, concurrency).ready_chunks(CHUNK).take_until(cut);
    let mut outcomes = Box::pin(outcomes);
    while let Some(chunk) = outcomes.next().await {
        begun.with(|begun| begun.drain(..chunk.len().min(begun.len())).for_each(drop));
        give(&chunk);
    }
    drop(outcomes);
    for event in begun.with(std::mem::take) {
        give(&[Outcome { result: Err(Error::cut_off(event.order_id().is_some())), event }]);
    }
    while let Some(event) = events.recv().await {
        give(&[Outcome { result: Err(Error::client_closed()), event }]);
    }
}

impl Batch {
    pub(crate) fn begin(
        id: u32,
        client: Client,
        concurrency: Option<f64>,
        answers: Answers,
    ) -> Result<Self> {
        let concurrency = concurrency.map_or(Ok(DEFAULT_CONCURRENCY), binding::concurrency)?;
        let (sender, receiver) = unbounded_channel();
        let (cut, when_cut) = oneshot::channel();
        let task = engine::handle()?.spawn(async move {
            let unanswered = Unanswered::new(id, answers.clone());
            let give = |outcomes: &[Outcome]| answers.give(id, &record::results(outcomes));
            deliver(client, concurrency, receiver, when_cut, give).await;
            unanswered.answered();
        });
        let abort = task.abort_handle();
        Ok(Self { events: Some(sender), cut: Some(cut), abort, concurrency })
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
    pub fn push(&self, events: &External<Shelf>, place: u32) -> napi::Result<()> {
        let event = events.event(place)?;
        if let Some(sender) = &self.events {
            // A task that has ended was stopped: nobody waits for this one.
            let _ = sender.send(event);
        }
        Ok(())
    }

    /// The client was closed: the requests under way end as if the API had not answered, and no
    /// more begin.
    #[napi(catch_unwind)]
    pub fn cut(&mut self) {
        // A task that has ended has nothing to cut.
        let _ = self.cut.take().map(|cut| cut.send(()));
    }

    /// Stops every request under way; no more answers come.
    #[napi(catch_unwind)]
    pub fn stop(&mut self) {
        self.events = None;
        self.abort.abort();
    }
}
