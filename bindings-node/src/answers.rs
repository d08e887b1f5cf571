//! The way back into one JavaScript thread: what has been answered there.

use std::fmt::Write;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use connectly_conversions::Error;
use napi::bindgen_prelude::{FnArgs, Function};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, Status, sys};

use crate::record;

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
    /// `callback` gets a JSON array: the id that a call was given, its record, and so on.
    pub(crate) fn new(callback: &Function<'_, FnArgs<(String,)>, ()>) -> napi::Result<Self> {
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
        Ok(Self { waiting, callback: Arc::new(callback) })
    }

    /// Holds the event loop: an answer is awaited.
    pub(crate) fn hold(&self, env: Env) {
        // SAFETY: this is the thread of `env`, which owns the function; a function that is being
        // torn down answers with a status that means nothing here.
        unsafe { sys::napi_ref_threadsafe_function(env.raw(), self.callback.raw()) };
    }

    /// Lets the event loop end: nothing is awaited any more.
    pub(crate) fn release(&self, env: Env) {
        // SAFETY: as in `hold`.
        unsafe { sys::napi_unref_threadsafe_function(env.raw(), self.callback.raw()) };
    }

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
