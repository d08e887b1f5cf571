//! The form of an event on the wire: members in the order of the API's documentation, no nulls,
//! numbers as plain decimals.

use rust_decimal::Decimal;
use serde::ser::{Error, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::model::{ExtraMember, ValidEvent, ValidLine};

/// Writes the request's body.
pub(super) fn write(event: &ValidEvent) -> Vec<u8> {
    let body = Event::of(event, Exact, &event.extra_payload);
    let mut bytes = Vec::with_capacity(512 + 80 * event.contents.len());
    // Made of texts and numbers, which always have a JSON form; memory takes whatever is written.
    let _ = serde_json::to_writer(&mut bytes, &body);
    bytes
}

/// Writes what the order was worth and what was bought, as they are in the request's body.
#[cfg(feature = "outbox")]
pub(super) fn write_content(event: &ValidEvent) -> Vec<u8> {
    let payload = Event::of(event, Exact, &[]).payload;
    let content = (payload.currency, payload.value, payload.contents);
    serde_json::to_vec(&content).unwrap_or_default()
}

/// An event whose amounts are written as `M`.
#[derive(serde::Serialize)]
pub(super) struct Event<'a, M: Serialize> {
    cnct_tracking_id: &'a str,
    #[serde(rename = "event_name")]
    name: &'static str,
    sendout_id: &'a str,
    attribution: Attribution<'a>,
    payload: Payload<'a, M>,
}

#[derive(serde::Serialize)]
struct Attribution<'a> {
    meta_ctwa: MetaCtwa<'a>,
}

#[derive(serde::Serialize)]
struct MetaCtwa<'a> {
    ctwa_clid: &'a str,
    ad_id: &'a str,
}

#[derive(serde::Serialize)]
struct Payload<'a, M: Serialize> {
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<M>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    content_ids: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    num_items: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    contents: Vec<Line<'a, M>>,
    event_time: i64,
    #[serde(flatten)]
    extra: Extra<'a>,
}

#[derive(serde::Serialize)]
struct Line<'a, M: Serialize> {
    id: &'a str,
    quantity: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    item_price: Option<M>,
}

impl<'a, M: Serialize> Event<'a, M> {
    pub(super) fn of(
        event: &'a ValidEvent,
        money: impl Fn(Decimal) -> M,
        extra: &'a [ExtraMember],
    ) -> Self {
        let line = |line: &'a ValidLine| Line {
            id: &line.id,
            quantity: line.quantity,
            item_price: line.item_price.map(&money),
        };
        Self {
            cnct_tracking_id: &event.cnct_tracking_id,
            name: event.event_name.as_str(),
            sendout_id: &event.sendout_id,
            attribution: Attribution {
                meta_ctwa: MetaCtwa { ctwa_clid: &event.ctwa_clid, ad_id: &event.ad_id },
            },
            payload: Payload {
                currency: event.currency.as_deref(),
                value: event.value.map(&money),
                order_id: event.order_id.as_deref(),
                content_type: event.content_type(),
                content_ids: event.content_ids(),
                num_items: event.num_items(),
                contents: event.contents.iter().map(line).collect(),
                event_time: event.event_time,
                extra: Extra(extra),
            },
        }
    }
}

/// Members whose values are JSON text already.
pub(super) struct Extra<'a>(pub &'a [ExtraMember]);

impl Serialize for Extra<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|member| (&member.name, Raw(&member.json))))
    }
}

struct Raw<'a>(&'a str);

impl Serialize for Raw<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::from_str::<&RawValue>(self.0).map_err(S::Error::custom)?.serialize(serializer)
    }
}

/// A decimal as a JSON number of just its digits; a normalised one never needs an exponent.
struct Exact(Decimal);

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Raw(&self.0.to_string()).serialize(serializer)
    }
}
