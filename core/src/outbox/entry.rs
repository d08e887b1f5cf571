//! What the outbox stores of an event.

use bytes::Bytes;

use super::command::{Command, Hold};
use super::hash::Hash;
use crate::event::ConversionEvent;

/// An event beside its state: who it is, what to send, and what an operator may ask about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// In lower case with hyphens.
    pub business_id: String,
    /// `Purchase` or `ViewContent`.
    pub event_name: String,
    /// The order's id.
    pub order_id: Option<String>,
    /// One conversion, one row; `None` without an order id.
    pub key: Option<Hash>,
    /// Of currency, value and contents as on the wire.
    pub content_hash: Option<Hash>,
    /// Of the tracking id, so that a customer's events can be found.
    pub tracking_hash: Option<Hash>,
    /// When the order was placed, in Unix seconds.
    pub event_time: Option<i64>,
    /// The currency, in upper case.
    pub currency: Option<String>,
    /// The total, in the currency's major unit.
    pub value: Option<String>,
    /// The exact bytes to send; `None` for an invalid event and a skipped order.
    pub wire: Option<Bytes>,
    /// The input document of an invalid event.
    pub document: Option<String>,
    /// Its problems, as a JSON list.
    pub issues: Option<String>,
    /// The trace that it was enqueued in, as W3C `traceparent`.
    pub traceparent: Option<String>,
}

impl Entry {
    /// What is stored of a valid event.
    #[must_use]
    pub fn of(event: &ConversionEvent, business_id: &str, traceparent: Option<String>) -> Self {
        let order_id = event.order_id();
        Self {
            content_hash: Some(Hash::of(&event.content())),
            tracking_hash: Some(Hash::of(event.tracking_id().as_bytes())),
            event_time: Some(event.event_time()),
            currency: event.currency().map(str::to_owned),
            value: event.value().map(|value| value.to_string()),
            wire: Some(event.wire()),
            traceparent,
            ..Self::of_order(business_id, event.event_name().as_str(), order_id)
        }
    }

    /// An order without a payload.
    #[must_use]
    pub fn of_order(business_id: &str, event_name: &str, order_id: Option<&str>) -> Self {
        Self {
            business_id: business_id.to_owned(),
            event_name: event_name.to_owned(),
            order_id: order_id.map(str::to_owned),
            key: order_id.map(|order_id| Hash::of_conversion(business_id, event_name, order_id)),
            content_hash: None,
            tracking_hash: None,
            event_time: None,
            currency: None,
            value: None,
            wire: None,
            document: None,
            issues: None,
            traceparent: None,
        }
    }

    /// The command that enqueues it; `None` for an order without a payload.
    #[must_use]
    pub fn enqueue(&self, hold: Option<Hold>) -> Option<Command> {
        let content_hash = self.content_hash?;
        Some(Command::Enqueue { content_hash, has_order_id: self.order_id.is_some(), hold })
    }

    /// The bytes that it counts against the outbox's cap.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.wire.as_ref().map_or(0, |wire| wire.len() as u64)
    }
}
