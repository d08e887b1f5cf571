//! What arrived: conversions and requests.

use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use http::HeaderMap;
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::counts::Counts;
use crate::event::ConversionEvent;
use crate::issue::Issue;
use crate::model::EventName;

/// So many entries of a kind are kept, the latest ones: a sandbox may run for weeks.
const KEPT: usize = 100_000;

/// So many bytes of their bodies are kept: a body may have a megabyte.
const KEPT_BYTES: usize = 64 << 20;

/// Never in the journal.
const SECRET: [&str; 4] = ["x-api-key", "authorization", "proxy-authorization", "cookie"];

/// A conversion that the sandbox accepted. The latest 100,000 are kept, up to 64 MiB of bodies.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Received {
    /// `Purchase` or `ViewContent`.
    #[serde(serialize_with = "name")]
    pub event_name: EventName,
    /// The order's id, if it has one.
    pub order_id: Option<String>,
    /// The currency, in upper case.
    pub currency: Option<String>,
    /// The total, in the currency's major unit; a text in JSON.
    #[serde(serialize_with = "decimal")]
    pub value: Option<Decimal>,
    /// When the order was placed, in Unix seconds; the moment of arrival where the body is silent.
    pub event_time: i64,
    /// How often this order has come by now, this time included; 1 for an event without an order
    /// id, which nothing can recognise.
    pub times: u64,
    /// Whether this order had come before. The API answers 200 all the same.
    pub duplicate: bool,
    /// The business whose URL it came to.
    pub business_id: String,
    /// What a client that checks events would have been warned of.
    pub warnings: Vec<Issue>,
    /// The request's body as it came: JSON text.
    #[serde(serialize_with = "raw")]
    pub body: String,
}

/// A request to the API, and what became of it. The latest 100,000 are kept, up to 64 MiB of
/// bodies.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Recorded {
    /// The method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The headers by their lower-case names; values of one name are joined by `, `, and secrets
    /// are masked as `***`.
    pub headers: BTreeMap<String, String>,
    /// The body as text.
    pub body: String,
    /// The status that was answered; `None` where a fault gave none.
    pub status: Option<u16>,
    /// The kind of the fault that was played.
    pub fault: Option<&'static str>,
    /// Whether a conversion was recorded.
    pub recorded: bool,
}

/// A request as the journal keeps it, with what its page tells beside it.
#[derive(Debug)]
pub(super) struct Entry {
    /// Its place in the journal, from 1.
    pub number: u64,
    /// The real clock's milliseconds of Unix time when it came.
    pub at: i64,
    /// How often these very bytes have come by now: 2 is a second attempt.
    pub attempt: u64,
    /// Whether the order had been recorded before.
    pub duplicate: bool,
    /// Why nothing would have been recorded, in the API's words.
    pub said: Option<String>,
    /// Every problem of the event, warnings included.
    pub issues: Vec<Issue>,
    pub request: Recorded,
    fingerprint: u64,
}

/// A request that is to be noted.
pub(super) struct Noted {
    pub at: i64,
    pub duplicate: bool,
    pub said: Option<String>,
    pub issues: Vec<Issue>,
    pub request: Recorded,
}

/// What came since the start, or since the last reset, whether it is still kept or not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(super) struct Totals {
    pub requests: u64,
    pub recorded: u64,
    /// Recorded again: Meta drops these.
    pub duplicates: u64,
}

/// The orders that count once.
type Order = (Uuid, EventName, String);

/// The latest entries of a kind.
#[derive(Debug)]
struct Latest<T> {
    entries: VecDeque<T>,
    bytes: usize,
}

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Self { entries: VecDeque::new(), bytes: 0 }
    }
}

impl<T> Latest<T> {
    /// Keeps an entry, and gives those that make room for it; the latest one always stays.
    fn keep(&mut self, entry: T, size: impl Fn(&T) -> usize) -> Vec<T> {
        self.bytes += size(&entry);
        self.entries.push_back(entry);
        let mut gone = Vec::new();
        while self.entries.len() > 1 && (self.entries.len() > KEPT || self.bytes > KEPT_BYTES) {
            let Some(oldest) = self.entries.pop_front() else { break };
            self.bytes -= size(&oldest);
            gone.push(oldest);
        }
        gone
    }
}

#[derive(Debug, Default)]
pub(super) struct Journal {
    received: Latest<(Received, Option<Order>)>,
    requests: Latest<Arc<Entry>>,
    /// Those that are in the journal: an order is forgotten with its last entry.
    orders: Counts<Order>,
    /// The same of a request's bytes.
    attempts: Counts<u64>,
    totals: Totals,
}

impl Journal {
    /// Writes a conversion down; whether its order had come before.
    pub(super) fn record(
        &mut self,
        business_id: Uuid,
        event: &ConversionEvent,
        body: &str,
    ) -> bool {
        let order = event.order_id().map(|id| (business_id, event.event_name(), id.to_owned()));
        let times = order.as_ref().map_or(1, |order| self.orders.saw(order));
        let received = Received {
            event_name: event.event_name(),
            order_id: event.order_id().map(str::to_owned),
            currency: event.currency().map(str::to_owned),
            value: event.value(),
            event_time: event.event_time(),
            times,
            duplicate: times > 1,
            business_id: business_id.hyphenated().to_string(),
            warnings: event.warnings().to_vec(),
            body: body.to_owned(),
        };
        self.totals.recorded += 1;
        self.totals.duplicates += u64::from(times > 1);
        for (_, order) in self.received.keep((received, order), |(event, _)| event.body.len()) {
            if let Some(order) = order {
                self.orders.forget(&order);
            }
        }
        times > 1
    }

    pub(super) fn note(&mut self, noted: Noted) {
        let Noted { at, duplicate, said, issues, request } = noted;
        let fingerprint = fingerprint(&request);
        self.totals.requests += 1;
        let attempt = self.attempts.saw(&fingerprint);
        let number = self.totals.requests;
        let entry = Entry { number, at, attempt, duplicate, said, issues, request, fingerprint };
        for gone in self.requests.keep(Arc::new(entry), |entry| entry.request.body.len()) {
            self.attempts.forget(&gone.fingerprint);
        }
    }

    /// How many conversions were accepted, those included that are not kept any more.
    pub(super) fn accepted(&self) -> usize {
        usize::try_from(self.totals.recorded).unwrap_or(usize::MAX)
    }

    pub(super) fn totals(&self) -> Totals {
        self.totals
    }

    pub(super) fn received(&self) -> Vec<Received> {
        let now = |(received, order): &(Received, Option<Order>)| Received {
            times: order.as_ref().map_or(1, |order| self.orders.times(order)),
            ..received.clone()
        };
        self.received.entries.iter().map(now).collect()
    }

    pub(super) fn requests(&self) -> Vec<Recorded> {
        self.requests.entries.iter().map(|entry| entry.request.clone()).collect()
    }

    /// The number of the oldest request that is kept; of the next one where none is.
    pub(super) fn oldest(&self) -> u64 {
        self.requests.entries.front().map_or(self.totals.requests + 1, |entry| entry.number)
    }

    /// The requests from this number on that are kept, in order.
    pub(super) fn since(&self, number: u64) -> impl Iterator<Item = &Arc<Entry>> {
        let skipped = number.saturating_sub(self.oldest());
        self.requests.entries.iter().skip(usize::try_from(skipped).unwrap_or(usize::MAX))
    }
}

/// What tells a request's bytes from those of others.
fn fingerprint(request: &Recorded) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&request.method, &request.path, &request.body).hash(&mut hasher);
    hasher.finish()
}

/// Headers for the journal.
pub(super) fn headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut shown: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in headers {
        let value = if SECRET.contains(&name.as_str()) {
            "***".into()
        } else {
            String::from_utf8_lossy(value.as_bytes())
        };
        shown
            .entry(name.as_str().to_owned())
            .and_modify(|values| {
                values.push_str(", ");
                values.push_str(&value);
            })
            .or_insert_with(|| value.clone().into_owned());
    }
    shown
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn name<S: Serializer>(name: &EventName, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(name.as_str())
}

#[expect(clippy::ref_option, reason = "serde hands over a reference")]
fn decimal<S: Serializer>(value: &Option<Decimal>, serializer: S) -> Result<S::Ok, S::Error> {
    value.map(|value| value.to_string()).serialize(serializer)
}

/// The body is JSON, or it would not have been accepted.
fn raw<S: Serializer>(body: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serde_json::from_str::<&RawValue>(body)
        .map_err(serde::ser::Error::custom)?
        .serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tracking::TrackingParams;

    fn event(order_id: &str) -> ConversionEvent {
        let tracking = TrackingParams::new("t", "s", "c", "1").unwrap();
        ConversionEvent::purchase(tracking, order_id, "USD", "1").build().unwrap()
    }

    #[test]
    fn bodies_are_kept_up_to_a_bound_and_an_order_is_forgotten_with_its_last_entry() {
        let (mut journal, business, body) = (Journal::default(), Uuid::nil(), "x".repeat(1 << 20));
        for id in 0..70 {
            journal.record(business, &event(&id.to_string()), &body);
        }
        let received = journal.received();
        assert_eq!((received.len(), journal.accepted(), journal.orders.len()), (64, 70, 64));
        assert_eq!(received[0].order_id.as_deref(), Some("6"));
        // The first order is not known any more, the last one is.
        for (id, times) in [("0", 1), ("69", 2)] {
            journal.record(business, &event(id), "{}");
            assert_eq!(journal.received().last().unwrap().times, times, "{id}");
        }
    }

    #[test]
    fn entries_are_kept_up_to_a_bound() {
        let mut latest = Latest::default();
        let size = |entry: &usize| *entry;
        for _ in 0..=KEPT {
            latest.keep(1, size);
        }
        assert_eq!((latest.entries.len(), latest.bytes), (KEPT, KEPT));
        latest.keep(KEPT_BYTES + 1, size);
        assert!(latest.entries == [KEPT_BYTES + 1], "the latest one stays, however large");
    }
}
