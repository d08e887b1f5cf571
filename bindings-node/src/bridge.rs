//! One JavaScript thread's bridge to the engine.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use connectly_conversions::{Client, ConversionEvent, Error, binding};
use napi::bindgen_prelude::{External, FnArgs, Function};
use napi::{Either, Env};
use napi_derive::napi;
use tokio::task::AbortHandle;

use crate::answers::{Answers, Unanswered};
use crate::batch::Batch;
use crate::{engine, record};

/// One JavaScript thread's connection to the engine.
#[napi]
pub struct CallbackBridge {
    answers: Answers,
    requests: RefCell<Requests>,
}

/// The requests that can be stopped, by the ids of their calls.
#[derive(Default)]
struct Requests {
    running: HashMap<u32, AbortHandle>,
    /// How many there may be before those that have ended are looked for.
    limit: usize,
}

impl Requests {
    fn add(&mut self, id: u32, request: AbortHandle) {
        if self.running.len() >= self.limit {
            self.running.retain(|_, request| !request.is_finished());
            self.limit = 16.max(self.running.len() * 2);
        }
        self.running.insert(id, request);
    }
}

impl CallbackBridge {
    pub(crate) fn answers(&self) -> Answers {
        self.answers.clone()
    }
}

#[napi]
impl CallbackBridge {
    /// `callback` gets what has been answered, a JSON array: the id that the call was given, its
    /// record, and so on.
    #[napi(constructor, catch_unwind)]
    pub fn new(callback: Function<'_, FnArgs<(String,)>, ()>) -> napi::Result<Self> {
        Ok(Self { answers: Answers::new(&callback)?, requests: RefCell::default() })
    }

    /// Holds the event loop: an answer is awaited.
    #[napi(catch_unwind)]
    pub fn hold(&self, env: Env) {
        self.answers.hold(env);
    }

    /// Lets the event loop end: nothing is awaited any more.
    #[napi(catch_unwind)]
    pub fn release(&self, env: Env) {
        self.answers.release(env);
    }

    /// Sends one event; its record comes to the callback. Gives the record of an error where it
    /// does not. `timeout` is in milliseconds.
    #[napi(catch_unwind)]
    pub fn send(
        &self,
        id: u32,
        client: &External<Client>,
        event: &External<ConversionEvent>,
        timeout: Option<f64>,
    ) -> Option<String> {
        let (client, event) = (Client::clone(client), ConversionEvent::clone(event));
        let begin = || {
            let timeout: Option<Duration> =
                timeout.map(|timeout| binding::milliseconds("timeout", timeout)).transpose()?;
            let answers = self.answers.clone();
            let task = engine::handle()?.spawn(async move {
                let unanswered = Unanswered::new(id, answers.clone());
                let result = match timeout {
                    Some(timeout) => client.send_within(&event, timeout).await,
                    None => client.send(&event).await,
                };
                answers.give(id, &record::result(&result));
                unanswered.answered();
            });
            self.requests.borrow_mut().add(id, task.abort_handle());
            Ok(())
        };
        begin().err().map(|error: Error| record::error(&error))
    }

    /// Stops a request; no answer comes any more, unless it is on its way already.
    #[napi(catch_unwind)]
    pub fn stop(&self, id: u32) {
        if let Some(request) = self.requests.borrow_mut().running.remove(&id) {
            request.abort();
        }
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
