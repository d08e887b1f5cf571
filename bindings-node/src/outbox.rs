//! The outbox: enqueueing, and what is asked of the ledger.

use std::collections::BTreeMap;

use connectly_conversions::{Client, ConversionEvent, EnqueueOptions, Error, Hold, Outbox, Result};
use napi::Either;
use napi::bindgen_prelude::{Array, External};
use napi_derive::napi;

use crate::answers::Unanswered;
use crate::bridge::CallbackBridge;
use crate::ledger::{self, Ask, told};
use crate::worker::NativeWorker;
use crate::{engine, inline, order, record, settings};

/// An outbox of this process. Its answers come to the bridge's callback; what a method gives itself
/// is the record of an error, where the call is refused.
#[napi(js_name = "Outbox")]
pub struct NativeOutbox(pub(crate) Outbox);

/// Makes an outbox of its settings, a JSON object; `environment` fills the gaps.
#[napi(catch_unwind)]
pub fn open_outbox(
    url: String,
    settings: String,
    environment: BTreeMap<String, String>,
) -> Either<NativeOutbox, String> {
    match settings::outbox(&url, &settings, environment) {
        Ok(outbox) => Either::A(NativeOutbox(outbox)),
        Err(error) => Either::B(record::error(&error)),
    }
}

#[napi]
impl NativeOutbox {
    /// Takes an event. `hold` is Unix milliseconds, or `"release"`.
    #[napi(catch_unwind)]
    pub fn enqueue(
        &self,
        bridge: &CallbackBridge,
        id: u32,
        event: &External<ConversionEvent>,
        hold: Option<Either<i64, String>>,
        traceparent: Option<String>,
    ) -> Option<String> {
        let (outbox, event) = (self.0.clone(), ConversionEvent::clone(event));
        let options = options(hold, traceparent);
        let enqueue = async move { outbox.enqueue_with(&event, options).await };
        refused(inline::answer(id, bridge.answers(), enqueue, told))
    }

    /// Takes many events in one transaction.
    #[napi(catch_unwind)]
    pub fn enqueue_many(
        &self,
        bridge: &CallbackBridge,
        id: u32,
        events: Array<'_>,
    ) -> napi::Result<Option<String>> {
        let mut copies = Vec::new();
        for index in 0..events.len() {
            let event = events.get_ref::<External<ConversionEvent>>(index)?;
            copies.extend(event.map(|event| ConversionEvent::clone(event)));
        }
        let outbox = self.0.clone();
        let enqueue = async move { outbox.enqueue_many(copies).await };
        Ok(refused(inline::answer(id, bridge.answers(), enqueue, told)))
    }

    /// Reports an order, or writes down why it is not reported: a JSON object of its members, the
    /// stored form of its params, and the shop's policy as a JSON object.
    #[napi(catch_unwind)]
    #[allow(clippy::too_many_arguments, reason = "an object costs more")]
    pub fn report(
        &self,
        bridge: &CallbackBridge,
        id: u32,
        order: String,
        tracking: Option<String>,
        policy: String,
        hold: Option<Either<i64, String>>,
        traceparent: Option<String>,
    ) -> Option<String> {
        let (outbox, options) = (self.0.clone(), options(hold, traceparent));
        let begin = || {
            let (policy, reading) = order::policy(&policy)?;
            let report = async move {
                let waits = options.hold.is_some();
                let order = order::order(&order, tracking.as_deref(), waits, reading)?;
                outbox.report(&order, policy, options).await
            };
            inline::answer(id, bridge.answers(), report, told)
        };
        refused(begin())
    }

    /// Asks something else: a JSON object.
    #[napi(catch_unwind)]
    pub fn ask(&self, bridge: &CallbackBridge, id: u32, question: String) -> Option<String> {
        let (outbox, answers) = (self.0.clone(), bridge.answers());
        let begin = || {
            let question = Ask::read(&question)?;
            engine::handle()?.spawn(async move {
                let unanswered = Unanswered::new(id, answers.clone());
                let answer = question.of(&outbox).await;
                answers.give(id, &answer.unwrap_or_else(|error| record::error(&error)));
                unanswered.answered();
            });
            Ok(())
        };
        refused(begin())
    }

    /// Begins a worker of these settings, a JSON object. It answers the call `id`: with each
    /// attempt if they are `watched`, and with what it did once it has ended: by itself if it
    /// `delivers`, else by `stop`.
    #[napi(catch_unwind)]
    pub fn worker(
        &self,
        bridge: &CallbackBridge,
        id: u32,
        client: &External<Client>,
        settings: String,
        delivers: bool,
        watched: bool,
    ) -> Either<NativeWorker, String> {
        let begin = || {
            let builder = self.0.worker(Client::clone(client));
            let (builder, options) = settings::worker(builder, &settings)?;
            let ends = delivers.then_some(options);
            NativeWorker::begin(builder, id, bridge.answers(), watched, ends)
        };
        match begin() {
            Ok(worker) => Either::A(worker),
            Err(error) => Either::B(record::error(&error)),
        }
    }
}

pub(crate) fn options(
    hold: Option<Either<i64, String>>,
    traceparent: Option<String>,
) -> EnqueueOptions {
    let mut options = EnqueueOptions::default();
    options.hold = hold.map(|hold| match hold {
        Either::A(until) => Hold::until(ledger::moment(until.try_into().unwrap_or_default())),
        Either::B(_) => Hold::UntilReleased,
    });
    options.traceparent = traceparent;
    options
}

fn refused(begun: Result<()>) -> Option<String> {
    begun.err().map(|error: Error| record::error(&error))
}
