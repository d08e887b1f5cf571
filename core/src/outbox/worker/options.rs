//! How a worker delivers.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::Worker;
use super::pace::{Alarm, Hook, Pace};
use crate::defaults;
use crate::delivery::Sender;
use crate::error::{Error, ErrorCode, Result};
use crate::outbox::api::Outbox;
use crate::outbox::record::Attempted;

/// Makes a [`Worker`].
#[must_use]
pub struct WorkerBuilder<S> {
    outbox: Outbox,
    sender: S,
    concurrency: usize,
    rate: Option<f64>,
    hook: Option<Hook>,
    alarm: Option<Alarm>,
}

impl Outbox {
    /// A worker that sends with this client.
    pub fn worker<S: Sender>(&self, client: S) -> WorkerBuilder<S> {
        WorkerBuilder::new(self.clone(), client)
    }
}

impl<S: Sender> WorkerBuilder<S> {
    fn new(outbox: Outbox, sender: S) -> Self {
        Self {
            outbox,
            sender,
            concurrency: defaults::WORKER_CONCURRENCY,
            rate: None,
            hook: None,
            alarm: None,
        }
    }

    /// How many requests run at a time. Default: `4`.
    pub fn concurrency(mut self, count: usize) -> Self {
        self.concurrency = count;
        self
    }

    /// How many requests begin within a second at most; no limit unless given.
    pub fn rate(mut self, per_second: f64) -> Self {
        self.rate = Some(per_second);
        self
    }

    /// Is told what came of each attempt, once that is on the disk: for metrics and logs. Runs on
    /// the worker, which waits for it.
    pub fn on_attempt(mut self, hook: impl Fn(&Attempted) + Send + Sync + 'static) -> Self {
        self.hook = Some(Arc::new(hook));
        self
    }

    /// For a binding whose language has a log of its own: is told when the store begins to fail.
    /// The worker waits and tries again.
    #[doc(hidden)]
    pub fn on_failing_store(mut self, alarm: impl Fn(&Error) + Send + Sync + 'static) -> Self {
        self.alarm = Some(Arc::new(alarm));
        self
    }

    /// Checks the options and makes the worker. It does nothing before [`Worker::run`].
    ///
    /// # Errors
    /// Of kind `configuration`: `invalid_concurrency`, `invalid_option` for a rate that is no
    /// number above zero, or `wrong_business` where the client is of another business than the
    /// outbox.
    pub fn build(self) -> Result<Worker<S>> {
        if self.concurrency == 0 {
            let message = "concurrency: must be a whole number of 1 or more, not 0";
            return Err(Error::configuration(ErrorCode::InvalidConcurrency, message));
        }
        let spacing = self.rate.map(|rate| {
            // A rate of zero or less has no such duration.
            Duration::try_from_secs_f64(1.0 / rate).ok().filter(|_| rate > 0.0).ok_or_else(|| {
                let why = format!("must be a number of requests a second above 0, not {rate}");
                Error::invalid_option("rate", &why)
            })
        });
        let of_the_outbox = self.outbox.business_id();
        if let Some(other) = self.sender.business_id().filter(|id| *id != of_the_outbox) {
            let message =
                format!("the client is of the business {other}, the outbox of {of_the_outbox}");
            return Err(Error::configuration(ErrorCode::WrongBusiness, message));
        }
        let pace = Pace {
            concurrency: self.concurrency,
            spacing: spacing.transpose()?,
            hook: self.hook,
            alarm: self.alarm,
        };
        Ok(Worker::new(self.outbox, self.sender, pace))
    }
}

impl<S> fmt::Debug for WorkerBuilder<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkerBuilder")
            .field("concurrency", &self.concurrency)
            .field("rate", &self.rate)
            .finish_non_exhaustive()
    }
}
