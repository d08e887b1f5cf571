//! Events as the state machine and a worker want them.

use bytes::Bytes;
use rusqlite::{CachedStatement, Connection, Params, params};

use super::rows::{
    AFTER_ENTRY, AFTER_ROW, AFTER_VALUES, bind_entry, bind_row, entry_values, limit, read,
    row_columns, row_values,
};
use crate::outbox::entry::Entry;
use crate::outbox::row::Row;
use crate::outbox::state::Millis;
use crate::outbox::table::{Change, Due, Which};
use crate::outbox::transition::{LEASE, LONGEST_WAIT};

/// A question for rows.
macro_rules! select_rows {
    ($where:literal) => {
        concat!("SELECT ", row_columns!(), " FROM connectly_outbox WHERE ", $where)
    };
}

const BY_ID: &str = select_rows!("id = ?1 AND business_id = ?2");
const BY_KEY: &str = select_rows!("conversion_key = ?1 AND business_id = ?2");
const BY_TRACKING: &str = select_rows!("tracking_hash = ?1 AND business_id = ?2");

pub(super) fn find(
    connection: &Connection,
    business_id: &str,
    which: &Which,
) -> rusqlite::Result<Vec<(i64, Row)>> {
    match which {
        Which::Id(id) => rows(connection.prepare_cached(BY_ID)?, params![id, business_id]),
        Which::Key(key) => rows(connection.prepare_cached(BY_KEY)?, params![key, business_id]),
        Which::Tracking(hash) => {
            rows(connection.prepare_cached(BY_TRACKING)?, params![hash, business_id])
        }
    }
}

fn rows(mut question: CachedStatement<'_>, by: impl Params) -> rusqlite::Result<Vec<(i64, Row)>> {
    question.query_map(by, read)?.collect()
}

const INSERT: &str = "
    INSERT INTO connectly_outbox (state, has_order_id, content_hash, due_at, lease_no, leased_at,
        lease_until, attempts, lost_claims, lone_refusals, refused_at, first_attempt_at,
        ambiguous_since, trying_since, enqueued_at, finished_at, code, status, message, reason,
        forget, forgotten_at, tracking_hash, order_id, event_time, currency, value, document,
        issues, traceparent, wire, business_id, event_name, conversion_key)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,
        ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34)";

pub(super) fn insert(connection: &Connection, row: &Row, entry: &Entry) -> rusqlite::Result<i64> {
    let mut insert = connection.prepare_cached(INSERT)?;
    bind_row(&mut insert, row)?;
    bind_entry(&mut insert, entry)?;
    insert.raw_bind_parameter(AFTER_ENTRY, &entry.business_id)?;
    insert.raw_bind_parameter(AFTER_ENTRY + 1, &entry.event_name)?;
    insert.raw_bind_parameter(AFTER_ENTRY + 2, entry.key)?;
    insert.raw_execute()?;
    Ok(connection.last_insert_rowid())
}

const KEEP: &str = concat!("UPDATE connectly_outbox SET ", row_values!(), " WHERE id = ?23");
const TAKE: &str = concat!(
    "UPDATE connectly_outbox SET ",
    row_values!(),
    ", ",
    entry_values!(),
    " WHERE id = ?32"
);
const ERASE: &str = concat!(
    "UPDATE connectly_outbox SET ",
    row_values!(),
    ", tracking_hash = NULL, order_id = NULL, currency = NULL, value = NULL, document = NULL, ",
    "issues = NULL, traceparent = NULL, wire = NULL WHERE id = ?23"
);

pub(super) fn update(
    connection: &Connection,
    id: i64,
    row: &Row,
    change: Change<'_>,
) -> rusqlite::Result<()> {
    let (mut update, at) = match change {
        Change::Keep => (connection.prepare_cached(KEEP)?, AFTER_VALUES),
        Change::Erase => (connection.prepare_cached(ERASE)?, AFTER_VALUES),
        Change::Take(_) => (connection.prepare_cached(TAKE)?, AFTER_ENTRY),
    };
    bind_row(&mut update, row)?;
    if let Change::Take(entry) = change {
        bind_entry(&mut update, entry)?;
    }
    update.raw_bind_parameter(at, id)?;
    update.raw_execute()?;
    Ok(())
}

const EXPIRED: &str = concat!(
    "SELECT * FROM (",
    select_rows!("business_id = ?1 AND state = 'leased' AND lease_until <= ?2 LIMIT ?4"),
    ") UNION ALL SELECT * FROM (",
    select_rows!("business_id = ?1 AND state = 'leased' AND lease_until > ?3 LIMIT ?4"),
    ") LIMIT ?4"
);

pub(super) fn expired(
    connection: &Connection,
    business_id: &str,
    now: Millis,
    most: usize,
) -> rusqlite::Result<Vec<(i64, Row)>> {
    let longest = now.saturating_add(LEASE);
    rows(connection.prepare_cached(EXPIRED)?, params![business_id, now, longest, limit(most)])
}

/// Ids first, by the index alone: the rows are long. A pending event that seems far away was
/// scheduled by a clock that has been set back since; it is due.
const DUE: &str = concat!(
    "SELECT ",
    row_columns!(),
    ", wire, event_name, order_id, traceparent FROM (
        SELECT * FROM (
            SELECT due_at AS at, id AS which FROM connectly_outbox
            WHERE business_id = ?1 AND state = 'pending' AND due_at <= ?2
            ORDER BY due_at, id LIMIT ?4)
        UNION ALL SELECT * FROM (
            SELECT due_at, id FROM connectly_outbox
            WHERE business_id = ?1 AND state = 'pending' AND due_at > ?3
            ORDER BY due_at, id LIMIT ?4)
        UNION ALL SELECT * FROM (
            SELECT due_at, id FROM connectly_outbox
            WHERE business_id = ?1 AND state = 'held' AND due_at <= ?2
            ORDER BY due_at, id LIMIT ?4)
        ORDER BY 1, 2 LIMIT ?4)
    CROSS JOIN connectly_outbox ON id = which ORDER BY at, which"
);

pub(super) fn due(
    connection: &Connection,
    business_id: &str,
    now: Millis,
    most: usize,
    last: Option<i64>,
) -> rusqlite::Result<Vec<Due>> {
    let longest = now.saturating_add(LONGEST_WAIT);
    // One more, in case that the last is among the first.
    let wanted = limit(most).saturating_add(last.is_some().into());
    let mut question = connection.prepare_cached(DUE)?;
    let due = question.query_map(params![business_id, now, longest, wanted], |columns| {
        let (id, row) = read(columns)?;
        let wire: Vec<u8> = columns.get(AFTER_ROW)?;
        Ok(Due {
            id,
            row,
            wire: Bytes::from(wire),
            event_name: columns.get(AFTER_ROW + 1)?,
            order_id: columns.get(AFTER_ROW + 2)?,
            traceparent: columns.get(AFTER_ROW + 3)?,
        })
    })?;
    let mut due = due.collect::<rusqlite::Result<Vec<_>>>()?;
    due.sort_by_key(|due| Some(due.id) == last);
    due.truncate(most);
    Ok(due)
}

/// The first and the last of what waits for its time, of holds, and of leases.
const NEXT_DUE: &str = "
    SELECT
        (SELECT min(due_at) FROM connectly_outbox
            WHERE business_id = ?1 AND state = 'pending' AND due_at >= 0),
        (SELECT max(due_at) FROM connectly_outbox
            WHERE business_id = ?1 AND state = 'pending' AND due_at >= 0),
        (SELECT min(due_at) FROM connectly_outbox
            WHERE business_id = ?1 AND state = 'held' AND due_at >= 0),
        (SELECT min(lease_until) FROM connectly_outbox
            WHERE business_id = ?1 AND state = 'leased' AND lease_until >= 0),
        (SELECT max(lease_until) FROM connectly_outbox
            WHERE business_id = ?1 AND state = 'leased' AND lease_until >= 0)";

pub(super) fn next_due(
    connection: &Connection,
    business_id: &str,
    now: Millis,
) -> rusqlite::Result<Option<Millis>> {
    let [pending, latest, held, lease, longest] =
        connection.prepare_cached(NEXT_DUE)?.query_row([business_id], |row| {
            let time = |column: usize| row.get::<_, Option<Millis>>(column);
            Ok([time(0)?, time(1)?, time(2)?, time(3)?, time(4)?])
        })?;
    // No honest clock scheduled these.
    let set_back = latest.is_some_and(|due| due > now.saturating_add(LONGEST_WAIT))
        || longest.is_some_and(|end| end > now.saturating_add(LEASE));
    let next = [pending, held, lease].into_iter().flatten().min();
    Ok(if set_back { next.map(|next| next.min(now)) } else { next })
}

const RETIRE: &str = "
    UPDATE connectly_outbox SET wire = NULL WHERE id IN (
        SELECT id FROM connectly_outbox
        WHERE business_id = ?1 AND (state = 'accepted' OR state = 'cancelled')
            AND wire IS NOT NULL AND finished_at < ?2
        LIMIT ?3)";

pub(super) fn retire(
    connection: &Connection,
    business_id: &str,
    before: Millis,
    most: usize,
) -> rusqlite::Result<usize> {
    connection.prepare_cached(RETIRE)?.execute(params![business_id, before, limit(most)])
}
