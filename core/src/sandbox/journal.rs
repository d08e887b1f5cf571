//! What arrived: conversions and requests.

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

/// Never in the journal.
const SECRET: [&str; 4] = ["x-api-key", "authorization", "proxy-authorization", "cookie"];

/// A conversion that the sandbox accepted.
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

/// A request to the API, and what became of it.
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

#[derive(Debug, Default)]
pub(super) struct Journal {
    received: VecDeque<(Received, Option<Order>)>,
    requests: VecDeque<Recorded>,
    orders: HashMap<Order, u64>,
}

impl Journal {
    pub(super) fn record(&mut self, business_id: Uuid, event: &ConversionEvent, body: &str) {
        let order = event.order_id().map(|id| (business_id, event.event_name(), id.to_owned()));
        let before = order.as_ref().map_or(0, |order| {
            let times = self.orders.entry(order.clone()).or_default();
            *times += 1;
            *times - 1
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
        keep(&mut self.received, (received, order));
    }

    pub(super) fn note(&mut self, request: Recorded) {
        keep(&mut self.requests, request);
    }

    /// How many conversions are kept.
    pub(super) fn accepted(&self) -> usize {
        self.received.len()
    }

    pub(super) fn received(&self) -> Vec<Received> {
        let now = |(received, order): &(Received, Option<Order>)| Received {
            times: order.as_ref().and_then(|order| self.orders.get(order)).copied().unwrap_or(1),
            ..received.clone()
        };
        self.received.iter().map(now).collect()
    }

    pub(super) fn requests(&self) -> Vec<Recorded> {
        self.requests.iter().cloned().collect()
    }
}

fn keep<T>(entries: &mut VecDeque<T>, entry: T) {
    if entries.len() == KEPT {
        entries.pop_front();
    }
    entries.push_back(entry);
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
