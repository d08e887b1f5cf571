//! A row of the table, in both directions.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Row as Columns};

use super::seal::Key;
use crate::outbox::entry::Entry;
use crate::outbox::hash::Hash;
use crate::outbox::row::Row;
use crate::outbox::state::State;

/// The columns of a [`Row`] as [`read`] takes them.
macro_rules! row_columns {
    () => {
        "id, state, has_order_id, wire IS NOT NULL, content_hash, due_at, lease_no, leased_at, \
         lease_until, attempts, lost_claims, lone_refusals, refused_at, first_attempt_at, \
         ambiguous_since, trying_since, enqueued_at, finished_at, code, status, message, reason, \
         forget, forgotten_at, key"
    };
}
pub(super) use row_columns;

/// Where the columns after those of the row begin.
pub(super) const AFTER_ROW: usize = 25;

pub(super) fn read(columns: &Columns<'_>) -> rusqlite::Result<(i64, Row)> {
    read_with_key(columns).map(|(id, row, _)| (id, row))
}

/// The same, and the key of the columns that follow.
pub(super) fn read_with_key(columns: &Columns<'_>) -> rusqlite::Result<(i64, Row, Key)> {
    let key: Key = columns.get(24)?;
    let row = Row {
        state: columns.get(1)?,
        has_order_id: columns.get(2)?,
        has_payload: columns.get(3)?,
        content_hash: columns.get(4)?,
        due_at: columns.get(5)?,
        lease_no: columns.get(6)?,
        leased_at: columns.get(7)?,
        lease_until: columns.get(8)?,
        attempts: columns.get(9)?,
        lost_claims: columns.get(10)?,
        lone_refusals: columns.get(11)?,
        refused_at: columns.get(12)?,
        first_attempt_at: columns.get(13)?,
        ambiguous_since: columns.get(14)?,
        trying_since: columns.get(15)?,
        enqueued_at: columns.get(16)?,
        finished_at: columns.get(17)?,
        code: columns.get(18)?,
        status: columns.get(19)?,
        message: key.text(columns, 20)?,
        reason: key.text(columns, 21)?,
        forget: columns.get(22)?,
        forgotten_at: columns.get(23)?,
    };
    Ok((columns.get(0)?, row, key))
}

/// What [`bind_row`] binds.
macro_rules! row_values {
    () => {
        "state = ?1, has_order_id = ?2, content_hash = ?3, due_at = ?4, lease_no = ?5, \
         leased_at = ?6, lease_until = ?7, attempts = ?8, lost_claims = ?9, lone_refusals = ?10, \
         refused_at = ?11, first_attempt_at = ?12, ambiguous_since = ?13, trying_since = ?14, \
         enqueued_at = ?15, finished_at = ?16, code = ?17, status = ?18, message = ?19, \
         reason = ?20, forget = ?21, forgotten_at = ?22"
    };
}
pub(super) use row_values;

/// The first parameter after those of the row.
pub(super) const AFTER_VALUES: usize = 23;

/// Without words there is nothing to be sealed, and no key is needed.
pub(super) fn bind_row(
    to: &mut CachedStatement<'_>,
    row: &Row,
    key: Option<&Key>,
) -> rusqlite::Result<()> {
    let seal = |text: &Option<String>| {
        key.map_or(Ok(None), |key| key.seal(text.as_deref().map(str::as_bytes)))
    };
    let (message, reason) = (seal(&row.message)?, seal(&row.reason)?);
    let values: [&dyn ToSql; AFTER_VALUES - 1] = [
        &row.state,
        &row.has_order_id,
        &row.content_hash,
        &row.due_at,
        &row.lease_no,
        &row.leased_at,
        &row.lease_until,
        &row.attempts,
        &row.lost_claims,
        &row.lone_refusals,
        &row.refused_at,
        &row.first_attempt_at,
        &row.ambiguous_since,
        &row.trying_since,
        &row.enqueued_at,
        &row.finished_at,
        &row.code,
        &row.status,
        &message,
        &reason,
        &row.forget,
        &row.forgotten_at,
    ];
    bind(to, 1, &values)
}

/// What [`bind_entry`] binds.
macro_rules! entry_values {
    () => {
        "tracking_hash = ?23, order_id = ?24, event_time = ?25, currency = ?26, value = ?27, \
         document = ?28, issues = ?29, traceparent = ?30, wire = ?31"
    };
}
pub(super) use entry_values;

/// The first parameter after those of the entry.
pub(super) const AFTER_ENTRY: usize = 32;

pub(super) fn bind_entry(
    to: &mut CachedStatement<'_>,
    entry: &Entry,
    key: &Key,
) -> rusqlite::Result<()> {
    let seal = |text: &Option<String>| key.seal(text.as_deref().map(str::as_bytes));
    let values: [&dyn ToSql; AFTER_ENTRY - AFTER_VALUES] = [
        &entry.tracking_hash,
        &seal(&entry.order_id)?,
        &entry.event_time,
        &seal(&entry.currency)?,
        &seal(&entry.value)?,
        &seal(&entry.document)?,
        &seal(&entry.issues)?,
        &seal(&entry.traceparent)?,
        &key.seal(entry.wire.as_deref())?,
    ];
    bind(to, AFTER_VALUES, &values)
}

pub(super) fn bind(
    to: &mut CachedStatement<'_>,
    from: usize,
    values: &[&dyn ToSql],
) -> rusqlite::Result<()> {
    values.iter().enumerate().try_for_each(|(at, value)| to.raw_bind_parameter(from + at, value))
}

impl ToSql for State {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.as_str().into())
    }
}

impl FromSql for State {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::named(value.as_str()?).ok_or(FromSqlError::InvalidType)
    }
}

impl ToSql for Hash {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.as_bytes().as_slice().into())
    }
}

impl FromSql for Hash {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::from_bytes(value.as_blob()?).ok_or(FromSqlError::InvalidType)
    }
}

/// A number of rows as SQL takes it.
pub(super) fn limit(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}
