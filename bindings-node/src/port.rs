//! The way back into one JavaScript thread.

use std::sync::Arc;
use std::time::Duration;

use connectly_conversions::{Client, Error, config};
use napi::bindgen_prelude::{External, FnArgs, Function};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Either, Env, Status, sys};
use napi_derive::napi;
use tokio::task::AbortHandle;

use crate::batch::Batch;
use crate::event::Shelf;
use crate::{engine, record};

/// Id of the call, and its record. Weak: it never holds the event loop by itself.
type Callback =
    ThreadsafeFunction<FnArgs<(u32, String)>, (), FnArgs<(u32, String)>, Status, false, true>;

/// Where the engine's answers enter one JavaScript thread.
#[derive(Clone)]
pub(crate) struct Answers(Arc<Callback>);

impl Answers {
    /// Queues an answer. A thread that has ended wants none: that is no error.
    pub(crate) fn give(&self, id: u32, record: String) {
        let _ = self.0.call((id, record).into(), ThreadsafeFunctionCallMode::NonBlocking);
    }
}

/// A call whose task may yet panic: then it is answered all the same, or its promise would never
/// settle. A task that was stopped answers too, and nobody listens.
pub(crate) struct Unanswered(Option<(u32, Answers)>);

impl Unanswered {
    pub(crate) fn new(id: u32, answers: Answers) -> Self {
        Self(Some((id, answers)))
    }

    pub(crate) fn answered(mut self) {
        self.0 = None;
    }
}

impl Drop for Unanswered {
    fn drop(&mut self) {
        if let Some((id, answers)) = self.0.take() {
            let error = Error::internal("the request ended without an answer");
            answers.give(id, record::error(&error));
        }
    }
}

/// One JavaScript thread's connection to the engine.
#[napi]
pub struct Port {
    answers: Answers,
}

/// A request under way that can be stopped.
#[napi]
pub struct Request {
    abort: AbortHandle,
}

impl Port {
    pub(crate) fn answers(&self) -> Answers {
        self.answers.clone()
    }
}

#[napi]
impl Port {
    /// `callback` gets each answer: the id that the call was given, and its record.
    #[napi(constructor, catch_unwind)]
    pub fn new(callback: Function<'_, FnArgs<(u32, String)>, ()>) -> napi::Result<Self> {
        let callback = callback.build_threadsafe_function().weak::<true>().build()?;
        Ok(Self { answers: Answers(Arc::new(callback)) })
    }

    /// Holds the event loop: an answer is awaited.
    #[napi(catch_unwind)]
    pub fn hold(&self, env: Env) {
        // SAFETY: this is the thread of `env`, which owns the function; a function that is being
        // torn down answers with a status that means nothing here.
        unsafe { sys::napi_ref_threadsafe_function(env.raw(), self.answers.0.raw()) };
    }

    /// Lets the event loop end: nothing is awaited any more.
    #[napi(catch_unwind)]
    pub fn release(&self, env: Env) {
        // SAFETY: as in `hold`.
        unsafe { sys::napi_unref_threadsafe_function(env.raw(), self.answers.0.raw()) };
    }

    /// Sends one event; its record comes to the callback. Gives the means to stop it, or the
    /// record of an error. `timeout` is in milliseconds.
    #[napi(catch_unwind)]
    pub fn send(
        &self,
        id: u32,
        client: &External<Client>,
        events: &External<Shelf>,
        place: u32,
        timeout: Option<f64>,
    ) -> napi::Result<Either<Request, String>> {
        let (client, event) = (Client::clone(client), events.event(place)?);
        let begin = || {
            let timeout: Option<Duration> =
                timeout.map(|timeout| config::milliseconds("timeout", timeout)).transpose()?;
            let answers = self.answers.clone();
            Ok(engine::handle()?.spawn(async move {
                let unanswered = Unanswered::new(id, answers.clone());
                let result = match timeout {
                    Some(timeout) => client.send_within(&event, timeout).await,
                    None => client.send(&event).await,
                };
                answers.give(id, record::result(&result));
                unanswered.answered();
            }))
        };
        Ok(match begin() {
            Ok(task) => Either::A(Request { abort: task.abort_handle() }),
            Err(error) => Either::B(record::error(&error)),
        })
    }

    /// Begins a batch, whose records come to the callback in arrays, in the events' order.
    #[napi(catch_unwind)]
    pub fn batch(
        &self,
        id: u32,
        client: &External<Client>,
        concurrency: Option<f64>,
    ) -> Either<Batch, String> {
        match Batch::begin(id, Client::clone(client), concurrency, self.answers.clone()) {
            Ok(batch) => Either::A(batch),
            Err(error) => Either::B(record::error(&error)),
        }
    }
}

#[napi]
impl Request {
    /// Stops the request; no answer comes any more, unless it is on its way already.
    #[napi(catch_unwind)]
    pub fn stop(&self) {
        self.abort.abort();
    }
}
