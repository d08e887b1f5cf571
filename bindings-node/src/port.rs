//! The way back into one JavaScript thread.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Write;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use connectly_conversions::{Client, Error, binding};
use napi::bindgen_prelude::{External, FnArgs, Function};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Either, Env, Status, sys};
use napi_derive::napi;
use tokio::task::AbortHandle;

use crate::batch::Batch;
use crate::event::Shelf;
use crate::{engine, record};

/// Takes what has been answered. Weak: it never holds the event loop by itself.
type Callback = ThreadsafeFunction<(), (), FnArgs<(String,)>, Status, false, true>;

/// Where the engine's answers enter one JavaScript thread.
#[derive(Clone)]
pub(crate) struct Answers {
    /// A JSON array less its end: id, record, id, record. To enter the thread costs more than an
    /// answer does, so all that are there go in at once.
    waiting: Arc<Mutex<String>>,
    callback: Arc<Callback>,
}

impl Answers {
    /// Queues an answer, which must be JSON. A thread that has ended wants none: that is no error.
    pub(crate) fn give(&self, id: u32, record: &str) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let is_first = waiting.is_empty();
        let before = if is_first { '[' } else { ',' };
        // Writing into memory cannot fail.
        let _ = write!(waiting, "{before}{id},{record}");
        drop(waiting);
        if is_first {
            let _ = self.callback.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
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
            answers.give(id, &record::error(&error));
        }
    }
}

/// One JavaScript thread's connection to the engine.
#[napi]
pub struct Port {
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

impl Port {
    pub(crate) fn answers(&self) -> Answers {
        self.answers.clone()
    }
}

#[napi]
impl Port {
    /// `callback` gets what has been answered, a JSON array: the id that the call was given, its
    /// record, and so on.
    #[napi(constructor, catch_unwind)]
    pub fn new(callback: Function<'_, FnArgs<(String,)>, ()>) -> napi::Result<Self> {
        let waiting = Arc::new(Mutex::new(String::new()));
        let answered = Arc::clone(&waiting);
        let callback = callback.build_threadsafe_function::<()>().weak::<true>().build_callback(
            move |_| {
                let mut waiting = answered.lock().unwrap_or_else(PoisonError::into_inner);
                let mut answers = mem::take(&mut *waiting);
                drop(waiting);
                answers.push(']');
                Ok((answers,).into())
            },
        )?;
        let answers = Answers { waiting, callback: Arc::new(callback) };
        Ok(Self { answers, requests: RefCell::default() })
    }

    /// Holds the event loop: an answer is awaited.
    #[napi(catch_unwind)]
    pub fn hold(&self, env: Env) {
        // SAFETY: this is the thread of `env`, which owns the function; a function that is being
        // torn down answers with a status that means nothing here.
        unsafe { sys::napi_ref_threadsafe_function(env.raw(), self.answers.callback.raw()) };
    }

    /// Lets the event loop end: nothing is awaited any more.
    #[napi(catch_unwind)]
    pub fn release(&self, env: Env) {
        // SAFETY: as in `hold`.
        unsafe { sys::napi_unref_threadsafe_function(env.raw(), self.answers.callback.raw()) };
    }

    /// Sends one event; its record comes to the callback. Gives the record of an error where it
    /// does not. `timeout` is in milliseconds.
    #[napi(catch_unwind)]
    pub fn send(
        &self,
        id: u32,
        client: &External<Client>,
        events: &External<Shelf>,
        place: u32,
        timeout: Option<f64>,
    ) -> napi::Result<Option<String>> {
        let (client, event) = (Client::clone(client), events.event(place)?);
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
        Ok(begin().err().map(|error: Error| record::error(&error)))
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
