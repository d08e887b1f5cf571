//! Which events are meant, as records.

use connectly_conversions as core;

use crate::error::{Failure, Result};

/// The event that is meant, or every event of a customer.
#[derive(uniffi::Enum)]
pub(crate) enum MeantRecord {
    Order { order_id: String, event_name: String },
    Id { id: i64 },
    Tracking { tracking_id: String },
}

impl TryFrom<MeantRecord> for core::Target {
    type Error = Failure;

    fn try_from(meant: MeantRecord) -> Result<Self> {
        Ok(match meant {
            MeantRecord::Order { order_id, event_name } => {
                Self::order(order_id, event_name.parse()?)
            }
            MeantRecord::Id { id } => Self::id(id),
            MeantRecord::Tracking { tracking_id } => Self::tracking(tracking_id),
        })
    }
}

/// Which dead letters are replayed.
#[derive(uniffi::Enum)]
pub(crate) enum ReplayRecord {
    One { meant: MeantRecord },
    Code { code: String },
    All,
}

impl TryFrom<ReplayRecord> for core::Dead {
    type Error = Failure;

    fn try_from(which: ReplayRecord) -> Result<Self> {
        Ok(match which {
            ReplayRecord::One { meant } => Self::One(meant.try_into()?),
            ReplayRecord::Code { code } => Self::OfCode(code),
            ReplayRecord::All => Self::All,
        })
    }
}
