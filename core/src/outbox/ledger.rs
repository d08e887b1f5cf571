//! What a shop asks of the tables, each in one transaction.

use super::command::{Command, Hold};
use super::decision::Effect;
use super::entry::Entry;
use super::record::{Enqueued, Record, ReplayedEvent};
use super::row::Row;
use super::state::{Millis, State, Verdict};
use super::table::{Change, Filter, Table, Which};
use super::transition::{Context, DAY, transition};
use crate::error::{Error, ErrorCode, ErrorKind, Result};

/// Meta counts no order that was placed longer ago.
const COUNTED_FOR: Millis = 7 * DAY;

/// At most so much is still to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Caps {
    pub(super) rows: u64,
    pub(super) bytes: u64,
}

/// To be asked for after the row was found: whoever waited for its lock sees what another did
/// meanwhile, and a time before that would make its lease seem to lie in the future.
fn context(table: &mut dyn Table) -> Result<Context> {
    let now = table.now()?;
    // What a shop asks depends on neither pause nor other events.
    let random = table.random();
    Ok(Context { now, random, paused: 0, last_accepted_at: None, give_up_after: Millis::MAX })
}

/// Adds an event, unless its order is known.
pub(super) fn enqueue(
    table: &mut dyn Table,
    entry: &Entry,
    hold: Option<Hold>,
    caps: Caps,
) -> Result<Enqueued> {
    let Some(command) = entry.enqueue(hold) else {
        return Err(Error::internal("an order without a payload was enqueued"));
    };
    add(table, entry, &command, caps)
}

/// Adds an order that is not reported, unless it is known.
pub(super) fn skip(
    table: &mut dyn Table,
    entry: &Entry,
    reason: String,
    caps: Caps,
) -> Result<Enqueued> {
    add(table, entry, &Command::Skip { reason }, caps)
}

pub(super) fn add(
    table: &mut dyn Table,
    entry: &Entry,
    command: &Command,
    caps: Caps,
) -> Result<Enqueued> {
    if let Some(new) = add_if_new(table, entry, command)? {
        return Ok(new);
    }
    let known = known(table, entry)?;
    let context = context(table)?;
    let decision = transition(known.as_ref().map(|(_, row)| row), command, &context);
    let is_taken = matches!(decision.effect, Effect::Inserted | Effect::Replaced);
    if is_taken && decision.state.is_some_and(State::is_live) {
        check_caps(table, entry, caps)?;
    }
    let id = match (known, &decision.row) {
        (None, Some(row)) => table.insert(row, entry)?,
        (Some((id, _)), Some(row)) => {
            table.update(id, row, Change::of(decision.payload, Some(entry)))?;
            id
        }
        (Some((id, _)), None) => id,
        (None, None) => return Err(Error::internal("an event was neither known nor added")),
    };
    Ok(Enqueued::new(id, decision.state.unwrap_or(State::Pending), decision.effect))
}

/// Writes down that an order is not reported, unless something is known of it, which stays.
pub(super) fn note(
    table: &mut dyn Table,
    entry: &Entry,
    reason: String,
    caps: Caps,
) -> Result<Enqueued> {
    let command = Command::Skip { reason };
    if let Some(new) = add_if_new(table, entry, &command)? {
        return Ok(new);
    }
    match known(table, entry)? {
        Some((id, row)) => Ok(Enqueued::new(id, row.state, Effect::Duplicate)),
        None => add(table, entry, &command, caps),
    }
}

fn known(table: &mut dyn Table, entry: &Entry) -> Result<Option<(i64, Row)>> {
    match &entry.key {
        Some(key) => Ok(table.find(&entry.business_id, &Which::Key(*key))?.pop()),
        None => Ok(None),
    }
}

/// Adds it to a table that can tell by that whether it is known.
fn add_if_new(table: &mut dyn Table, entry: &Entry, command: &Command) -> Result<Option<Enqueued>> {
    let decision = transition(None, command, &context(table)?);
    let (Some(row), Some(state)) = (&decision.row, decision.state) else { return Ok(None) };
    let id = table.insert_if_new(row, entry)?;
    Ok(id.map(|id| Enqueued::new(id, state, decision.effect)))
}

fn check_caps(table: &mut dyn Table, entry: &Entry, caps: Caps) -> Result<()> {
    let live = table.live()?;
    if live.rows < caps.rows && live.bytes + entry.bytes() <= caps.bytes {
        return Ok(());
    }
    let message = format!(
        "the outbox is full: {} events of {} bytes wait, at most {} of {} bytes are allowed",
        live.rows, live.bytes, caps.rows, caps.bytes
    );
    Err(Error::new(ErrorKind::Outbox, ErrorCode::OutboxFull, message).with_retryable(true))
}

/// What a command did to one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Done {
    pub(super) effect: Effect,
    pub(super) state: State,
}

/// Asks something of every event that is meant; nothing where there is none.
pub(super) fn ask(
    table: &mut dyn Table,
    business_id: &str,
    which: &Which,
    command: &Command,
) -> Result<Vec<Done>> {
    let found = table.find(business_id, which)?;
    let context = context(table)?;
    found.into_iter().map(|(id, row)| apply(table, id, &row, command, &context)).collect()
}

fn apply(
    table: &mut dyn Table,
    id: i64,
    row: &Row,
    command: &Command,
    context: &Context,
) -> Result<Done> {
    let decision = transition(Some(row), command, context);
    if let Some(after) = &decision.row {
        table.update(id, after, Change::of(decision.payload, None))?;
    }
    Ok(Done { effect: decision.effect, state: decision.state.unwrap_or(row.state) })
}

/// Replays what the filter finds; with `plan` it only tells what it would do.
pub(super) fn replay(
    table: &mut dyn Table,
    business_id: &str,
    filter: &Filter,
    force: bool,
    plan: bool,
) -> Result<Vec<ReplayedEvent>> {
    let command = Command::Replay { force };
    let mut events = Vec::new();
    for record in table.records(business_id, filter)? {
        let Some((id, row)) = table.find(business_id, &Which::Id(record.id))?.pop() else {
            continue;
        };
        let context = context(table)?;
        let effect = if plan {
            transition(Some(&row), &command, &context).effect
        } else {
            apply(table, id, &row, &command, &context)?.effect
        };
        events.push(told(record, effect, context.now));
    }
    Ok(events)
}

fn told(record: Record, effect: Effect, now: Millis) -> ReplayedEvent {
    let verdict = match effect {
        Effect::Moved => Verdict::Replayed,
        Effect::PayloadGone => Verdict::PayloadGone,
        Effect::NeedsForce => Verdict::NeedsForce,
        _ => Verdict::Unchanged,
    };
    let is_young = record.event_time.is_none_or(|placed| placed * 1_000 + COUNTED_FOR > now);
    ReplayedEvent { record, verdict, counts: verdict == Verdict::Replayed && is_young }
}
