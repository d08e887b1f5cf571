//! All that the state machine knows of an event.

use serde::{Deserialize, Serialize};

use super::hash::Hash;
use super::state::{Millis, State};

/// One conversion in the ledger, without its payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Where it stands.
    pub state: State,
    /// Whether Meta can tell a resend from a second order.
    pub has_order_id: bool,
    /// Whether there are wire bytes to send.
    pub has_payload: bool,
    /// The hash of currency, value and contents, tells a duplicate from a conflict.
    pub content_hash: Option<Hash>,
    /// Of a pending event: when it may be sent. Of a held one: when it becomes pending by itself;
    /// `None` is never.
    pub due_at: Option<Millis>,
    /// The fencing number: grows with every claim.
    pub lease_no: i64,
    /// When the last claim was.
    pub leased_at: Option<Millis>,
    /// When the lease of a leased event ends.
    pub lease_until: Option<Millis>,
    /// Attempts since it was enqueued or replayed.
    pub attempts: u32,
    /// Claims since then that ended without any outcome.
    pub lost_claims: u32,
    /// Answers 403 or 404 that were for this event alone.
    pub lone_refusals: u32,
    /// The last 403 or 404.
    pub refused_at: Option<Millis>,
    /// The first attempt of all; nothing resets it.
    pub first_attempt_at: Option<Millis>,
    /// The first attempt that may have been recorded: Meta's window begins here.
    pub ambiguous_since: Option<Millis>,
    /// The first attempt since it was enqueued or replayed, on a clock that stands still while the
    /// queue is paused.
    pub trying_since: Option<Millis>,
    /// When it was enqueued.
    pub enqueued_at: Millis,
    /// When it reached a state that no worker moves it from.
    pub finished_at: Option<Millis>,
    /// The code of the last failure.
    pub code: Option<String>,
    /// The HTTP status of the last answer.
    pub status: Option<u16>,
    /// The last failure in words; for a rejected event the API's own.
    pub message: Option<String>,
    /// Why it was skipped or cancelled.
    pub reason: Option<String>,
    /// Whether it is to be forgotten as soon as its lease ends.
    pub forget: bool,
    /// When its personal data was erased.
    pub forgotten_at: Option<Millis>,
}

impl Row {
    /// A row that nothing has happened to.
    #[must_use]
    pub fn new(state: State, has_order_id: bool, now: Millis) -> Self {
        Self {
            state,
            has_order_id,
            has_payload: false,
            content_hash: None,
            due_at: None,
            lease_no: 0,
            leased_at: None,
            lease_until: None,
            attempts: 0,
            lost_claims: 0,
            lone_refusals: 0,
            refused_at: None,
            first_attempt_at: None,
            ambiguous_since: None,
            trying_since: None,
            enqueued_at: now,
            finished_at: (!state.is_live()).then_some(now),
            code: None,
            status: None,
            message: None,
            reason: None,
            forget: false,
            forgotten_at: None,
        }
    }

    /// The same in a state that no worker moves it from.
    #[must_use]
    pub(crate) fn ended(self, state: State, now: Millis) -> Self {
        Self { state, lease_until: None, finished_at: Some(now), ..self }
    }

    /// The same, to be sent at `due_at`.
    #[must_use]
    pub(crate) fn pending(self, due_at: Millis) -> Self {
        Self {
            state: State::Pending,
            due_at: Some(due_at),
            lease_until: None,
            finished_at: None,
            ..self
        }
    }
}
