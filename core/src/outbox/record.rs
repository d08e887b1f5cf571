//! What the ledger tells.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize, Serializer};

use super::decision::Effect;
use super::state::{Millis, State, Verdict};
use crate::delivery::Disposition;

/// One conversion in the ledger. Times are Unix milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Record {
    /// The outbox's own number of it.
    pub id: i64,
    /// `Purchase` or `ViewContent`.
    pub event_name: String,
    /// The order's id; `None` where it has none, and once it is forgotten.
    pub order_id: Option<String>,
    /// Where it stands.
    pub state: State,
    /// When it may be sent, or becomes pending by itself.
    pub due_at: Option<Millis>,
    /// Attempts since it was enqueued or replayed.
    pub attempts: u32,
    /// When it was enqueued.
    pub enqueued_at: Millis,
    /// The first attempt.
    pub first_attempt_at: Option<Millis>,
    /// The first attempt that may have been recorded though nobody knows; `None` where there was
    /// none.
    pub ambiguous_since: Option<Millis>,
    /// When it was accepted, rejected, given up, cancelled or skipped.
    pub finished_at: Option<Millis>,
    /// The code of the last failure.
    pub code: Option<String>,
    /// The HTTP status of the last answer.
    pub status: Option<u16>,
    /// The last failure in words.
    pub message: Option<String>,
    /// Why it was skipped or cancelled.
    pub reason: Option<String>,
    /// When the order was placed, in Unix seconds.
    pub event_time: Option<i64>,
    /// The currency.
    pub currency: Option<String>,
    /// The total, in the currency's major unit.
    pub value: Option<String>,
    /// Whether the payload is still there, so that it can be replayed.
    pub has_payload: bool,
    /// The problems of an invalid event, as a JSON list.
    pub issues: Option<String>,
    /// When its personal data was erased.
    pub forgotten_at: Option<Millis>,
}

/// What `enqueue` and `skip` did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Enqueued {
    /// The outbox's own number of the event.
    pub id: i64,
    /// Where it stands now.
    pub state: State,
    /// The order was there before and stays as it was.
    pub duplicate: bool,
    /// The event took the place of one of which nothing was counted.
    pub replaced: bool,
    /// The order was there before with another content; it stays as it was.
    pub conflict: bool,
}

impl Enqueued {
    pub(crate) fn new(id: i64, state: State, effect: Effect) -> Self {
        Self {
            id,
            state,
            duplicate: matches!(effect, Effect::Duplicate | Effect::Conflict),
            replaced: effect == Effect::Replaced,
            conflict: effect == Effect::Conflict,
        }
    }
}

/// How many events are in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "each is named as its state")]
#[non_exhaustive]
pub struct Counts {
    pub held: u64,
    pub pending: u64,
    pub leased: u64,
    pub accepted: u64,
    pub rejected: u64,
    pub dead: u64,
    pub cancelled: u64,
    pub skipped: u64,
}

/// What a delivery did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Delivered {
    /// Events that the API received.
    pub accepted: u64,
    /// Events that it refused.
    pub rejected: u64,
    /// Events that were given up.
    pub dead: u64,
    /// Attempts after which the event goes out again.
    pub retried: u64,
}

/// What came of one attempt, for a metric or a log line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Attempted {
    /// The outbox's own number of the event.
    pub id: i64,
    /// `Purchase` or `ViewContent`.
    pub event_name: String,
    /// The order's id.
    pub order_id: Option<String>,
    /// Where the event stands now.
    pub state: State,
    /// Attempts since it was enqueued or replayed.
    pub attempts: u32,
    /// The code of the failure.
    pub code: Option<String>,
    /// The HTTP status, if an answer came.
    pub status: Option<u16>,
    /// How long the attempt took, in milliseconds.
    pub took: Millis,
    /// The trace that the event was enqueued in, as W3C `traceparent`.
    pub traceparent: Option<String>,
    #[serde(skip)]
    pub(crate) disposition: Option<Disposition>,
}

/// What a replay did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Replayed {
    /// One line an event.
    pub events: Vec<ReplayedEvent>,
    /// How many go out again.
    pub replayed: u64,
    /// The money of those that would still count, by currency.
    #[serde(serialize_with = "as_texts")]
    pub money: BTreeMap<String, Decimal>,
}

/// Money is text: a JSON number loses digits.
fn as_texts<S: Serializer>(
    money: &BTreeMap<String, Decimal>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(money.iter().map(|(currency, sum)| (currency, sum.to_string())))
}

/// What a replay does with one event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReplayedEvent {
    /// The event as it was before.
    pub record: Record,
    /// Whether it goes out again, or why it does not.
    pub verdict: Verdict,
    /// Whether Meta would still count it: it goes out, and the order is not older than 7 days.
    pub counts: bool,
}

/// The outbox in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Metrics {
    /// How many events are in each state.
    pub counts: Counts,
    /// How long the oldest event that is due has waited, in milliseconds; 0 where none is.
    pub oldest_due: Millis,
    /// Held events whose order is older than six days: Meta counts nothing older than seven.
    pub overdue_holds: u64,
    /// What this process delivered so far.
    pub delivered: Delivered,
    /// Outcomes that came after the lease had passed on.
    pub leases_lost: u64,
    /// Until when the operator has paused the queue; the largest number is until `resume`.
    pub paused_until: Option<Millis>,
    /// The code of the answer that has stopped the queue: key, business or address are wrong.
    pub refused_code: Option<String>,
    /// Until when the circuit breaker is open.
    pub open_until: Option<Millis>,
}
