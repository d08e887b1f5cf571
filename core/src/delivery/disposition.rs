//! What a failed attempt means for its event, and the one question about it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Meta drops a second event of the same order id within this time of the first; later it counts
/// twice.
const DEDUP_WINDOW: Duration = Duration::from_secs(48 * 60 * 60);

/// What a failed attempt means for the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Disposition {
    /// The server was never reached.
    NeverSent,
    /// The server says that it did not take the event: 425, 429, 503.
    NotRecorded,
    /// The event may have been recorded.
    Ambiguous,
    /// The event is refused; it would be again.
    Refused,
    /// The sender is misconfigured; every event would be refused.
    Misconfigured,
}

/// Whether the same bytes may be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resend {
    /// Yes: the event was not recorded, or Meta drops the second one.
    Safe,
    /// No: the answer would be the same.
    Useless,
    /// No: nobody knows whether the event was recorded, and a second one could count twice.
    Unsafe,
}

impl Disposition {
    /// Whether the same bytes may be sent again, `since_first_try` after the event's first attempt
    /// began. `has_order_id` says whether Meta can tell a resend from a second order.
    #[must_use]
    pub fn resend(self, has_order_id: bool, since_first_try: Duration) -> Resend {
        match self {
            Self::NeverSent | Self::NotRecorded => Resend::Safe,
            Self::Ambiguous if has_order_id && since_first_try <= DEDUP_WINDOW => Resend::Safe,
            Self::Ambiguous => Resend::Unsafe,
            Self::Refused | Self::Misconfigured => Resend::Useless,
        }
    }

    /// What this attempt means after `earlier` ones: an event that may have been recorded once may
    /// still be, even if the server was not reached since.
    #[must_use]
    pub fn after(self, earlier: Option<Self>) -> Self {
        match (self, earlier) {
            (Self::NeverSent | Self::NotRecorded, Some(Self::Ambiguous)) => Self::Ambiguous,
            (latest, _) => latest,
        }
    }

    /// Whether every other event would fare the same: then none should be tried.
    #[must_use]
    pub fn concerns_all(self) -> bool {
        self == Self::Misconfigured
    }
}
