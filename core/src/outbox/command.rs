//! What may happen to an event.

use serde::{Deserialize, Serialize};

use super::hash::Hash;
use super::state::Millis;
use crate::delivery::Disposition;

/// What is asked of an event, or what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Command {
    /// A valid event is to be sent.
    Enqueue {
        /// The hash of its currency, value and contents.
        content_hash: Hash,
        /// Whether it has an order id.
        has_order_id: bool,
        /// Until when it is held; `None` is not at all, or, for a held one, as before.
        hold: Option<Hold>,
    },
    /// An event that breaks a rule is kept, to be repaired.
    EnqueueInvalid {
        /// Whether it has an order id.
        has_order_id: bool,
        /// What is wrong.
        message: String,
    },
    /// The order is deliberately not reported.
    Skip {
        /// Why.
        reason: String,
    },
    /// A held event may go now.
    Release,
    /// An event that was not sent is taken back.
    Cancel {
        /// Why.
        reason: Option<String>,
    },
    /// An event that ended without success is sent again.
    Replay {
        /// Also where it could then count twice.
        force: bool,
    },
    /// Its personal data is erased.
    Forget,
    /// A worker takes it.
    Claim,
    /// A worker tells what came of it.
    Finish {
        /// Of the claim.
        lease_no: i64,
        /// What came of it.
        outcome: Outcome,
    },
    /// A worker that stops gives it back unsent.
    GiveBack {
        /// Of the claim.
        lease_no: i64,
    },
    /// Time passes: a hold ends, a lease expires.
    Elapse,
}

/// Until when an event is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    /// Until this time.
    Until(Millis),
    /// Until `release`.
    UntilReleased,
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Outcome {
    /// The API said that it received the event.
    Accepted {
        /// The HTTP status.
        status: u16,
    },
    /// It did not.
    Failed {
        /// What that means for the event.
        disposition: Disposition,
        /// The error's code.
        code: String,
        /// The HTTP status, if an answer came.
        status: Option<u16>,
        /// The error's message.
        message: String,
        /// How long the API asked to wait.
        retry_after: Option<Millis>,
    },
}
