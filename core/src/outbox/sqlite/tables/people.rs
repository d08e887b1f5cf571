//! Events as people ask about them.

use rusqlite::{Connection, Row as Columns, ToSql, params};

use super::control::count;
use super::rows::limit;
use super::seal::Key;
use crate::outbox::record::Record;
use crate::outbox::state::{Millis, State};
use crate::outbox::table::{Filter, Which};

const COLUMNS: &str = "
    id, event_name, order_id, state, due_at, attempts, enqueued_at, first_attempt_at,
    ambiguous_since, finished_at, code, status, message, reason, event_time, currency, value,
    wire IS NOT NULL, issues, forgotten_at, key";

pub(super) fn records(
    connection: &Connection,
    business_id: &str,
    filter: &Filter,
) -> rusqlite::Result<Vec<Record>> {
    let (which, meant): (_, &dyn ToSql) = match &filter.which {
        None => ("?4 IS NULL", &None::<i64>),
        Some(Which::Id(id)) => ("id = ?4", id),
        Some(Which::Key(key)) => ("conversion_key = ?4", key),
        Some(Which::Tracking(hash)) => ("tracking_hash = ?4", hash),
    };
    let question = format!(
        "SELECT {COLUMNS} FROM connectly_outbox JOIN connectly_outbox_keys USING (id)
         WHERE business_id = ?1 AND id > ?2 AND (?3 IS NULL OR code = ?3) AND {which}
             AND {} ORDER BY id LIMIT ?5",
        in_states(&filter.states)
    );
    let by = params![business_id, filter.after, filter.code, meant, limit(filter.most)];
    connection.prepare_cached(&question)?.query_map(by, record)?.collect()
}

/// In the form in which an index says which rows it holds.
fn in_states(states: &[State]) -> String {
    let known = State::ALL.iter().filter(|state| states.contains(state));
    let terms: Vec<_> = known.map(|state| format!("state = '{state}'")).collect();
    match terms.len() {
        0 => "FALSE".to_owned(),
        all if all == State::ALL.len() => "TRUE".to_owned(),
        _ => format!("({})", terms.join(" OR ")),
    }
}

fn record(columns: &Columns<'_>) -> rusqlite::Result<Record> {
    let key: Key = columns.get(20)?;
    Ok(Record {
        id: columns.get(0)?,
        event_name: columns.get(1)?,
        order_id: key.text(columns, 2)?,
        state: columns.get(3)?,
        due_at: columns.get(4)?,
        attempts: columns.get(5)?,
        enqueued_at: columns.get(6)?,
        first_attempt_at: columns.get(7)?,
        ambiguous_since: columns.get(8)?,
        finished_at: columns.get(9)?,
        code: columns.get(10)?,
        status: columns.get(11)?,
        message: key.text(columns, 12)?,
        reason: key.text(columns, 13)?,
        event_time: columns.get(14)?,
        currency: key.text(columns, 15)?,
        value: key.text(columns, 16)?,
        has_payload: columns.get(17)?,
        issues: key.text(columns, 18)?,
        forgotten_at: columns.get(19)?,
    })
}

const AGES: &str = "
    SELECT
        (SELECT min(due_at) FROM connectly_outbox
            WHERE business_id = ?1 AND state = 'pending' AND due_at BETWEEN 0 AND ?2),
        (SELECT min(due_at) FROM connectly_outbox
            WHERE business_id = ?1 AND state = 'held' AND due_at BETWEEN 0 AND ?2),
        (SELECT count(*) FROM connectly_outbox
            WHERE business_id = ?1 AND state = 'held' AND event_time < ?3)";

pub(super) fn ages(
    connection: &Connection,
    business_id: &str,
    now: Millis,
    placed_before: i64,
) -> rusqlite::Result<(Option<Millis>, u64)> {
    let by = params![business_id, now, placed_before];
    connection.prepare_cached(AGES)?.query_row(by, |row| {
        let due: [Option<Millis>; 2] = [row.get(0)?, row.get(1)?];
        Ok((due.into_iter().flatten().min(), count(row, 2)?))
    })
}
