//! What a valid event says.

use std::collections::HashSet;

use rust_decimal::Decimal;

use super::draft::ExtraMember;
use super::name::EventName;

#[derive(Debug)]
pub(crate) struct ValidEvent {
    pub cnct_tracking_id: String,
    pub event_name: EventName,
    pub sendout_id: String,
    pub ctwa_clid: String,
    pub ad_id: String,
    pub currency: Option<String>,
    pub value: Option<Decimal>,
    pub order_id: Option<String>,
    /// As given; [`ValidEvent::content_type`] derives it.
    pub content_type: Option<String>,
    /// As given; [`ValidEvent::content_ids`] derives them.
    pub content_ids: Vec<String>,
    /// As given; [`ValidEvent::num_items`] derives it.
    pub num_items: Option<u32>,
    pub contents: Vec<ValidLine>,
    pub event_time: i64,
    pub extra_payload: Vec<ExtraMember>,
}

#[derive(Debug)]
pub(crate) struct ValidLine {
    pub id: String,
    pub quantity: u32,
    pub item_price: Option<Decimal>,
}

impl ValidEvent {
    /// `product` for an event with items, unless given.
    pub(crate) fn content_type(&self) -> Option<&str> {
        let derived = (!self.contents.is_empty()).then_some("product");
        self.content_type.as_deref().or(derived)
    }

    /// The ids of the items, each once, in their order, unless given.
    pub(crate) fn content_ids(&self) -> Vec<&str> {
        if self.content_ids.is_empty() {
            unique_ids(&self.contents)
        } else {
            self.content_ids.iter().map(String::as_str).collect()
        }
    }

    /// The sum of the quantities, unless given.
    pub(crate) fn num_items(&self) -> Option<u64> {
        let derived = || {
            (!self.contents.is_empty())
                .then(|| self.contents.iter().map(|line| u64::from(line.quantity)).sum())
        };
        self.num_items.map(u64::from).or_else(derived)
    }
}

/// The ids, each once, in the order of their first line.
pub(crate) fn unique_ids(lines: &[ValidLine]) -> Vec<&str> {
    let mut seen = HashSet::with_capacity(lines.len());
    lines.iter().map(|line| line.id.as_str()).filter(|id| seen.insert(*id)).collect()
}
