//! What a shop or an operator asks of an event that is known.

use super::limits::{ATTEMPT, Context, span};
use crate::delivery::{Disposition, Resend};
use crate::outbox::decision::Effect;
use crate::outbox::row::Row;
use crate::outbox::state::State;

const FORGOTTEN: &str = "forgotten";

/// Cancel, or skip.
pub(super) fn take_back(row: Row, reason: Option<&str>, context: &Context) -> (Row, Effect) {
    match row.state {
        State::Held | State::Pending => {
            let row = Row { reason: reason.map(str::to_owned), ..row };
            (row.ended(State::Cancelled, context.now), Effect::Moved)
        }
        _ => (row, Effect::Unchanged),
    }
}

pub(super) fn release(row: Row, context: &Context) -> (Row, Effect) {
    match row.state {
        State::Held => (row.pending(context.now), Effect::Moved),
        _ => (row, Effect::Unchanged),
    }
}

pub(super) fn replay(row: Row, force: bool, context: &Context) -> (Row, Effect) {
    match row.state {
        State::Rejected | State::Dead | State::Cancelled if !row.has_payload => {
            (row, Effect::PayloadGone)
        }
        State::Rejected | State::Dead | State::Cancelled => {
            let is_safe = may_send_again(&row, context);
            if !is_safe && !force {
                return (row, Effect::NeedsForce);
            }
            let row = Row {
                attempts: 0,
                lost_claims: 0,
                lone_refusals: 0,
                refused_at: None,
                trying_since: None,
                reason: None,
                // Whoever forces takes the risk, once: the window begins anew.
                ambiguous_since: row.ambiguous_since.filter(|_| is_safe),
                ..row
            };
            (row.pending(context.now), Effect::Moved)
        }
        _ => (row, Effect::Unchanged),
    }
}

/// Whether an attempt that begins now cannot make the order count twice.
pub(super) fn may_send_again(row: &Row, context: &Context) -> bool {
    row.ambiguous_since.is_none_or(|since| {
        let since = span(context.now + ATTEMPT - since);
        Disposition::Ambiguous.resend(row.has_order_id, since) == Resend::Safe
    })
}

pub(super) fn forget(row: Row, context: &Context) -> (Row, Effect) {
    match row.state {
        _ if row.forgotten_at.is_some() => (row, Effect::Unchanged),
        State::Leased => (Row { forget: true, ..row }, Effect::ForgetLater),
        _ => (forgotten(row, context), Effect::Forgotten),
    }
}

/// The row without anything that tells who the customer is. Without its bytes it is never sent.
pub(super) fn forgotten(row: Row, context: &Context) -> Row {
    let row = Row {
        has_payload: false,
        content_hash: None,
        message: None,
        forget: false,
        forgotten_at: Some(context.now),
        ..row
    };
    match row.state {
        State::Held | State::Pending => {
            let row = Row { reason: Some(FORGOTTEN.to_owned()), ..row };
            row.ended(State::Cancelled, context.now)
        }
        // What the shop wrote may name the customer.
        _ => Row { reason: None, ..row },
    }
}
