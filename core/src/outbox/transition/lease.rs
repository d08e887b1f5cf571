//! A worker takes an event and tells what came of it; or it does not, and the clock decides.

use super::limits::{
    BACKOFF, Context, LEASE, LONGEST_WAIT, MOST_LONE_REFUSALS, MOST_LOST_CLAIMS, span,
};
use super::order::{forgotten, may_send_again};
use crate::delivery::{Decision, Disposition, Resend, Situation};
use crate::error::ErrorCode;
use crate::outbox::command::Outcome;
use crate::outbox::decision::Effect;
use crate::outbox::row::Row;
use crate::outbox::state::{Millis, State};

/// What the clock alone does.
pub(super) fn elapse(row: Row, context: &Context) -> Row {
    let now = context.now;
    // A moment that is still to come was told by a clock that was ahead: it would keep Meta's
    // window open for too long.
    let row = Row { ambiguous_since: row.ambiguous_since.map(|since| since.min(now)), ..row };
    match row.state {
        State::Held if row.due_at.is_some_and(|due| due <= now) => {
            Row { state: State::Pending, ..row }
        }
        // A lease that lasts longer than any was given by a clock that was set back since.
        State::Leased if row.lease_until.is_none_or(|end| end <= now || end > now + LEASE) => {
            lost(row, context)
        }
        State::Pending if row.due_at.is_none_or(|due| due > now + LONGEST_WAIT) => row.pending(now),
        _ => row,
    }
}

/// Nobody knows whether the worker sent it.
fn lost(row: Row, context: &Context) -> Row {
    let row = Row { lost_claims: row.lost_claims + 1, ..row };
    let message = "its worker ended without telling what came of it";
    let row = if row.lost_claims >= MOST_LOST_CLAIMS {
        dead(ambiguous(row, context), context)
    } else {
        let disposition = Disposition::Ambiguous;
        let code = ErrorCode::UnknownOutcome.as_str();
        let lease_expired = Failed { disposition, code, status: None, retry_after: None };
        retry_or_die(row, &lease_expired, context)
    };
    let code = Some(ErrorCode::UnknownOutcome.as_str().to_owned());
    let message = Some(message.to_owned());
    settle(Row { code, message, status: None, ..row }, context)
}

pub(super) fn claim(row: Row, context: &Context) -> (Row, Effect) {
    let now = context.now;
    if row.state != State::Pending || row.due_at.is_some_and(|due| due > now) {
        return (row, Effect::Unchanged);
    }
    // The window may have closed while the queue was paused.
    if !may_send_again(&row, context) {
        let code = Some(ErrorCode::UnknownOutcome.as_str().to_owned());
        return (dead(Row { code, ..row }, context), Effect::Moved);
    }
    let row = Row {
        state: State::Leased,
        lease_no: row.lease_no + 1,
        leased_at: Some(now),
        lease_until: Some(now + LEASE),
        attempts: row.attempts + 1,
        first_attempt_at: row.first_attempt_at.or(Some(now)),
        trying_since: row.trying_since.or(Some(now - context.paused)),
        ..row
    };
    (row, Effect::Claimed)
}

/// The claim counts as if it had not been.
pub(super) fn give_back(row: Row, lease_no: i64, context: &Context) -> (Row, Effect) {
    if row.state != State::Leased || row.lease_no != lease_no {
        return (row, Effect::LeaseLost);
    }
    let first_attempt_at = row.first_attempt_at.filter(|first| Some(*first) != row.leased_at);
    let due_at = row.due_at.unwrap_or(row.enqueued_at);
    let row = uncounted(Row { first_attempt_at, ..row }).pending(due_at);
    (settle(row, context), Effect::Moved)
}

fn uncounted(row: Row) -> Row {
    let attempts = row.attempts.saturating_sub(1);
    Row { attempts, trying_since: row.trying_since.filter(|_| attempts > 0), ..row }
}

pub(super) fn finish(
    row: Row,
    lease_no: i64,
    outcome: &Outcome,
    context: &Context,
) -> (Row, Effect) {
    let row = match outcome {
        // A receipt is a fact, whoever brings it: without it the event would go out again.
        Outcome::Accepted { status } if lease_no <= row.lease_no => {
            if row.state == State::Accepted {
                return (row, Effect::LeaseLost);
            }
            let status = Some(*status);
            let row = Row { status, code: None, message: None, reason: None, ..row };
            row.ended(State::Accepted, context.now)
        }
        Outcome::Failed { disposition, code, status, message, retry_after }
            if row.state == State::Leased && row.lease_no == lease_no =>
        {
            let failed = Failed {
                disposition: *disposition,
                code,
                status: *status,
                retry_after: retry_after.map(|wait| wait.clamp(0, LONGEST_WAIT)),
            };
            let message = Some(message.clone());
            Row { message, status: *status, ..after_failure(row, &failed, context) }
        }
        _ => return (row, Effect::LeaseLost),
    };
    (settle(row, context), Effect::Moved)
}

struct Failed<'a> {
    disposition: Disposition,
    code: &'a str,
    status: Option<u16>,
    retry_after: Option<Millis>,
}

fn after_failure(row: Row, failed: &Failed<'_>, context: &Context) -> Row {
    let now = context.now;
    let row = Row { code: Some(failed.code.to_owned()), ..row };
    match failed.disposition {
        Disposition::Refused => row.ended(State::Rejected, now),
        Disposition::Misconfigured if concerns_it_alone(&row, failed, context) => {
            let lone_refusals = row.lone_refusals + 1;
            let row = Row { lone_refusals, refused_at: Some(now), ..row };
            if lone_refusals >= MOST_LONE_REFUSALS {
                return dead(row, context);
            }
            // It was not recorded this time.
            retry_or_die(row, &Failed { disposition: Disposition::NotRecorded, ..*failed }, context)
        }
        // The queue is paused; the event waits where it stood.
        Disposition::Misconfigured => {
            let due_at = row.due_at.unwrap_or(row.enqueued_at);
            uncounted(Row { refused_at: Some(now), ..row }).pending(due_at)
        }
        Disposition::NeverSent | Disposition::NotRecorded | Disposition::Ambiguous => {
            retry_or_die(row, failed, context)
        }
    }
}

/// Whether the API takes other events while it says of this one that key or business is wrong.
fn concerns_it_alone(row: &Row, failed: &Failed<'_>, context: &Context) -> bool {
    let since = |time: Option<Millis>| {
        context.last_accepted_at.zip(time).is_some_and(|(accepted, time)| accepted >= time)
    };
    matches!(failed.status, Some(403 | 404)) && (since(row.leased_at) || since(row.refused_at))
}

fn retry_or_die(row: Row, failed: &Failed<'_>, context: &Context) -> Row {
    let now = context.now;
    let earlier = row.ambiguous_since.map(|_| Disposition::Ambiguous);
    let disposition = failed.disposition.after(earlier);
    let row = match disposition {
        Disposition::Ambiguous => ambiguous(row, context),
        _ => row,
    };
    let tried_for = row.trying_since.map_or(0, |since| now - context.paused - since);
    if disposition != Disposition::Ambiguous && tried_for >= context.give_up_after {
        return dead(row, context);
    }
    let decision = BACKOFF.decide(&Situation {
        attempts: row.attempts,
        disposition,
        has_order_id: row.has_order_id,
        retry_after: failed.retry_after.map(span),
        remaining: std::time::Duration::MAX,
        since_first_try: span(now - row.ambiguous_since.unwrap_or(now)),
        random: context.random,
    });
    match decision {
        Decision::RetryAfter(wait) => {
            let wait = Millis::try_from(wait.as_millis()).unwrap_or(LONGEST_WAIT);
            row.pending(now + wait.min(LONGEST_WAIT))
        }
        Decision::GiveUp(Resend::Unsafe) => {
            let code = Some(ErrorCode::UnknownOutcome.as_str().to_owned());
            dead(Row { code, ..row }, context)
        }
        Decision::GiveUp(_) => dead(row, context),
    }
}

/// The attempt under way may have been recorded.
fn ambiguous(row: Row, context: &Context) -> Row {
    let since = row.ambiguous_since.or(row.leased_at).or(Some(context.now));
    Row { ambiguous_since: since, ..row }
}

fn dead(row: Row, context: &Context) -> Row {
    row.ended(State::Dead, context.now)
}

/// The lease is over: a forget that waited for it is done now.
fn settle(row: Row, context: &Context) -> Row {
    if row.forget { forgotten(row, context) } else { row }
}
