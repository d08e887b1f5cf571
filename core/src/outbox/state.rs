//! Where an event of the outbox stands.

use serde::{Deserialize, Serialize};

/// Unix time, or a span of it, in milliseconds.
pub type Millis = i64;

/// Where an event of the outbox stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum State {
    /// It waits for a time, or for `release`.
    Held,
    /// It waits for a worker.
    Pending,
    /// A worker sends it.
    Leased,
    /// The API said that it received it.
    Accepted,
    /// The API refused it, or it was invalid from the start. `replay` may try again.
    Rejected,
    /// It is given up: nobody knows whether it was recorded, or it failed for too long. `replay`
    /// may try again.
    Dead,
    /// It was taken back before it was sent.
    Cancelled,
    /// The shop decided not to report the order.
    Skipped,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 8] = [
        Self::Held,
        Self::Pending,
        Self::Leased,
        Self::Accepted,
        Self::Rejected,
        Self::Dead,
        Self::Cancelled,
        Self::Skipped,
    ];

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Pending => "pending",
            Self::Leased => "leased",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
            Self::Skipped => "skipped",
        }
    }

    /// The state of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Whether the event is still to be sent: only then does it count against the outbox's caps.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Held | Self::Pending | Self::Leased)
    }
}

impl std::fmt::Display for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
