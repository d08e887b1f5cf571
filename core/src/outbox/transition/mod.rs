//! The one function that moves an event of the outbox. Pure: time and chance are arguments.
//!
//! `OUTBOX.md` beside the crate has the drawing: every state, every arrow, who may take it.

mod enqueue;
mod lease;
mod limits;
mod order;
#[cfg(test)]
pub(super) mod tests;

pub use limits::Context;
pub(super) use limits::{ATTEMPT, DAY, span};
pub(crate) use limits::{LEASE, LONGEST_WAIT};

use super::command::Command;
use super::decision::{Decision, Effect, Payload};
use super::row::Row;

/// Decides what a command, an outcome or the passing of time makes of an event.
///
/// `row` is the event of the same business, name and order id, if there is one. A store writes what
/// the decision says, in the transaction in which it read the row, and nothing else.
#[must_use]
pub fn transition(row: Option<&Row>, command: &Command, context: &Context) -> Decision {
    let Some(before) = row else {
        let (row, effect) = enqueue::first(command, context);
        return decision(None, row, effect);
    };
    // What the clock has done comes first, whoever asks.
    let row = lease::elapse(before.clone(), context);
    let (row, effect) = match command {
        Command::Enqueue { .. } | Command::EnqueueInvalid { .. } => {
            enqueue::again(row, command, context)
        }
        Command::Skip { reason } => order::take_back(row, Some(reason), context),
        Command::Cancel { reason } => order::take_back(row, reason.as_deref(), context),
        Command::Release => order::release(row, context),
        Command::Replay { force } => order::replay(row, *force, context),
        Command::Forget => order::forget(row, context),
        Command::Claim => lease::claim(row, context),
        Command::Finish { lease_no, outcome } => lease::finish(row, *lease_no, outcome, context),
        Command::GiveBack { lease_no } => lease::give_back(row, *lease_no, context),
        Command::Elapse => (row, Effect::Unchanged),
    };
    decision(Some(before), Some(row), effect)
}

fn decision(before: Option<&Row>, after: Option<Row>, effect: Effect) -> Decision {
    let state = after.as_ref().map(|row| row.state);
    let row = after.filter(|row| before != Some(row));
    let erased = |row: &Row| row.forgotten_at.is_some();
    let payload = match effect {
        Effect::Inserted | Effect::Replaced => Payload::Take,
        _ if row.as_ref().is_some_and(erased) && !before.is_some_and(erased) => Payload::Erase,
        _ => Payload::Keep,
    };
    let effect = match effect {
        Effect::Unchanged if state != before.map(|row| row.state) => Effect::Moved,
        effect => effect,
    };
    Decision { row, payload, effect, state }
}
