//! Events that can be told apart wherever they turn up: by their tracking id.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use connectly_conversions::binding::SqliteStore;
use connectly_conversions::{ConversionEvent, Outbox, OutboxBuilder, TrackingParams};
use serde_json::Value;

/// The business of all of them.
pub const BUSINESS: &str = "3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a";

/// Events of these names have no order id.
const WITHOUT_ORDER: &str = "view-";

/// The name of an event.
#[must_use]
pub fn name(producer: &str, number: u64) -> String {
    // One in eight cannot be recognised when it comes twice.
    let kind = if number.is_multiple_of(8) { WITHOUT_ORDER } else { "order-" };
    format!("{kind}{producer}-{number}")
}

/// Whether the API can recognise it.
#[must_use]
pub fn has_order(name: &str) -> bool {
    !name.starts_with(WITHOUT_ORDER)
}

/// The event of this name.
#[must_use]
pub fn event(name: &str) -> ConversionEvent {
    let tracking = TrackingParams::new(name, "so-4815162342", "ARAkLkA8rmlFeiCktEJQ", "1202155594");
    let tracking = tracking.unwrap();
    let event = if has_order(name) {
        ConversionEvent::purchase(tracking, name, "USD", "99.97")
    } else {
        ConversionEvent::view_content(tracking)
    };
    event.build().unwrap()
}

/// The name of the event that these bytes are.
#[must_use]
pub fn of_wire(wire: &[u8]) -> String {
    let body: Value = serde_json::from_slice(wire).unwrap();
    body["cnct_tracking_id"].as_str().unwrap().to_owned()
}

/// The outbox in this file.
pub fn outbox(path: &Path) -> OutboxBuilder {
    Outbox::builder(&format!("sqlite://{}", path.display())).business_id(BUSINESS)
}

/// The outbox in the database of this URL.
pub fn outbox_at(url: &str) -> OutboxBuilder {
    Outbox::builder(url).business_id(BUSINESS)
}

/// The store in this file, whose clock is ahead.
#[must_use]
pub fn store(path: &Path, ahead: Duration) -> SqliteStore {
    let clock = move || {
        let now = SystemTime::now() + ahead;
        now.duration_since(UNIX_EPOCH).unwrap().as_millis().try_into().unwrap()
    };
    SqliteStore::with_clock(path.to_owned(), Arc::new(clock))
}
