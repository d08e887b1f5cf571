//! What can be asked of an outbox, beside enqueueing.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use connectly_conversions::{Dead, Error, EventName, Outbox, Result, Target};
use serde::{Deserialize, Serialize};

use crate::record;

/// A question or an order, as TypeScript writes it.
#[derive(Deserialize)]
#[serde(tag = "ask", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum Ask {
    Skip { order_id: String, event_name: Option<String>, reason: String },
    Release { target: Meant },
    Cancel { target: Meant, reason: Option<String> },
    Forget { target: Meant },
    Status { target: Meant },
    DeadLetters { after: i64, limit: usize },
    Replay { which: Which, force: bool, plan: bool },
    Counts,
    Metrics,
    Pause { until: Option<u64> },
    Resume,
    Warnings,
    Close,
}

/// The event that is meant.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum Meant {
    Order { order_id: String, event_name: Option<String> },
    Id(i64),
    Tracking(String),
}

/// Which dead letters are replayed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Which {
    One(Meant),
    Code(String),
    All,
}

impl Ask {
    pub(crate) fn read(text: &str) -> Result<Self> {
        serde_json::from_str(text)
            .map_err(|error| Error::internal(format!("the request cannot be read: {error}")))
    }

    /// Does it, and tells what came of it.
    pub(crate) async fn of(self, outbox: &Outbox) -> Result<String> {
        Ok(match self {
            Self::Skip { order_id, event_name, reason } => {
                told(&outbox.skip(&order_id, name(event_name)?, &reason).await?)
            }
            Self::Release { target } => told(&outbox.release(target.target()?).await?),
            Self::Cancel { target, reason } => {
                told(&outbox.cancel(target.target()?, reason.as_deref()).await?)
            }
            Self::Forget { target } => told(&outbox.forget(target.target()?).await?),
            Self::Status { target } => told(&outbox.status(target.target()?).await?),
            Self::DeadLetters { after, limit } => told(&outbox.dead_letters(after, limit).await?),
            Self::Replay { which, force, plan: false } => {
                told(&outbox.replay(which.dead()?, force).await?)
            }
            Self::Replay { which, force, plan: true } => {
                told(&outbox.plan_replay(which.dead()?, force).await?)
            }
            Self::Counts => told(&outbox.counts().await?),
            Self::Metrics => told(&outbox.metrics().await?),
            Self::Pause { until } => told(&outbox.pause(until.map(moment)).await?),
            Self::Resume => told(&outbox.resume().await?),
            Self::Warnings => told(&outbox.warnings().await?),
            Self::Close => told(&outbox.close().await),
        })
    }
}

impl Meant {
    fn target(self) -> Result<Target> {
        Ok(match self {
            Self::Order { order_id, event_name } => Target::order(order_id, name(event_name)?),
            Self::Id(id) => Target::id(id),
            Self::Tracking(id) => Target::tracking(id),
        })
    }
}

impl Which {
    fn dead(self) -> Result<Dead> {
        Ok(match self {
            Self::One(target) => Dead::One(target.target()?),
            Self::Code(code) => Dead::OfCode(code),
            Self::All => Dead::All,
        })
    }
}

fn name(given: Option<String>) -> Result<EventName> {
    let Some(given) = given else { return Ok(EventName::Purchase) };
    given.parse().map_err(|_| Error::wrong_argument("eventName", "\"Purchase\" or \"ViewContent\""))
}

/// A point in time of JavaScript's.
pub(crate) fn moment(milliseconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(milliseconds)
}

/// `{"done":…}`, so that it is no error's record.
pub(crate) fn told(done: &impl Serialize) -> String {
    #[derive(Serialize)]
    struct Told<'a, T> {
        done: &'a T,
    }
    record::text(&Told { done })
}
