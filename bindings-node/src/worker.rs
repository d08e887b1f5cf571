//! Workers and deliveries: they run on the engine's thread, and hold no event loop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use connectly_conversions::{
    Attempted, Client, DeliverOptions, Delivered, Error, Result, Worker, WorkerBuilder, binding,
};
use napi_derive::napi;
use serde::Serialize;

use crate::answers::{Answers, Unanswered};
use crate::ledger::told;
use crate::{engine, record};

/// A worker that runs.
#[napi(js_name = "Worker")]
pub struct NativeWorker(Arc<Worker<Client>>);

impl NativeWorker {
    /// Begins it; `ends` where it is a delivery, which ends by itself.
    pub(crate) fn begin(
        mut builder: WorkerBuilder<Client>,
        id: u32,
        answers: Answers,
        is_watched: bool,
        ends: Option<DeliverOptions>,
    ) -> Result<Self> {
        let (told_of, has_warned) = (answers.clone(), AtomicBool::new(false));
        builder = builder.on_attempt(move |attempted| {
            if let Some(text) = binding::clock_warning()
                && !has_warned.swap(true, Ordering::Relaxed)
            {
                told_of.give(id, &warning(text));
            }
            if is_watched {
                told_of.give(id, &attempt(attempted));
            }
        });
        if ends.is_none() {
            let answers = answers.clone();
            builder = builder.on_failing_store(move |error| answers.give(id, &failing(error)));
        }
        let worker = Arc::new(builder.build()?);
        let running = Arc::clone(&worker);
        engine::handle()?.spawn(async move {
            let unanswered = Unanswered::new(id, answers.clone());
            let delivered: Result<Delivered> = match ends {
                Some(options) => running.deliver(options).await,
                None => Ok(running.run().await),
            };
            let record = delivered.map_or_else(|error| record::error(&error), |done| told(&done));
            answers.give(id, &record);
            unanswered.answered();
        });
        Ok(Self(worker))
    }
}

#[napi]
impl NativeWorker {
    /// It takes no more events, and ends once the attempts under way have; those that last longer
    /// than this many milliseconds are cut off. Gives the record of an error, or nothing.
    #[napi(catch_unwind)]
    pub fn stop(&self, timeout: Option<f64>) -> Option<String> {
        let timeout = match timeout {
            None => Ok(Worker::<Client>::PATIENCE),
            // Cut off at once.
            Some(0.0) => Ok(Duration::ZERO),
            Some(timeout) => binding::milliseconds("timeout", timeout),
        };
        match timeout {
            Ok(timeout) => {
                self.0.stop(timeout);
                None
            }
            Err(error) => Some(record::error(&error)),
        }
    }
}

impl Drop for NativeWorker {
    /// The JavaScript thread that began it has ended.
    fn drop(&mut self) {
        self.0.stop(Worker::<Client>::PATIENCE);
    }
}

/// `{"attempt":…}`.
fn attempt(attempted: &Attempted) -> String {
    #[derive(Serialize)]
    struct Attempt<'a> {
        attempt: &'a Attempted,
    }
    record::text(&Attempt { attempt: attempted })
}

/// `{"warning":…}`: an answer has told that the machine's clock is wrong.
fn warning(warning: &str) -> String {
    #[derive(Serialize)]
    struct Warning<'a> {
        warning: &'a str,
    }
    record::text(&Warning { warning })
}

/// `{"failing":{"error":…}}`: the worker waits and tries again.
fn failing(error: &Error) -> String {
    format!(r#"{{"failing":{}}}"#, record::error(error))
}
