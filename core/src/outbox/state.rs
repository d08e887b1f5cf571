//! Where an event of the outbox stands, and when.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

pub use super::codes::{State, Verdict};

/// Unix time, or a span of it, in milliseconds.
pub type Millis = i64;

impl State {
    /// Whether the event is still to be sent: only then does it count against the outbox's caps.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Held | Self::Pending | Self::Leased)
    }
}

impl<'de> Deserialize<'de> for State {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::named(&name).ok_or_else(|| D::Error::custom("not a state"))
    }
}
