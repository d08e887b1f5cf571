//! Events as the state machine and a worker want them.

use std::fmt::Write as _;
use std::sync::LazyLock;

use bytes::Bytes;
use tokio_postgres::Row as Found;
use tokio_postgres::types::Type;

use super::super::connection::Statement;
use super::rows::{AFTER_ROW, ENTRY, ROW, VALUES, entry_values, limit, lists, param, read, values};
use crate::outbox::entry::Entry;
use crate::outbox::row::Row;
use crate::outbox::state::Millis;
use crate::outbox::table::{Due, Which};
use crate::outbox::transition::{LEASE, LONGEST_WAIT};

/// The server's clock, in Unix milliseconds.
pub(super) const NOW: &str = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint";

/// A question for rows, which are locked in the order of their ids: nobody waits in a circle.
static FIND: LazyLock<[String; 3]> = LazyLock::new(|| {
    ["id = ANY($1)", "conversion_key = $1", "tracking_hash = $1"].map(|which| {
        format!("SELECT {ROW} FROM connectly_outbox WHERE {which} AND business_id = $2 ORDER BY id")
    })
});
static LOCK: LazyLock<[String; 3]> =
    LazyLock::new(|| FIND.clone().map(|question| question + " FOR UPDATE"));

pub(super) fn find<'a>(business_id: &'a str, which: &Which, locks: bool) -> Statement<'a> {
    let (at, value) = match which {
        Which::Id(id) => (0, param(vec![*id], Type::INT8_ARRAY)),
        Which::Key(key) => (1, param(*key, Type::BYTEA)),
        Which::Tracking(hash) => (2, param(*hash, Type::BYTEA)),
    };
    let sql = if locks { &LOCK[at] } else { &FIND[at] };
    Statement { sql, params: vec![value, param(business_id, Type::TEXT)] }
}

pub(super) fn find_all<'a>(business_id: &'a str, ids: &[i64], locks: bool) -> Statement<'a> {
    let sql = if locks { &LOCK[0] } else { &FIND[0] };
    let params = vec![param(ids.to_vec(), Type::INT8_ARRAY), param(business_id, Type::TEXT)];
    Statement { sql, params }
}

static INSERT: LazyLock<String> = LazyLock::new(|| {
    let columns = VALUES.iter().chain(ENTRY).map(|(name, _)| *name);
    let columns: Vec<_> = columns.chain(["business_id", "event_name", "conversion_key"]).collect();
    let places: Vec<_> = (1..=columns.len()).map(|place| format!("${place}")).collect();
    format!(
        "INSERT INTO connectly_outbox ({}) VALUES ({})
         ON CONFLICT (conversion_key) DO NOTHING RETURNING id",
        columns.join(", "),
        places.join(", ")
    )
});

/// Finds no id where the key is taken.
pub(super) fn insert<'a>(row: &'a Row, entry: &'a Entry) -> Statement<'a> {
    let mut params = values(row);
    params.extend(entry_values(entry));
    params.push(param(&*entry.business_id, Type::TEXT));
    params.push(param(&*entry.event_name, Type::TEXT));
    params.push(param(entry.key, Type::BYTEA));
    Statement { sql: &INSERT, params }
}

/// `column = $place`, for each.
fn set<'a>(columns: impl Iterator<Item = &'a (&'a str, Type)>) -> String {
    let set = columns.enumerate().map(|(at, (name, _))| format!("{name} = ${}", at + 1));
    set.collect::<Vec<_>>().join(", ")
}

static TAKE: LazyLock<String> = LazyLock::new(|| {
    let place = VALUES.len() + ENTRY.len() + 1;
    let set = set(VALUES.iter().chain(ENTRY));
    format!("UPDATE connectly_outbox SET {set} WHERE id = ${place}")
});

pub(super) fn take<'a>(id: i64, row: &'a Row, entry: &'a Entry) -> Statement<'a> {
    let mut params = values(row);
    params.extend(entry_values(entry));
    params.push(param(id, Type::INT8));
    Statement { sql: &TAKE, params }
}

static ERASE: LazyLock<String> = LazyLock::new(|| {
    let set = set(VALUES.iter());
    format!(
        "UPDATE connectly_outbox SET {set}, tracking_hash = NULL, order_id = NULL,
            currency = NULL, value = NULL, document = NULL, issues = NULL, traceparent = NULL,
            wire = NULL
         WHERE id = ${}",
        VALUES.len() + 1
    )
});

pub(super) fn erase(id: i64, row: &Row) -> Statement<'_> {
    let mut params = values(row);
    params.push(param(id, Type::INT8));
    Statement { sql: &ERASE, params }
}

static KEEP: LazyLock<String> = LazyLock::new(|| {
    let (mut set, mut names, mut places) = (String::new(), String::new(), String::new());
    for (at, (name, type_)) in VALUES.iter().enumerate() {
        // Writing to a string never fails.
        let _ = write!(set, "{}{name} = new.{name}", if at > 0 { ", " } else { "" });
        let _ = write!(names, ", {name}");
        let _ = write!(places, ", ${}::{type_}[]", at + 2);
    }
    format!(
        "UPDATE connectly_outbox AS old SET {set}
         FROM unnest($1::int8[]{places}) AS new (id{names}) WHERE old.id = new.id"
    )
});

/// Writes these rows, whose payloads stay.
pub(super) fn keep(rows: &[(i64, Row)]) -> Statement<'_> {
    let ids: Vec<_> = rows.iter().map(|(id, _)| *id).collect();
    let mut params = vec![param(ids, Type::INT8_ARRAY)];
    params.extend(lists(rows));
    Statement { sql: &KEEP, params }
}

/// By the clock as the question is asked: a lease that another transaction has just given is not
/// too long.
static EXPIRED: LazyLock<String> = LazyLock::new(|| {
    let of = "FROM connectly_outbox WHERE business_id = $1 AND state = 'leased' AND lease_until";
    let end = "ORDER BY lease_until, id LIMIT $3 FOR UPDATE SKIP LOCKED";
    format!(
        "SELECT * FROM (SELECT {ROW} {of} BETWEEN $4 AND $2 {end}) AS over
         UNION ALL SELECT * FROM (SELECT {ROW} {of} > ({NOW}) + {LEASE} {end}) AS too_long
         LIMIT $3"
    )
});

pub(super) fn expired(business_id: &str, now: Millis, most: usize, from: Millis) -> Statement<'_> {
    let params = vec![
        param(business_id, Type::TEXT),
        param(now, Type::INT8),
        limit(most),
        param(from, Type::INT8),
    ];
    Statement { sql: &EXPIRED, params }
}

/// A pending event that seems far away was scheduled by a clock that has been set back since; it is
/// due. Whoever is locked is another worker's.
static DUE: LazyLock<String> = LazyLock::new(|| {
    let of = |when: &str| {
        format!(
            "SELECT * FROM (SELECT {ROW}, wire, event_name, order_id, traceparent
                FROM connectly_outbox WHERE business_id = $1 AND {when}
                ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED) AS due"
        )
    };
    format!(
        "{} UNION ALL {} UNION ALL {} ORDER BY due_at, id LIMIT $3",
        of("state = 'pending' AND due_at BETWEEN $4 AND $2"),
        of(&format!("state = 'pending' AND due_at > ({NOW}) + {LONGEST_WAIT}")),
        of("state = 'held' AND due_at <= $2")
    )
});

/// So many, from this time on.
pub(super) fn due(business_id: &str, now: Millis, most: usize, from: Millis) -> Statement<'_> {
    let params = vec![
        param(business_id, Type::TEXT),
        param(now, Type::INT8),
        limit(most),
        param(from, Type::INT8),
    ];
    Statement { sql: &DUE, params }
}

pub(super) fn read_due(found: &Found) -> Result<Due, tokio_postgres::Error> {
    let (id, row) = read(found)?;
    let wire: Option<Vec<u8>> = found.try_get(AFTER_ROW)?;
    Ok(Due {
        id,
        row,
        wire: Bytes::from(wire.unwrap_or_default()),
        event_name: found.try_get(AFTER_ROW + 1)?,
        order_id: found.try_get(AFTER_ROW + 2)?,
        traceparent: found.try_get(AFTER_ROW + 3)?,
    })
}

/// The first of what waits for its time, of holds, and of leases; the time; and whether a clock that
/// has been set back since has scheduled any.
static NEXT_DUE: LazyLock<String> = LazyLock::new(|| {
    let of = |what: &str, state: &str, when: &str| {
        format!(
            "(SELECT {what} FROM connectly_outbox
              WHERE business_id = $1 AND state = '{state}' AND {when})"
        )
    };
    format!(
        "SELECT least({}, {}, {}), ({NOW}), {} IS NOT NULL OR {} IS NOT NULL",
        of("min(due_at)", "pending", "due_at >= $2"),
        of("min(due_at)", "held", "due_at >= 0"),
        of("min(lease_until)", "leased", "lease_until >= $3"),
        // Not whether any exists: in a long queue that would be looked for in the whole table.
        of("min(due_at)", "pending", &format!("due_at > ({NOW}) + {LONGEST_WAIT}")),
        of("min(lease_until)", "leased", &format!("lease_until > ({NOW}) + {LEASE}")),
    )
});

pub(super) fn next_due(business_id: &str, due_from: Millis, leases_from: Millis) -> Statement<'_> {
    let params = vec![
        param(business_id, Type::TEXT),
        param(due_from, Type::INT8),
        param(leases_from, Type::INT8),
    ];
    Statement { sql: &NEXT_DUE, params }
}

pub(super) fn read_next_due(found: &Found) -> Result<Option<Millis>, tokio_postgres::Error> {
    let (next, now): (Option<Millis>, Millis) = (found.try_get(0)?, found.try_get(1)?);
    Ok(if found.try_get(2)? { next.map(|next| next.min(now)) } else { next })
}

const RETIRE: &str = "
    UPDATE connectly_outbox SET wire = NULL WHERE id IN (
        SELECT id FROM connectly_outbox
        WHERE business_id = $1 AND (state = 'accepted' OR state = 'cancelled')
            AND wire IS NOT NULL AND finished_at < $2
        LIMIT $3 FOR UPDATE SKIP LOCKED)
    RETURNING id";

pub(super) fn retire(business_id: &str, before: Millis, most: usize) -> Statement<'_> {
    let params = vec![param(business_id, Type::TEXT), param(before, Type::INT8), limit(most)];
    Statement { sql: RETIRE, params }
}
