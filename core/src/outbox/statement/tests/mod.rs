//! The statement says what the machine says, on a real server and in every driver's style.

#[cfg(feature = "outbox-postgres")]
mod postgres;
mod text;

use crate::event::ConversionEvent;
use crate::outbox::entry::Entry;
use crate::tracking::TrackingParams;

pub(super) const BUSINESS: &str = "0192d3a4-7b7c-7def-8123-456789abcdef";

/// An event of this order, with something in every column.
pub(super) fn entry(order_id: Option<&str>, value: &str) -> Entry {
    let tracking = TrackingParams::new("t1", "s1", "c1", "a1").unwrap();
    let event = ConversionEvent::purchase(tracking, order_id.map(str::to_owned), "USD", value);
    let traceparent = Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned());
    Entry::of(&event.build().unwrap(), BUSINESS, traceparent)
}
