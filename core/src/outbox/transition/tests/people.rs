//! What a shop and its operator ask.

use super::support::*;
use crate::delivery::Disposition;
use crate::outbox::command::{Command, Hold};
use crate::outbox::decision::{Effect, Payload};
use crate::outbox::state::State;

#[test]
fn a_new_event_is_pending_at_once_or_held() {
    let pending = Event::pending();
    assert_eq!((pending.state(), pending.row().due_at), (State::Pending, Some(START)));
    let held = Event::held();
    assert_eq!((held.state(), held.row().due_at), (State::Held, None));
    let until = Event::unknown().after(&enqueue(Some(Hold::Until(START + HOUR))));
    assert_eq!((until.state(), until.row().due_at), (State::Held, Some(START + HOUR)));
    let past = Event::unknown().after(&enqueue(Some(Hold::Until(START))));
    assert_eq!(past.state(), State::Pending);
}

#[test]
fn a_hold_ends_at_its_time_and_not_before() {
    let held = Event::unknown().after(&enqueue(Some(Hold::Until(START + HOUR))));
    assert_eq!(held.clone().later(HOUR - 1).after(&Command::Claim).state(), State::Held);
    assert_eq!(held.clone().later(HOUR).after(&Command::Elapse).state(), State::Pending);
    assert_eq!(held.later(HOUR).after(&Command::Claim).state(), State::Leased);
}

#[test]
fn until_release_never_lapses() {
    let held = Event::held().later(365 * DAY);
    assert_eq!(held.clone().after(&Command::Claim).state(), State::Held);
    assert_eq!(held.after(&Command::Release).after(&Command::Claim).state(), State::Leased);
}

#[test]
fn an_invalid_event_is_kept_as_rejected_without_a_payload() {
    let invalid = Command::EnqueueInvalid { has_order_id: true, message: "no price".to_owned() };
    let event = Event::unknown().after(&invalid);
    assert_eq!((event.state(), event.row().has_payload), (State::Rejected, false));
    assert_eq!(event.effect(&REPLAY), Effect::PayloadGone);
    // The repaired event takes its place.
    assert_eq!(event.effect(&enqueue(None)), Effect::Replaced);
    // A valid event that waits is worth more.
    assert_eq!(Event::held().effect(&invalid), Effect::Duplicate);
    assert_eq!(Event::in_state(State::Skipped).effect(&invalid), Effect::Replaced);
}

#[test]
fn an_event_is_replaced_only_where_nothing_was_counted() {
    let other = Command::Enqueue { content_hash: content("other"), has_order_id: true, hold: None };
    for &state in State::ALL {
        let event = Event::in_state(state);
        let replaceable = matches!(state, State::Held | State::Rejected | State::Skipped);
        let (same, differs) = (event.effect(&enqueue(None)), event.effect(&other));
        if replaceable {
            assert_eq!((same, differs), (Effect::Replaced, Effect::Replaced), "{state}");
            assert_eq!(event.decide(&other).payload, Payload::Take, "{state}");
        } else {
            assert_eq!((same, differs), (Effect::Duplicate, Effect::Conflict), "{state}");
            assert_eq!(event.decide(&other).row, None, "{state}");
        }
    }
}

#[test]
fn a_rejection_after_an_unknown_outcome_is_replaced_within_the_window_only() {
    let event = Event::pending().attempt(Disposition::Ambiguous).attempt(Disposition::Refused);
    assert_eq!(event.state(), State::Rejected);
    assert_eq!(event.effect(&enqueue(None)), Effect::Replaced);
    assert_eq!(event.clone().later(WINDOW).effect(&enqueue(None)), Effect::Duplicate);
    assert_eq!(event.later(WINDOW).effect(&REPLAY), Effect::NeedsForce);
}

#[test]
fn a_held_event_stays_held_unless_told_otherwise() {
    let held = Event::held().after(&enqueue(None));
    assert_eq!((held.state(), held.row().due_at), (State::Held, None));
    let until = held.after(&enqueue(Some(Hold::Until(START + HOUR))));
    assert_eq!(until.row().due_at, Some(START + HOUR));
    assert_eq!(until.after(&enqueue(Some(Hold::Until(START)))).state(), State::Pending);
}

#[test]
fn what_was_sent_is_not_taken_back() {
    for &state in State::ALL {
        let event = Event::in_state(state);
        let takes = matches!(state, State::Held | State::Pending);
        for command in [cancel(), skip()] {
            let after = event.clone().after(&command);
            let wanted = if takes { State::Cancelled } else { state };
            assert_eq!(after.state(), wanted, "{command:?} in {state}");
        }
        let released = event.after(&Command::Release);
        assert_eq!(released.state() != state, state == State::Held, "release in {state}");
    }
}

#[test]
fn a_reason_is_kept_until_the_event_goes_out_after_all() {
    let event = Event::pending().after(&cancel());
    assert_eq!(event.row().reason.as_deref(), Some("refused at the door"));
    assert_eq!(event.after(&REPLAY).row().reason, None);
}

#[test]
fn a_replay_begins_anew_but_for_the_first_attempt() {
    let event = Event::pending().attempt(Disposition::NotRecorded).attempt(Disposition::Refused);
    let first = event.row().first_attempt_at;
    let replayed = event.later(DAY).after(&REPLAY);
    let row = replayed.row();
    assert_eq!((row.state, row.attempts, row.lost_claims), (State::Pending, 0, 0));
    assert_eq!((row.trying_since, row.finished_at), (None, None));
    assert_eq!((row.first_attempt_at, first), (Some(START), Some(START)));
}

#[test]
fn what_may_count_twice_is_replayed_by_force_only() {
    // Without an order id, Meta could not tell the second from another order.
    let dead = Event::in_state(State::Dead);
    assert_eq!(dead.effect(&REPLAY), Effect::NeedsForce);
    assert_eq!(dead.after(&FORCE).state(), State::Pending);
    // With one, within 48 hours it can.
    let event = Event::pending().attempt(Disposition::Ambiguous).after(&cancel());
    assert_eq!(event.effect(&REPLAY), Effect::Moved);
    let late = event.later(WINDOW);
    assert_eq!(late.effect(&REPLAY), Effect::NeedsForce);
    // Whoever forces takes the risk once: it is sent again, and the window begins anew.
    let forced = late.after(&FORCE).attempt(Disposition::Ambiguous);
    assert_eq!(forced.state(), State::Pending);
}

#[test]
fn the_window_begins_with_the_first_attempt_that_may_have_been_recorded() {
    // Five days of an outage in which nobody was reached count nothing.
    let event = Event::pending().attempt(Disposition::NeverSent).later(5 * DAY);
    let event = event.attempt(Disposition::Ambiguous);
    assert_eq!(event.state(), State::Pending);
    assert_eq!(event.row().ambiguous_since, Some(START + 5 * DAY));
}

#[test]
fn what_is_forgotten_holds_nothing_personal_and_is_never_sent() {
    for &state in State::ALL.iter().filter(|state| **state != State::Leased) {
        let event = Event::in_state(state);
        let decision = event.decide(&Command::Forget);
        assert_eq!((decision.effect, decision.payload), (Effect::Forgotten, Payload::Erase));
        let event = event.after(&Command::Forget);
        let row = event.row();
        assert_eq!((row.has_payload, &row.message, row.content_hash), (false, &None, None));
        let waits = matches!(state, State::Held | State::Pending);
        assert_eq!(row.state, if waits { State::Cancelled } else { state });
        assert_eq!(event.effect(&Command::Forget), Effect::Unchanged);
        assert_ne!(event.after(&FORCE).state(), State::Pending, "{state}");
    }
}

#[test]
fn what_is_under_way_is_forgotten_once_its_lease_has_ended() {
    let event = Event::leased();
    assert_eq!(event.effect(&Command::Forget), Effect::ForgetLater);
    let event = event.after(&Command::Forget);
    assert_eq!((event.state(), event.row().has_payload), (State::Leased, true));
    let lease_no = event.row().lease_no;
    let ends = [
        Command::Finish { lease_no, outcome: accepted() },
        Command::Finish { lease_no, outcome: failed(Disposition::NotRecorded) },
        Command::Finish { lease_no, outcome: failed(Disposition::Misconfigured) },
        Command::GiveBack { lease_no },
    ];
    for end in ends {
        let decision = event.decide(&end);
        assert_eq!(decision.payload, Payload::Erase, "{end:?}");
        let row = decision.row.unwrap();
        assert!(!row.has_payload && !row.state.is_live(), "{end:?}: {row:?}");
    }
    let expired = event.later(LEASE).after(&Command::Elapse);
    assert!(!expired.row().has_payload && !expired.state().is_live());
}

#[test]
fn of_an_order_that_is_not_known_there_is_nothing_to_ask() {
    let commands = [
        Command::Release,
        cancel(),
        FORCE,
        Command::Forget,
        Command::Claim,
        Command::Elapse,
        Command::GiveBack { lease_no: 1 },
    ];
    for command in commands {
        let decision = Event::unknown().decide(&command);
        assert_eq!((decision.row, decision.effect), (None, Effect::Missing), "{command:?}");
    }
}
