//! A row of the table, in both directions.

use std::error::Error;

use bytes::BytesMut;
use tokio_postgres::Row as Found;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use super::super::connection::Param;
use crate::outbox::entry::Entry;
use crate::outbox::hash::Hash;
use crate::outbox::row::Row;
use crate::outbox::state::State;

/// The columns of a [`Row`], as [`read`] takes them: after the id.
pub(super) const ROW: &str = "
    id, state, has_order_id, wire IS NOT NULL, content_hash, due_at, lease_no, leased_at,
    lease_until, attempts, lost_claims, lone_refusals, refused_at, first_attempt_at,
    ambiguous_since, trying_since, enqueued_at, finished_at, code, status, message, reason, forget,
    forgotten_at";

/// Where the columns after those of the row begin.
pub(super) const AFTER_ROW: usize = 24;

/// The columns that a [`Row`] is written into: their types, and their values of one row and of many.
macro_rules! columns {
    ($row:ident: $($name:literal $type:ident $list:ident $value:expr;)*) => {
        /// What [`values`] gives.
        pub(super) const VALUES: &[(&str, Type)] = &[$(($name, Type::$type)),*];

        pub(super) fn values($row: &Row) -> Vec<Param<'_>> {
            vec![$(param($value, Type::$type)),*]
        }

        /// Each column as one list.
        pub(super) fn lists(rows: &[(i64, Row)]) -> Vec<Param<'_>> {
            vec![$(param(
                rows.iter().map(|(_, $row)| $value).collect::<Vec<_>>(),
                Type::$list,
            )),*]
        }
    };
}

columns! { row:
    "state" TEXT TEXT_ARRAY row.state;
    "has_order_id" BOOL BOOL_ARRAY row.has_order_id;
    "content_hash" BYTEA BYTEA_ARRAY row.content_hash;
    "due_at" INT8 INT8_ARRAY row.due_at;
    "lease_no" INT8 INT8_ARRAY row.lease_no;
    "leased_at" INT8 INT8_ARRAY row.leased_at;
    "lease_until" INT8 INT8_ARRAY row.lease_until;
    "attempts" INT8 INT8_ARRAY i64::from(row.attempts);
    "lost_claims" INT8 INT8_ARRAY i64::from(row.lost_claims);
    "lone_refusals" INT8 INT8_ARRAY i64::from(row.lone_refusals);
    "refused_at" INT8 INT8_ARRAY row.refused_at;
    "first_attempt_at" INT8 INT8_ARRAY row.first_attempt_at;
    "ambiguous_since" INT8 INT8_ARRAY row.ambiguous_since;
    "trying_since" INT8 INT8_ARRAY row.trying_since;
    "enqueued_at" INT8 INT8_ARRAY row.enqueued_at;
    "finished_at" INT8 INT8_ARRAY row.finished_at;
    "code" TEXT TEXT_ARRAY text(row.code.as_deref());
    "status" INT4 INT4_ARRAY row.status.map(i32::from);
    "message" TEXT TEXT_ARRAY text(row.message.as_deref());
    "reason" TEXT TEXT_ARRAY text(row.reason.as_deref());
    "forget" BOOL BOOL_ARRAY row.forget;
    "forgotten_at" INT8 INT8_ARRAY row.forgotten_at;
}

/// What [`entry_values`] gives.
pub(super) const ENTRY: &[(&str, Type)] = &[
    ("tracking_hash", Type::BYTEA),
    ("order_id", Type::TEXT),
    ("event_time", Type::INT8),
    ("currency", Type::TEXT),
    ("value", Type::TEXT),
    ("document", Type::TEXT),
    ("issues", Type::TEXT),
    ("traceparent", Type::TEXT),
    ("wire", Type::BYTEA),
];

pub(super) fn read(found: &Found) -> Result<(i64, Row), tokio_postgres::Error> {
    let count = |column: usize| {
        let count: i64 = found.try_get(column)?;
        Ok::<_, tokio_postgres::Error>(u32::try_from(count).unwrap_or(u32::MAX))
    };
    let status: Option<i32> = found.try_get(19)?;
    let row = Row {
        state: found.try_get(1)?,
        has_order_id: found.try_get(2)?,
        has_payload: found.try_get(3)?,
        content_hash: found.try_get(4)?,
        due_at: found.try_get(5)?,
        lease_no: found.try_get(6)?,
        leased_at: found.try_get(7)?,
        lease_until: found.try_get(8)?,
        attempts: count(9)?,
        lost_claims: count(10)?,
        lone_refusals: count(11)?,
        refused_at: found.try_get(12)?,
        first_attempt_at: found.try_get(13)?,
        ambiguous_since: found.try_get(14)?,
        trying_since: found.try_get(15)?,
        enqueued_at: found.try_get(16)?,
        finished_at: found.try_get(17)?,
        code: found.try_get(18)?,
        status: status.and_then(|status| u16::try_from(status).ok()),
        message: found.try_get(20)?,
        reason: found.try_get(21)?,
        forget: found.try_get(22)?,
        forgotten_at: found.try_get(23)?,
    };
    Ok((found.try_get(0)?, row))
}

pub(super) fn entry_values(entry: &Entry) -> Vec<Param<'_>> {
    vec![
        param(entry.tracking_hash, Type::BYTEA),
        param(text(entry.order_id.as_deref()), Type::TEXT),
        param(entry.event_time, Type::INT8),
        param(text(entry.currency.as_deref()), Type::TEXT),
        param(text(entry.value.as_deref()), Type::TEXT),
        param(text(entry.document.as_deref()), Type::TEXT),
        param(text(entry.issues.as_deref()), Type::TEXT),
        param(text(entry.traceparent.as_deref()), Type::TEXT),
        param(entry.wire.as_deref(), Type::BYTEA),
    ]
}

/// PostgreSQL's texts hold no NUL; what a server or a shop wrote may.
fn text(text: Option<&str>) -> Option<std::borrow::Cow<'_, str>> {
    text.map(
        |text| {
            if text.contains('\0') { text.replace('\0', "\u{fffd}").into() } else { text.into() }
        },
    )
}

/// A parameter.
pub(super) fn param<'a>(value: impl ToSql + Sync + 'a, type_: Type) -> Param<'a> {
    (Box::new(value), type_)
}

/// A number of rows as SQL takes it.
pub(super) fn limit(most: usize) -> Param<'static> {
    param(i64::try_from(most).unwrap_or(i64::MAX), Type::INT8)
}

type Problem = Box<dyn Error + Sync + Send>;

impl ToSql for State {
    fn to_sql(&self, type_: &Type, out: &mut BytesMut) -> Result<IsNull, Problem> {
        self.as_str().to_sql(type_, out)
    }

    fn accepts(type_: &Type) -> bool {
        <&str as ToSql>::accepts(type_)
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for State {
    fn from_sql(type_: &Type, raw: &'a [u8]) -> Result<Self, Problem> {
        let name = <&str as FromSql>::from_sql(type_, raw)?;
        Self::named(name).ok_or_else(|| "it is not a state".into())
    }

    fn accepts(type_: &Type) -> bool {
        <&str as FromSql>::accepts(type_)
    }
}

impl ToSql for Hash {
    fn to_sql(&self, type_: &Type, out: &mut BytesMut) -> Result<IsNull, Problem> {
        self.as_bytes().as_slice().to_sql(type_, out)
    }

    fn accepts(type_: &Type) -> bool {
        <&[u8] as ToSql>::accepts(type_)
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Hash {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Problem> {
        Self::from_bytes(raw).ok_or_else(|| "it is not a SHA-256".into())
    }

    fn accepts(type_: &Type) -> bool {
        <&[u8] as FromSql>::accepts(type_)
    }
}
