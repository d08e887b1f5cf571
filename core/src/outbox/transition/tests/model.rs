//! Whatever happens in whatever order: a model that knows the arrows of `OUTBOX.md` and the
//! promises, and nothing of how they are kept.

use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::arrows::{self, Arrow, who};
use super::support::*;
use crate::delivery::Disposition;
use crate::outbox::command::{Command, Hold, Outcome};
use crate::outbox::decision::{Decision, Effect, Payload};
use crate::outbox::row::Row;
use crate::outbox::state::{Millis, State};
use crate::outbox::transition::{Context, transition};

/// What happens next, and after how long.
#[derive(Debug, Clone)]
pub(super) struct Step {
    wait: Millis,
    random: f64,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    Command(Command),
    /// With a lease that is this far from the current one.
    Finish(i64, Outcome),
    GiveBack(i64),
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let dispositions = prop::sample::select(vec![
        Disposition::NeverSent,
        Disposition::NotRecorded,
        Disposition::Ambiguous,
        Disposition::Refused,
        Disposition::Misconfigured,
    ]);
    let asks = prop::option::of(prop::sample::select(vec![0, SECOND, HOUR, 30 * DAY]));
    let failed = (dispositions, asks, any::<bool>()).prop_map(|(disposition, asks, is_404)| {
        match failed(disposition) {
            Outcome::Failed { code, status, message, disposition, .. } => {
                let status = if is_404 && status == Some(401) { Some(404) } else { status };
                Outcome::Failed { disposition, code, status, message, retry_after: asks }
            }
            accepted @ Outcome::Accepted { .. } => accepted,
        }
    });
    prop_oneof![1 => Just(accepted()), 6 => failed]
}

fn what() -> impl Strategy<Value = What> {
    let hold = prop::sample::select(vec![
        None,
        Some(Hold::UntilReleased),
        Some(Hold::Until(START + HOUR)),
        Some(Hold::Until(START + 9 * DAY)),
    ]);
    let enqueue = (hold, any::<bool>()).prop_map(|(hold, is_first)| Command::Enqueue {
        content_hash: content(if is_first { "first" } else { "other" }),
        has_order_id: true,
        hold,
    });
    let invalid = Command::EnqueueInvalid { has_order_id: true, message: "no price".to_owned() };
    let off = || prop::sample::select(vec![0, 0, 0, 0, -1, 1]);
    let command = |command: Command| Just(What::Command(command));
    prop_oneof![
        3 => enqueue.prop_map(What::Command),
        1 => command(without_order_id()),
        1 => command(invalid),
        1 => command(skip()),
        1 => command(cancel()),
        1 => command(Command::Release),
        1 => command(REPLAY),
        1 => command(FORCE),
        1 => command(Command::Forget),
        10 => command(Command::Claim),
        8 => (off(), outcome()).prop_map(|(off, outcome)| What::Finish(off, outcome)),
        1 => off().prop_map(What::GiveBack),
        2 => command(Command::Elapse),
    ]
}

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let waits = vec![0, 1, SECOND, 50 * SECOND, LEASE, HOUR, DAY, WINDOW];
    let random = prop::sample::select(vec![0.0, 0.5, 1.0]);
    let step = (prop::sample::select(waits), random, what())
        .prop_map(|(wait, random, what)| Step { wait, random, what });
    prop::collection::vec(step, 1..40)
}

/// What chance finds too rarely: a receipt for an event that was replaced by a held one.
pub(super) fn rare() -> Vec<Step> {
    let what = [
        What::Command(enqueue(None)),
        What::Command(Command::Claim),
        What::Finish(0, failed(Disposition::Refused)),
        What::Command(enqueue(Some(Hold::UntilReleased))),
        What::Finish(0, accepted()),
    ];
    what.into_iter().map(|what| Step { wait: 0, random: 0.5, what }).collect()
}

/// The event, and what an observer remembers of it.
#[derive(Default)]
pub(super) struct Walk {
    row: Option<Row>,
    now: Millis,
    /// The claim that is open.
    claimed_at: Millis,
    /// The first attempt that ended, or may have.
    first_attempt: Option<Millis>,
    /// The first of which nobody knows.
    unknown_since: Option<Millis>,
    /// When the API accepted another event.
    pub(super) others: Option<Millis>,
    pub(super) arrows: Vec<Arrow>,
    /// Whether everything goes through JSON and back.
    is_stored: bool,
}

fn round_trip<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) {
    let text = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), value, "{text}");
}

impl Walk {
    pub(super) fn begin(is_stored: bool) -> Self {
        Self { now: START, is_stored, ..Self::default() }
    }

    pub(super) fn step(&mut self, step: &Step) {
        self.now += step.wait;
        let lease_no = self.row.as_ref().map_or(0, |row| row.lease_no);
        let command = match &step.what {
            What::Command(command) => command.clone(),
            What::Finish(off, outcome) => {
                Command::Finish { lease_no: (lease_no + off).max(1), outcome: outcome.clone() }
            }
            What::GiveBack(off) => Command::GiveBack { lease_no: (lease_no + off).max(1) },
        };
        let context =
            Context { random: step.random, last_accepted_at: self.others, ..at(self.now) };
        let at_once = transition(self.row.as_ref(), &command, &context);
        if self.is_stored {
            round_trip(&command);
            round_trip(&context);
            round_trip(&at_once);
        }
        // The clock, and then the command, each with its arrow.
        self.decide(&Command::Elapse, &context);
        let after = self.decide(&command, &context);
        assert_eq!(at_once.state, after.state, "the clock comes first in {command:?}");
        assert_eq!(at_once.row.as_ref().or(self.row.as_ref()), self.row.as_ref());
    }

    fn decide(&mut self, command: &Command, context: &Context) -> Decision {
        let before = self.row.clone();
        let decision = transition(before.as_ref(), command, context);
        let after = decision.row.clone().or_else(|| before.clone());
        assert!(
            decision.row.is_none() || decision.row != before,
            "what is the same is not written"
        );
        assert_eq!(decision.state, after.as_ref().map(|row| row.state));
        if let Some(after) = &after {
            let name = before.as_ref().map(|row| row.state.as_str());
            if name != Some(after.state.as_str()) {
                self.arrows.push((name, who(command), after.state.as_str()));
            }
            self.check(before.as_ref(), command, &decision, after);
        }
        self.row = after;
        decision
    }

    fn check(&mut self, before: Option<&Row>, command: &Command, decision: &Decision, after: &Row) {
        let lease_no = before.map_or(0, |row| row.lease_no);
        let claimed = decision.effect == Effect::Claimed;
        assert_eq!(after.lease_no, lease_no + i64::from(claimed), "a number for every claim");
        assert!(after.attempts <= before.map_or(0, |row| row.attempts) + 1);
        assert_eq!(
            claimed,
            after.state == State::Leased && before.map(|r| r.state) != Some(State::Leased)
        );
        if claimed {
            assert_eq!(before.map(|row| row.state), Some(State::Pending));
            self.may_be_sent(after);
            self.claimed_at = self.now;
        }
        self.remember(before, command, decision, after);
        if after.state != State::Leased && self.first_attempt.is_some() {
            assert_eq!(after.first_attempt_at, self.first_attempt, "the first stays the first");
        }
        check_end(before, command, decision, after);
    }

    /// Never again what may count twice.
    fn may_be_sent(&self, row: &Row) {
        assert!(row.has_payload, "there is nothing to send");
        let Some(since) = self.unknown_since else { return };
        assert!(row.has_order_id, "sent again without an order id");
        assert!(self.now + 10 * SECOND - since <= WINDOW, "sent again outside the window");
    }

    fn remember(
        &mut self,
        before: Option<&Row>,
        command: &Command,
        decision: &Decision,
        after: &Row,
    ) {
        let was_leased = before.is_some_and(|row| row.state == State::Leased);
        let is_given_back = matches!(command, Command::GiveBack { .. });
        if was_leased && after.state != State::Leased && !is_given_back {
            self.first_attempt.get_or_insert(self.claimed_at);
            let is_unknown = match command {
                Command::Finish { outcome: Outcome::Failed { disposition, .. }, .. } => {
                    *disposition == Disposition::Ambiguous
                }
                command => *command == Command::Elapse,
            };
            if is_unknown {
                self.unknown_since.get_or_insert(self.claimed_at);
            }
        }
        if *command == FORCE && decision.effect == Effect::Moved {
            let is_safe = |since| after.has_order_id && self.now + 10 * SECOND - since <= WINDOW;
            self.unknown_since = self.unknown_since.filter(|since| is_safe(*since));
        }
    }
}

fn check_end(before: Option<&Row>, command: &Command, decision: &Decision, after: &Row) {
    if after.forgotten_at.is_some() {
        let reason = after.reason.as_deref().filter(|reason| *reason != "forgotten");
        let kept = (after.has_payload, &after.message, after.content_hash, reason);
        assert_eq!(kept, (false, &None, None, None), "forgotten");
        let is_new = before.is_none_or(|row| row.forgotten_at.is_none());
        assert_eq!(decision.payload == Payload::Erase, is_new);
    }
    let is_over = |row: &&Row| !row.state.is_live();
    if let Some(before) = before.filter(is_over).filter(|row| row.state != after.state) {
        let receipt = matches!(command, Command::Finish { outcome: Outcome::Accepted { .. }, .. });
        let anew = matches!(who(command), "replay" | "enqueue");
        assert!(anew || receipt, "{command:?} moved what was over: {before:?}");
    }
    assert_eq!(after.finished_at.is_some(), !after.state.is_live());
    assert_eq!(after.lease_until.is_some(), after.state == State::Leased);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_promise_is_broken_in_any_order(steps in steps(), others in any::<bool>()) {
        let allowed = arrows::of_the_page();
        let mut walk = Walk::begin(true);
        for step in &steps {
            walk.others = others.then_some(walk.now);
            walk.step(step);
            for arrow in walk.arrows.drain(..) {
                prop_assert!(allowed.contains(&arrow), "{arrow:?} is not on the page");
            }
        }
    }
}
