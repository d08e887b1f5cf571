//! What the tests say it with.

use crate::delivery::Disposition;
use crate::outbox::command::{Command, Hold, Outcome};
use crate::outbox::decision::{Decision, Effect};
use crate::outbox::hash::Hash;
use crate::outbox::row::Row;
use crate::outbox::state::{Millis, State};
use crate::outbox::transition::{Context, transition};

pub(in crate::outbox) const SECOND: Millis = 1_000;
pub(in crate::outbox) const MINUTE: Millis = 60 * SECOND;
pub(in crate::outbox) const HOUR: Millis = 60 * MINUTE;
pub(in crate::outbox) const DAY: Millis = 24 * HOUR;

/// The design's numbers, written down once more.
pub(in crate::outbox) const LEASE: Millis = 60 * SECOND;
pub(in crate::outbox) const WINDOW: Millis = 48 * HOUR;
pub(in crate::outbox) const GIVE_UP_AFTER: Millis = 7 * DAY;

/// Some day.
pub(in crate::outbox) const START: Millis = 1_780_000_000_000;

pub(in crate::outbox) fn at(now: Millis) -> Context {
    Context { now, random: 0.5, paused: 0, last_accepted_at: None, give_up_after: GIVE_UP_AFTER }
}

pub(in crate::outbox) fn content(text: &str) -> Hash {
    Hash::of(text.as_bytes())
}

pub(in crate::outbox) fn enqueue(hold: Option<Hold>) -> Command {
    Command::Enqueue { content_hash: content("first"), has_order_id: true, hold }
}

pub(in crate::outbox) fn without_order_id() -> Command {
    Command::Enqueue { content_hash: content("first"), has_order_id: false, hold: None }
}

pub(in crate::outbox) fn cancel() -> Command {
    Command::Cancel { reason: Some("refused at the door".to_owned()) }
}

pub(in crate::outbox) fn skip() -> Command {
    Command::Skip { reason: "staff".to_owned() }
}

pub(in crate::outbox) const REPLAY: Command = Command::Replay { force: false };
pub(in crate::outbox) const FORCE: Command = Command::Replay { force: true };

pub(in crate::outbox) fn accepted() -> Outcome {
    Outcome::Accepted { status: 200 }
}

pub(in crate::outbox) fn failed(disposition: Disposition) -> Outcome {
    let (code, status) = match disposition {
        Disposition::NeverSent => ("connection_failed", None),
        Disposition::NotRecorded => ("unavailable", Some(503)),
        Disposition::Refused => ("rejected", Some(400)),
        Disposition::Misconfigured => ("unauthenticated", Some(401)),
        _ => ("server_error", Some(500)),
    };
    let (code, message) = (code.to_owned(), "in words".to_owned());
    Outcome::Failed { disposition, code, status, message, retry_after: None }
}

/// One event and its clock.
#[derive(Debug, Clone)]
pub(in crate::outbox) struct Event {
    pub(in crate::outbox) row: Option<Row>,
    pub(in crate::outbox) context: Context,
}

impl Event {
    /// Nothing is known of it.
    pub(in crate::outbox) fn unknown() -> Self {
        Self { row: None, context: at(START) }
    }

    pub(in crate::outbox) fn pending() -> Self {
        Self::unknown().after(&enqueue(None))
    }

    pub(in crate::outbox) fn held() -> Self {
        Self::unknown().after(&enqueue(Some(Hold::UntilReleased)))
    }

    pub(in crate::outbox) fn leased() -> Self {
        Self::pending().after(&Command::Claim)
    }

    pub(in crate::outbox) fn in_state(state: State) -> Self {
        match state {
            State::Held => Self::held(),
            State::Pending => Self::pending(),
            State::Leased => Self::leased(),
            State::Accepted => Self::leased().finish(accepted()),
            State::Rejected => Self::leased().finish(failed(Disposition::Refused)),
            State::Dead => {
                let event = Self::unknown().after(&without_order_id()).after(&Command::Claim);
                event.finish(failed(Disposition::Ambiguous))
            }
            State::Cancelled => Self::pending().after(&cancel()),
            State::Skipped => Self::unknown().after(&skip()),
        }
    }

    pub(in crate::outbox) fn decide(&self, command: &Command) -> Decision {
        transition(self.row.as_ref(), command, &self.context)
    }

    pub(in crate::outbox) fn effect(&self, command: &Command) -> Effect {
        self.decide(command).effect
    }

    pub(in crate::outbox) fn after(self, command: &Command) -> Self {
        let decision = self.decide(command);
        Self { row: decision.row.or(self.row), ..self }
    }

    pub(in crate::outbox) fn later(self, by: Millis) -> Self {
        let now = self.context.now + by;
        Self { context: Context { now, ..self.context }, ..self }
    }

    /// At the moment at which it is due.
    pub(in crate::outbox) fn when_due(self) -> Self {
        let due_at = self.row().due_at.unwrap();
        let by = (due_at - self.context.now).max(0);
        self.later(by)
    }

    /// Its worker tells.
    pub(in crate::outbox) fn finish(self, outcome: Outcome) -> Self {
        let lease_no = self.row().lease_no;
        self.after(&Command::Finish { lease_no, outcome })
    }

    /// Claimed as soon as it is due, and so it ended.
    pub(in crate::outbox) fn attempt(self, disposition: Disposition) -> Self {
        self.when_due().after(&Command::Claim).finish(failed(disposition))
    }

    pub(in crate::outbox) fn row(&self) -> &Row {
        self.row.as_ref().unwrap()
    }

    pub(in crate::outbox) fn state(&self) -> State {
        self.row().state
    }
}
