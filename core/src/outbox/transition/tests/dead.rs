//! The definition of dead: nothing else dies.

use super::support::*;
use crate::delivery::Disposition;
use crate::outbox::command::{Command, Outcome};
use crate::outbox::state::State;
use crate::outbox::transition::Context;

/// Tries as often as it is due, until it is not pending any more.
fn try_on(mut event: Event, disposition: Disposition) -> Event {
    for _ in 0..100_000 {
        if event.state() != State::Pending {
            return event;
        }
        event = event.attempt(disposition);
    }
    panic!("it never ends: {event:?}");
}

#[test]
fn without_an_order_id_one_unknown_outcome_is_enough() {
    let event = Event::unknown().after(&without_order_id()).attempt(Disposition::Ambiguous);
    assert_eq!(event.state(), State::Dead);
    assert_eq!(event.row().code.as_deref(), Some("unknown_outcome"));
}

#[test]
fn with_an_order_id_unknown_outcomes_end_with_the_window() {
    let event = try_on(Event::pending(), Disposition::Ambiguous);
    assert_eq!(event.state(), State::Dead);
    let tried_for = event.context.now - START;
    assert!(tried_for <= WINDOW, "the last attempt began within it");
    assert!(tried_for > WINDOW - 15 * MINUTE, "and it was used, but for a wait: {tried_for}");
}

#[test]
fn once_unknown_always_unknown() {
    // Nobody was reached since, but the first attempt may have been recorded.
    let event = Event::pending().attempt(Disposition::Ambiguous);
    let event = try_on(event, Disposition::NeverSent);
    assert_eq!(event.state(), State::Dead);
    assert!(event.context.now - START <= WINDOW);
    let without = Event::unknown().after(&without_order_id()).attempt(Disposition::NeverSent);
    assert_eq!(without.state(), State::Pending, "nothing unknown yet");
}

#[test]
fn a_window_that_closed_while_the_queue_was_paused_is_closed() {
    let event = Event::pending().attempt(Disposition::Ambiguous).later(WINDOW);
    assert_eq!(event.after(&Command::Claim).state(), State::Dead);
}

#[test]
fn a_clock_that_was_ahead_does_not_keep_the_window_open() {
    // The attempt was made while the clock was five days ahead; then it was set right.
    let event = Event::pending().later(5 * DAY).attempt(Disposition::Ambiguous).later(-5 * DAY);
    let event = event.after(&Command::Claim).finish(failed(Disposition::NotRecorded));
    assert_eq!(event.state(), State::Pending);
    assert_eq!(event.later(WINDOW).after(&Command::Claim).state(), State::Dead);
}

#[test]
fn an_attempt_must_end_before_the_window_does() {
    let event = Event::pending().attempt(Disposition::Ambiguous);
    let by = |by: i64| event.clone().later(START + WINDOW - by - event.context.now);
    assert_eq!(by(10 * SECOND).after(&Command::Claim).state(), State::Leased);
    assert_eq!(by(10 * SECOND - 1).after(&Command::Claim).state(), State::Dead);
}

#[test]
fn seven_days_of_failures_are_enough() {
    for disposition in [Disposition::NeverSent, Disposition::NotRecorded] {
        let event = try_on(Event::pending(), disposition);
        assert_eq!(event.state(), State::Dead, "{disposition:?}");
        let tried_for = event.context.now - START;
        assert!((GIVE_UP_AFTER..GIVE_UP_AFTER + HOUR).contains(&tried_for), "{tried_for}");
    }
}

#[test]
fn seven_days_count_from_the_first_attempt_and_from_a_replay() {
    let event = Event::pending().later(30 * DAY).attempt(Disposition::NeverSent);
    assert_eq!(event.state(), State::Pending, "held up before its first attempt");
    let dead = try_on(event, Disposition::NeverSent);
    let again = dead.later(DAY).after(&REPLAY).attempt(Disposition::NeverSent);
    assert_eq!(again.state(), State::Pending, "the seven days begin anew");
}

#[test]
fn paused_time_is_not_counted() {
    let event = Event::pending().attempt(Disposition::NeverSent).later(8 * DAY);
    let context = Context { paused: 2 * DAY, ..event.context };
    let event = Event { context, ..event };
    assert_eq!(event.clone().attempt(Disposition::NeverSent).state(), State::Pending);
    assert_eq!(event.later(DAY).attempt(Disposition::NeverSent).state(), State::Dead);
}

#[test]
fn twelve_claims_that_nobody_told_of_are_enough() {
    let mut event = Event::pending();
    for lost in 1..=12 {
        event = event.when_due().after(&Command::Claim).later(LEASE).after(&Command::Elapse);
        let wanted = if lost < 12 { State::Pending } else { State::Dead };
        assert_eq!((event.state(), event.row().lost_claims), (wanted, lost));
    }
}

fn alone(event: Event, status: u16) -> Event {
    let event = event.when_due().after(&Command::Claim);
    // Another event is accepted meanwhile.
    let last_accepted_at = Some(event.context.now);
    let event = Event { context: Context { last_accepted_at, ..event.context }, ..event };
    event.finish(Outcome::Failed {
        disposition: Disposition::Misconfigured,
        code: "not_found".to_owned(),
        status: Some(status),
        message: String::new(),
        retry_after: None,
    })
}

#[test]
fn what_the_api_refuses_alone_three_times_is_dead() {
    for status in [403, 404] {
        let once = alone(Event::pending(), status);
        assert_eq!((once.state(), once.row().attempts), (State::Pending, 1));
        let twice = alone(once, status);
        assert_eq!(twice.state(), State::Pending);
        assert_eq!(alone(twice, status).state(), State::Dead);
    }
    // A key that is wrong is wrong for all.
    let event = (0..5).fold(Event::pending(), |event, _| alone(event, 401));
    assert_eq!((event.state(), event.row().attempts), (State::Pending, 0));
}

#[test]
fn refusals_kill_nothing_as_long_as_nothing_else_is_accepted() {
    let event = (0..1_000)
        .fold(Event::pending(), |event, _| event.later(MINUTE).attempt(Disposition::Misconfigured));
    assert_eq!((event.state(), event.row().attempts), (State::Pending, 0));
}
