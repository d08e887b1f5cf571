//! Events as the state machine and a worker want them.

use bytes::Bytes;
use rusqlite::{CachedStatement, Connection, Params, params};

use super::rows::{
    AFTER_ENTRY, AFTER_ROW, AFTER_VALUES, bind_entry, bind_row, entry_values, limit, read,
    read_with_key, row_columns, row_values,
};
use super::seal::Key;
use crate::outbox::entry::Entry;
use crate::outbox::row::Row;
use crate::outbox::state::Millis;
use crate::outbox::table::{Change, Due, Which};
use crate::outbox::transition::{LEASE, LONGEST_WAIT};

/// A question for rows.
macro_rules! select_rows {
    ($where:literal) => {
        concat!(
            "SELECT ",
            row_columns!(),
            " FROM connectly_outbox JOIN connectly_outbox_keys USING (id) WHERE ",
            $where
        )
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
    let key = Key::new()?;
    bind_row(&mut insert, row, Some(&key))?;
    bind_entry(&mut insert, entry, &key)?;
    insert.raw_bind_parameter(AFTER_ENTRY, &entry.business_id)?;
    insert.raw_bind_parameter(AFTER_ENTRY + 1, &entry.event_name)?;
    insert.raw_bind_parameter(AFTER_ENTRY + 2, entry.key)?;
    insert.raw_execute()?;
    let id = connection.last_insert_rowid();
    connection
        .prepare_cached("INSERT INTO connectly_outbox_keys (id, key) VALUES (?1, ?2)")?
        .execute(params![id, key])?;
    Ok(id)
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
    let key = match change {
        Change::Keep if row.message.is_none() && row.reason.is_none() => None,
        Change::Keep | Change::Take(_) => Some(key(connection, id)?),
        Change::Erase => Some(new_key(connection, id)?),
    };
    bind_row(&mut update, row, key.as_ref())?;
    if let (Change::Take(entry), Some(key)) = (change, &key) {
        bind_entry(&mut update, entry, key)?;
    }
    update.raw_bind_parameter(at, id)?;
    update.raw_execute()?;
    Ok(())
}

fn key(connection: &Connection, id: i64) -> rusqlite::Result<Key> {
    connection
        .prepare_cached("SELECT key FROM connectly_outbox_keys WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
}

/// Overwrites the key: nothing that it sealed can be read any longer, wherever there is a copy.
fn new_key(connection: &Connection, id: i64) -> rusqlite::Result<Key> {
    let key = Key::new()?;
    connection
        .prepare_cached("UPDATE connectly_outbox_keys SET key = ?2 WHERE id = ?1")?
        .execute(params![id, key])?;
    Ok(key)
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
    CROSS JOIN connectly_outbox ON id = which
    JOIN connectly_outbox_keys USING (id) ORDER BY at, which"
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
        let (id, row, key) = read_with_key(columns)?;
        let wire = key.bytes(columns, AFTER_ROW)?.unwrap_or_default();
        Ok(Due {
            id,
            row,
            wire: Bytes::from(wire),
            event_name: columns.get(AFTER_ROW + 1)?,
            order_id: key.text(columns, AFTER_ROW + 2)?,
            traceparent: key.text(columns, AFTER_ROW + 3)?,
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
