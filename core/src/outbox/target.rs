//! Which event a shop means.

use std::time::{SystemTime, UNIX_EPOCH};

use super::command::Hold;
use super::hash::Hash;
use super::state::Millis;
use super::table::Which;
use crate::model::EventName;

/// The event that is meant: of an order, or of the number that `enqueue` gave.
///
/// ```
/// use connectly_conversions::{EventName, Target};
///
/// let purchase: Target = "ORD-7821".into();
/// assert_eq!(purchase, Target::order("ORD-7821", EventName::Purchase));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target(Meant);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Meant {
    Id(i64),
    Order { order_id: String, event_name: EventName },
    Tracking(String),
}

impl Target {
    /// The event of this order.
    #[must_use]
    pub fn order(order_id: impl Into<String>, event_name: EventName) -> Self {
        Self(Meant::Order { order_id: order_id.into(), event_name })
    }

    /// The event that `enqueue` gave this number.
    #[must_use]
    pub fn id(id: i64) -> Self {
        Self(Meant::Id(id))
    }

    /// Every event of a customer's tracking id (`cnct_tracking_id`).
    #[must_use]
    pub fn tracking(cnct_tracking_id: impl Into<String>) -> Self {
        Self(Meant::Tracking(cnct_tracking_id.into()))
    }

    /// The rows that are meant.
    pub(super) fn which(&self, business_id: &str) -> Which {
        match &self.0 {
            Meant::Id(id) => Which::Id(*id),
            Meant::Order { order_id, event_name } => {
                Which::Key(Hash::of_conversion(business_id, event_name.as_str(), order_id))
            }
            Meant::Tracking(id) => Which::Tracking(Hash::of(id.as_bytes())),
        }
    }
}

impl From<&str> for Target {
    /// The purchase of this order.
    fn from(order_id: &str) -> Self {
        Self::order(order_id, EventName::Purchase)
    }
}

impl From<i64> for Target {
    fn from(id: i64) -> Self {
        Self::id(id)
    }
}

impl Hold {
    /// Until this time.
    #[must_use]
    pub fn until(time: SystemTime) -> Self {
        Self::Until(millis(time))
    }
}

/// Unix milliseconds; what lies before 1970 is 0.
pub(super) fn millis(time: SystemTime) -> Millis {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX)
}
