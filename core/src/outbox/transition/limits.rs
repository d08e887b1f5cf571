//! The numbers of the state machine, and what it needs to know of the world.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::delivery::RetryPolicy;
use crate::outbox::state::Millis;

const SECOND: Millis = 1_000;
pub(crate) const HOUR: Millis = 60 * 60 * SECOND;
pub(crate) const DAY: Millis = 24 * HOUR;

/// How long a claim is one worker's. Six times what an attempt may take.
pub(crate) const LEASE: Millis = 60 * SECOND;

/// What an attempt may take.
pub(crate) const ATTEMPT: Millis = 10 * SECOND;

/// A server cannot ask to wait longer. Nor does a backoff, so a pending event that seems further
/// away was scheduled by a clock that has been set back since.
pub(crate) const LONGEST_WAIT: Millis = HOUR;

/// A payload that kills its worker is not tried for ever.
pub(crate) const MOST_LOST_CLAIMS: u32 = 12;

/// An event that the API alone does not want, while it takes others.
pub(crate) const MOST_LONE_REFUSALS: u32 = 3;

/// The waits between attempts.
pub(crate) const BACKOFF: RetryPolicy =
    RetryPolicy::new(u32::MAX, Duration::from_millis(500), Duration::from_secs(15 * 60));

/// What a decision depends on beside the row and the command.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Context {
    /// The store's clock.
    pub now: Millis,
    /// Chance, from 0 to 1.
    pub random: f64,
    /// How long the queue has been paused in all, until now.
    pub paused: Millis,
    /// When the API last accepted an event of this business.
    pub last_accepted_at: Option<Millis>,
    /// How long an event that was surely not recorded is tried.
    pub give_up_after: Millis,
}

/// A span as [`crate::delivery`] counts it; what lies behind is zero.
pub(crate) fn span(millis: Millis) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}
