//! What a statement is given.

use bytes::Bytes;

use crate::outbox::command::{Command, Hold};
use crate::outbox::entry::Entry;
use crate::outbox::hash::Hash;
use crate::outbox::row::Row;
use crate::outbox::state::{Millis, State};
use crate::outbox::transition::{Context, transition};

/// The value of a parameter; `None` is SQL's `NULL`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parameter {
    /// `text`
    Text(Option<String>),
    /// `bigint`
    Integer(Option<i64>),
    /// `bytea`
    Bytes(Option<Bytes>),
}

/// The parameters of `schema/enqueue.postgres.sql`, in the order in which it has them.
pub(super) fn of(entry: &Entry, command: &Command) -> Vec<(&'static str, Parameter)> {
    let Row { code, message, reason, .. } = first(entry, command);
    let (state, hold_until) = wanted(command);
    let text = |text: &Option<String>| Parameter::Text(text.clone());
    let hash = |hash: Option<Hash>| {
        Parameter::Bytes(hash.map(|hash| Bytes::copy_from_slice(hash.as_bytes())))
    };
    vec![
        ("business_id", Parameter::Text(Some(entry.business_id.clone()))),
        ("event_name", Parameter::Text(Some(entry.event_name.clone()))),
        ("conversion_key", hash(entry.key)),
        ("state", Parameter::Text(Some(state.as_str().to_owned()))),
        ("hold_until", Parameter::Integer(hold_until)),
        ("content_hash", hash(entry.content_hash)),
        ("tracking_hash", hash(entry.tracking_hash)),
        ("order_id", text(&entry.order_id)),
        ("event_time", Parameter::Integer(entry.event_time)),
        ("currency", text(&entry.currency)),
        ("value", text(&entry.value)),
        ("code", Parameter::Text(code)),
        ("message", Parameter::Text(message)),
        ("reason", Parameter::Text(reason)),
        ("document", text(&entry.document)),
        ("issues", text(&entry.issues)),
        ("traceparent", text(&entry.traceparent)),
        ("wire", Parameter::Bytes(entry.wire.clone())),
    ]
}

/// What is asked for: whether a hold is over yet is told by the server's clock.
fn wanted(command: &Command) -> (State, Option<Millis>) {
    match command {
        Command::Enqueue { hold: Some(Hold::Until(time)), .. } => (State::Held, Some(*time)),
        Command::Enqueue { hold: Some(Hold::UntilReleased), .. } => (State::Held, None),
        Command::Enqueue { hold: None, .. } => (State::Pending, None),
        Command::EnqueueInvalid { .. } => (State::Rejected, None),
        _ => (State::Skipped, None),
    }
}

/// The row of an order that nothing is known of. Its times are the server's to write.
fn first(entry: &Entry, command: &Command) -> Row {
    let context =
        Context { now: 0, random: 0.0, paused: 0, last_accepted_at: None, give_up_after: 0 };
    let new = || Row::new(State::Pending, entry.order_id.is_some(), 0);
    transition(None, command, &context).row.unwrap_or_else(new)
}
