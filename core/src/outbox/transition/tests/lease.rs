//! Claims, their fencing numbers, and what a worker tells.

use super::support::*;
use crate::delivery::Disposition;
use crate::outbox::command::{Command, Outcome};
use crate::outbox::decision::Effect;
use crate::outbox::state::State;
use crate::outbox::transition::Context;

#[test]
fn a_claim_is_counted_and_fenced() {
    let event = Event::leased();
    let row = event.row();
    assert_eq!((row.state, row.attempts, row.lease_no), (State::Leased, 1, 1));
    assert_eq!((row.leased_at, row.lease_until), (Some(START), Some(START + LEASE)));
    assert_eq!(row.first_attempt_at, Some(START));
    assert_eq!(event.effect(&Command::Claim), Effect::Unchanged);
    assert_eq!(event.later(LEASE - 1).effect(&Command::Claim), Effect::Unchanged);
}

#[test]
fn what_is_not_due_is_not_claimed() {
    let event = Event::pending().attempt(Disposition::NotRecorded);
    assert!(event.row().due_at > Some(START));
    assert_eq!(event.effect(&Command::Claim), Effect::Unchanged);
    assert_eq!(event.when_due().effect(&Command::Claim), Effect::Claimed);
}

#[test]
fn a_worker_whose_lease_was_passed_on_changes_nothing() {
    let event = Event::leased().later(LEASE).after(&Command::Elapse);
    assert_eq!(event.state(), State::Pending);
    let event = event.when_due().after(&Command::Claim);
    assert_eq!(event.row().lease_no, 2);
    for outcome in [
        failed(Disposition::NotRecorded),
        failed(Disposition::Ambiguous),
        failed(Disposition::Refused),
        failed(Disposition::Misconfigured),
    ] {
        let late = Command::Finish { lease_no: 1, outcome };
        assert_eq!(event.effect(&late), Effect::LeaseLost, "{late:?}");
        assert_eq!(event.clone().after(&late).row(), event.row(), "{late:?}");
    }
    assert_eq!(event.effect(&Command::GiveBack { lease_no: 1 }), Effect::LeaseLost);
}

#[test]
fn a_late_receipt_is_a_fact() {
    let late = Command::Finish { lease_no: 1, outcome: accepted() };
    let expired = Event::leased().later(LEASE).after(&Command::Elapse);
    assert_eq!(expired.clone().after(&late).state(), State::Accepted);
    let passed_on = expired.clone().when_due().after(&Command::Claim);
    assert_eq!(passed_on.clone().after(&late).state(), State::Accepted);
    // Its other worker then changes nothing.
    let second = passed_on.after(&late).finish(failed(Disposition::NotRecorded));
    assert_eq!(second.state(), State::Accepted);
    assert_eq!(expired.after(&cancel()).after(&late).state(), State::Accepted);
    // A lease that never was is nobody's.
    let invented = Command::Finish { lease_no: 2, outcome: accepted() };
    assert_eq!(Event::leased().effect(&invented), Effect::LeaseLost);
}

#[test]
fn what_was_not_sent_is_given_back_uncounted() {
    let event = Event::leased().later(SECOND).after(&Command::GiveBack { lease_no: 1 });
    let row = event.row();
    assert_eq!((row.state, row.attempts, row.due_at), (State::Pending, 0, Some(START)));
    assert_eq!((row.first_attempt_at, row.trying_since, row.ambiguous_since), (None, None, None));
    // The number is never used again.
    assert_eq!(event.after(&Command::Claim).row().lease_no, 2);
    // A real attempt before stays the first.
    let event = Event::pending().attempt(Disposition::NotRecorded).when_due();
    let event = event.after(&Command::Claim).after(&Command::GiveBack { lease_no: 2 });
    assert_eq!((event.row().first_attempt_at, event.row().attempts), (Some(START), 1));
}

#[test]
fn a_lease_that_expires_is_an_unknown_outcome() {
    let with = Event::leased().later(LEASE).after(&Command::Elapse);
    assert_eq!(with.state(), State::Pending);
    assert_eq!(with.row().ambiguous_since, Some(START));
    assert_eq!((with.row().lost_claims, with.row().attempts), (1, 1));
    let without = Event::unknown().after(&without_order_id()).after(&Command::Claim);
    let without = without.later(LEASE).after(&Command::Elapse);
    assert_eq!(without.state(), State::Dead);
    assert_eq!(without.row().code.as_deref(), Some("unknown_outcome"));
}

#[test]
fn the_backoff_doubles_from_half_a_second_to_a_quarter_of_an_hour() {
    let mut event = Event::pending();
    let mut waits = Vec::new();
    for _ in 0..14 {
        event.context.random = 1.0;
        event = event.attempt(Disposition::NotRecorded);
        waits.push(event.row().due_at.unwrap() - event.context.now);
    }
    assert_eq!(waits[..4], [500, 1_000, 2_000, 4_000]);
    assert_eq!(waits[13], 15 * MINUTE);
    // Full jitter: down to nothing at all.
    event.context.random = 0.0;
    let event = event.attempt(Disposition::NotRecorded);
    assert_eq!(event.row().due_at, Some(event.context.now));
}

#[test]
fn a_server_may_ask_to_wait_for_up_to_an_hour() {
    let asks = |retry_after| {
        let event = Event::pending().after(&Command::Claim).finish(Outcome::Failed {
            disposition: Disposition::NotRecorded,
            code: "rate_limited".to_owned(),
            status: Some(429),
            message: String::new(),
            retry_after: Some(retry_after),
        });
        event.row().due_at.unwrap() - START
    };
    assert_eq!(asks(20 * MINUTE), 20 * MINUTE);
    assert_eq!(asks(HOUR), HOUR);
    assert_eq!(asks(DAY), HOUR);
    // It is a floor: the wait of the backoff is longer.
    assert_eq!(asks(1), 250);
    assert_eq!(asks(-DAY), 250);
}

#[test]
fn a_refusal_of_the_sender_burns_no_attempt() {
    let event = Event::pending().attempt(Disposition::Misconfigured);
    let row = event.row();
    assert_eq!((row.state, row.attempts, row.due_at), (State::Pending, 0, Some(START)));
    assert_eq!((row.trying_since, row.ambiguous_since), (None, None));
    assert_eq!(row.first_attempt_at, Some(START));
}

#[test]
fn a_clock_that_was_set_back_stops_nothing() {
    let leased = Event::leased().later(-DAY).after(&Command::Elapse);
    assert_eq!(leased.state(), State::Pending, "a lease of more than a day");
    let waiting = Event::pending().attempt(Disposition::NotRecorded).later(-DAY);
    assert_eq!(waiting.effect(&Command::Claim), Effect::Claimed, "a wait of more than a day");
}

#[test]
fn whom_the_clock_has_passed_over_meanwhile_is_told_so() {
    // The hold ends and the claim comes in one decision.
    let event = Event::leased().later(LEASE);
    let decision =
        event.decide(&Command::Finish { lease_no: 1, outcome: failed(Disposition::NotRecorded) });
    assert_eq!((decision.effect, decision.state), (Effect::LeaseLost, Some(State::Pending)));
    let context = Context { paused: DAY, ..event.context };
    let event = Event { context, ..event }.after(&Command::Elapse);
    assert_eq!(event.row().lost_claims, 1);
}
