//! An event comes, for the first time or again.

use super::limits::Context;
use super::order::may_send_again;
use crate::outbox::command::{Command, Hold};
use crate::outbox::decision::Effect;
use crate::outbox::hash::Hash;
use crate::outbox::row::Row;
use crate::outbox::state::{Millis, State};

/// The code of an event that was invalid from the start.
const INVALID: &str = "invalid_event";

/// Nothing is known of the order.
pub(super) fn first(command: &Command, context: &Context) -> (Option<Row>, Effect) {
    let row = match command {
        Command::Enqueue { content_hash, has_order_id, hold } => {
            valid(*content_hash, *has_order_id, *hold, context.now)
        }
        Command::EnqueueInvalid { has_order_id, message } => {
            invalid(*has_order_id, message, context.now)
        }
        Command::Skip { reason } => Row {
            reason: Some(reason.clone()),
            // Only an order can be skipped before there is an event of it.
            ..Row::new(State::Skipped, true, context.now)
        },
        _ => return (None, Effect::Missing),
    };
    (Some(row), Effect::Inserted)
}

/// The order is known.
pub(super) fn again(row: Row, command: &Command, context: &Context) -> (Row, Effect) {
    match command {
        Command::Enqueue { content_hash, has_order_id, hold } if is_replaceable(&row, context) => {
            let hold = hold.or((row.state == State::Held).then(|| as_before(&row)));
            let new = valid(*content_hash, *has_order_id, hold, context.now);
            (keep_history(new, &row), Effect::Replaced)
        }
        Command::EnqueueInvalid { has_order_id, message }
            // A valid event that is held is worth more than one that cannot be sent.
            if row.state != State::Held && is_replaceable(&row, context) =>
        {
            let new = invalid(*has_order_id, message, context.now);
            (keep_history(new, &row), Effect::Replaced)
        }
        Command::Enqueue { content_hash, .. } => {
            let differs = row.content_hash.as_ref().is_some_and(|known| known != content_hash);
            (row, if differs { Effect::Conflict } else { Effect::Duplicate })
        }
        _ => (row, Effect::Duplicate),
    }
}

/// Whether nothing of the order was counted, nor may be in a moment.
fn is_replaceable(row: &Row, context: &Context) -> bool {
    match row.state {
        State::Skipped | State::Held => true,
        // Refused in the end, but an attempt before may have been recorded.
        State::Rejected => may_send_again(row, context),
        _ => false,
    }
}

fn as_before(held: &Row) -> Hold {
    held.due_at.map_or(Hold::UntilReleased, Hold::Until)
}

/// What no new event changes: leases that may still speak up, and what Meta may have seen.
fn keep_history(new: Row, old: &Row) -> Row {
    Row {
        lease_no: old.lease_no,
        first_attempt_at: old.first_attempt_at,
        ambiguous_since: old.ambiguous_since,
        ..new
    }
}

fn valid(content_hash: Hash, has_order_id: bool, hold: Option<Hold>, now: Millis) -> Row {
    let (state, due_at) = match hold {
        Some(Hold::UntilReleased) => (State::Held, None),
        Some(Hold::Until(time)) if time > now => (State::Held, Some(time)),
        _ => (State::Pending, Some(now)),
    };
    Row {
        has_payload: true,
        content_hash: Some(content_hash),
        due_at,
        ..Row::new(state, has_order_id, now)
    }
}

fn invalid(has_order_id: bool, message: &str, now: Millis) -> Row {
    Row {
        code: Some(INVALID.to_owned()),
        message: Some(message.to_owned()),
        ..Row::new(State::Rejected, has_order_id, now)
    }
}
