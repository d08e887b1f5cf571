//! What arrived: conversions and requests.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, VecDeque};

use http::HeaderMap;
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use uuid::Uuid;

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

/// How often an order came, and how many of these times are still in the journal.
#[derive(Debug, Default)]
struct Count {
    times: u64,
    kept: u64,
}

#[derive(Debug, Default)]
pub(super) struct Journal {
    received: Latest<(Received, Option<Order>)>,
    requests: Latest<Recorded>,
    /// Those that are in the journal: an order is forgotten with its last entry.
    orders: HashMap<Order, Count>,
    accepted: usize,
}

impl Journal {
    pub(super) fn record(&mut self, business_id: Uuid, event: &ConversionEvent, body: &str) {
        let order = event.order_id().map(|id| (business_id, event.event_name(), id.to_owned()));
        let before = order.as_ref().map_or(0, |order| {
            let count = self.orders.entry(order.clone()).or_default();
            count.times += 1;
            count.kept += 1;
            count.times - 1
        });
        let received = Received {
            event_name: event.event_name(),
            order_id: event.order_id().map(str::to_owned),
            currency: event.currency().map(str::to_owned),
            value: event.value(),
            event_time: event.event_time(),
            times: 1,
            duplicate: before > 0,
            business_id: business_id.hyphenated().to_string(),
            warnings: event.warnings().to_vec(),
            body: body.to_owned(),
        };
        self.accepted += 1;
        for (_, order) in self.received.keep((received, order), |(event, _)| event.body.len()) {
            if let Some(Entry::Occupied(mut count)) = order.map(|order| self.orders.entry(order)) {
                count.get_mut().kept -= 1;
                if count.get().kept == 0 {
                    count.remove();
                }
            }
        }
    }

    pub(super) fn note(&mut self, request: Recorded) {
        self.requests.keep(request, |request| request.body.len());
    }

    /// How many conversions were accepted, those included that are not kept any more.
    pub(super) fn accepted(&self) -> usize {
        self.accepted
    }

    pub(super) fn received(&self) -> Vec<Received> {
        let now = |(received, order): &(Received, Option<Order>)| Received {
            times: order
                .as_ref()
                .and_then(|order| self.orders.get(order))
                .map_or(1, |count| count.times),
            ..received.clone()
        };
        self.received.entries.iter().map(now).collect()
    }

    pub(super) fn requests(&self) -> Vec<Recorded> {
        self.requests.entries.iter().cloned().collect()
    }
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
