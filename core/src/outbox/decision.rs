//! What the state machine decides.

use serde::{Deserialize, Serialize};

use super::row::Row;
use super::state::State;

/// What is to be written, and what the caller is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The row as it shall be; `None` where nothing is written.
    pub row: Option<Row>,
    /// What becomes of the payload.
    pub payload: Payload,
    /// What was done.
    pub effect: Effect,
    /// Where the event stands now; `None` where there is none.
    pub state: Option<State>,
}

/// What becomes of a row's payload and of its other personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payload {
    /// It stays.
    Keep,
    /// It becomes the command's.
    Take,
    /// It is erased, with everything that tells who the customer is.
    Erase,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Effect {
    /// There is a new row.
    Inserted,
    /// The event took the place of one of which nothing was counted.
    Replaced,
    /// The same event was there before; it stays.
    Duplicate,
    /// Another event of the same order was there before; it stays.
    Conflict,
    /// The event is in another state now.
    Moved,
    /// Nothing.
    Unchanged,
    /// There is no such event.
    Missing,
    /// A replay is impossible: its payload was erased.
    PayloadGone,
    /// A replay could count the order twice; it has to be forced.
    NeedsForce,
    /// The worker has it.
    Claimed,
    /// The lease is another's now, or over: what the worker tells changes nothing.
    LeaseLost,
    /// Its personal data is erased.
    Forgotten,
    /// Its personal data is erased as soon as its lease ends.
    ForgetLater,
}
