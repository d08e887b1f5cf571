//! How an outbox is opened and asked, as records. The core fills the gaps.

use std::time::Duration;

use connectly_conversions as core;
use connectly_conversions::binding;

use crate::error::{Failure, Result};
use crate::moment;

/// An outbox's settings. Times in seconds.
#[derive(uniffi::Record)]
pub(crate) struct OutboxOptions {
    pub(crate) business_id: Option<String>,
    pub(crate) enqueue_timeout: Option<f64>,
    pub(crate) max_events: Option<f64>,
    pub(crate) max_bytes: Option<f64>,
    pub(crate) give_up_after: Option<f64>,
    pub(crate) keep_payloads: Option<f64>,
}

impl OutboxOptions {
    pub(super) fn builder(self, url: &str) -> core::Result<core::OutboxBuilder> {
        let mut builder = core::Outbox::builder(url);
        if let Some(id) = self.business_id {
            builder = builder.business_id(id);
        }
        if let Some(timeout) = seconds("enqueueTimeout", self.enqueue_timeout)? {
            builder = builder.enqueue_timeout(timeout);
        }
        if let Some(events) = self.max_events {
            builder = builder.max_events(binding::size("maxEvents", events)?);
        }
        if let Some(bytes) = self.max_bytes {
            builder = builder.max_bytes(binding::size("maxBytes", bytes)?);
        }
        if let Some(time) = seconds("giveUpAfter", self.give_up_after)? {
            builder = builder.give_up_after(time);
        }
        if let Some(time) = seconds("keepPayloads", self.keep_payloads)? {
            builder = builder.keep_payloads(time);
        }
        Ok(builder)
    }
}

/// Until when an event is held.
#[derive(uniffi::Enum)]
pub(crate) enum HoldRecord {
    /// Unix seconds.
    Time {
        seconds: f64,
    },
    Release,
}

/// How an event is enqueued.
#[derive(uniffi::Record)]
pub(crate) struct EnqueueRecord {
    pub(crate) hold_until: Option<HoldRecord>,
    pub(crate) traceparent: Option<String>,
}

impl TryFrom<EnqueueRecord> for core::EnqueueOptions {
    type Error = Failure;

    fn try_from(given: EnqueueRecord) -> Result<Self> {
        let mut options = Self::default();
        options.traceparent = given.traceparent;
        options.hold = match given.hold_until {
            None => None,
            Some(HoldRecord::Release) => Some(core::Hold::UntilReleased),
            Some(HoldRecord::Time { seconds }) => {
                Some(core::Hold::until(moment::time("holdUntil", seconds)?))
            }
        };
        Ok(options)
    }
}

/// How long a delivery goes on.
#[derive(uniffi::Record)]
pub(crate) struct DeliverRecord {
    pub(crate) until_empty: bool,
    /// Seconds.
    pub(crate) deadline: Option<f64>,
}

impl TryFrom<DeliverRecord> for core::DeliverOptions {
    type Error = Failure;

    fn try_from(given: DeliverRecord) -> Result<Self> {
        let mut options = Self::default();
        options.until_empty = given.until_empty;
        options.deadline = seconds("deadline", given.deadline)?;
        Ok(options)
    }
}

/// How a worker delivers.
#[derive(uniffi::Record)]
pub(crate) struct WorkerOptions {
    pub(crate) concurrency: Option<f64>,
    pub(crate) rate: Option<f64>,
    /// Whether it is asked for its news.
    pub(crate) is_watched: bool,
}

impl WorkerOptions {
    pub(super) fn builder(
        self,
        mut builder: core::WorkerBuilder<core::Client>,
    ) -> core::Result<core::WorkerBuilder<core::Client>> {
        if let Some(count) = self.concurrency {
            builder = builder.concurrency(binding::concurrency(count)?);
        }
        if let Some(rate) = self.rate {
            builder = builder.rate(rate);
        }
        Ok(builder)
    }
}

fn seconds(name: &str, given: Option<f64>) -> core::Result<Option<Duration>> {
    given.map(|given| binding::seconds(name, given)).transpose()
}
