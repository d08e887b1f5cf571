//! Settings that were checked.

use std::time::Duration;

use super::ledger::Caps;
use super::state::Millis;

/// What an outbox goes by once it is made.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) business_id: String,
    pub(super) enqueue_timeout: Duration,
    pub(super) caps: Caps,
    pub(super) give_up_after: Millis,
    pub(super) keep_payloads: Millis,
}
