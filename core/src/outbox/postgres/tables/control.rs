//! The queue of a business.

use std::sync::LazyLock;

use tokio_postgres::Row as Found;
use tokio_postgres::types::Type;

use super::super::connection::Statement;
use super::rows::param;
use crate::outbox::queue::Queue;
use crate::outbox::record::Counts;
use crate::outbox::state::{Millis, State};
use crate::outbox::table::Live;

const QUEUE: &str = "
    SELECT paused_until, refused_code, paused_since, paused_before, probed_at, probed_id, failures,
        opened, open_until, last_accepted_at
    FROM connectly_outbox_control WHERE business_id = $1";

/// Waits for whoever changes the queue.
const LOCK: &str = "
    SELECT business_id FROM connectly_outbox_control WHERE business_id = $1 FOR UPDATE";

/// After the lock: what others did meanwhile is seen by another statement only. When the API last
/// accepted an event is known roughly to the queue, and exactly to the events.
const LOCKED: &str = "
    SELECT paused_until, refused_code, paused_since, paused_before, probed_at, probed_id, failures,
        opened, open_until, greatest(last_accepted_at, (
            SELECT finished_at FROM connectly_outbox
            WHERE business_id = $1 AND state = 'accepted' AND wire IS NOT NULL
                AND finished_at IS NOT NULL
            ORDER BY finished_at DESC LIMIT 1)),
        (extract(epoch FROM clock_timestamp()) * 1000)::bigint
    FROM connectly_outbox_control WHERE business_id = $1";

const MAKE: &str = "
    INSERT INTO connectly_outbox_control (business_id) VALUES ($1)
    ON CONFLICT (business_id) DO NOTHING";

pub(super) fn queue(business_id: &str) -> Statement<'_> {
    Statement { sql: QUEUE, params: vec![param(business_id, Type::TEXT)] }
}

/// To be sent in this order. Finds nothing where there is no row yet.
pub(super) fn lock_queue(business_id: &str) -> [Statement<'_>; 2] {
    [LOCK, LOCKED].map(|sql| Statement { sql, params: vec![param(business_id, Type::TEXT)] })
}

/// The clock, once the queue was locked.
pub(super) fn read_clock(found: &Found) -> Result<Millis, tokio_postgres::Error> {
    found.try_get(10)
}

pub(super) fn make_queue(business_id: &str) -> Statement<'_> {
    Statement { sql: MAKE, params: vec![param(business_id, Type::TEXT)] }
}

pub(super) fn read_queue(found: &Found) -> Result<Queue, tokio_postgres::Error> {
    let count = |column: usize| {
        let count: i64 = found.try_get(column)?;
        Ok::<_, tokio_postgres::Error>(u32::try_from(count).unwrap_or(u32::MAX))
    };
    Ok(Queue {
        paused_until: found.try_get(0)?,
        refused_code: found.try_get(1)?,
        paused_since: found.try_get(2)?,
        paused_before: found.try_get(3)?,
        probed_at: found.try_get(4)?,
        probed_id: found.try_get(5)?,
        failures: count(6)?,
        opened: count(7)?,
        open_until: found.try_get(8)?,
        last_accepted_at: found.try_get(9)?,
    })
}

const PUT: &str = "
    UPDATE connectly_outbox_control SET paused_until = $2, refused_code = $3, paused_since = $4,
        paused_before = $5, probed_at = $6, probed_id = $7, failures = $8, opened = $9,
        open_until = $10, last_accepted_at = $11
    WHERE business_id = $1";

pub(super) fn put_queue<'a>(business_id: &'a str, queue: &'a Queue) -> Statement<'a> {
    let params = vec![
        param(business_id, Type::TEXT),
        param(queue.paused_until, Type::INT8),
        param(queue.refused_code.as_deref(), Type::TEXT),
        param(queue.paused_since, Type::INT8),
        param(queue.paused_before, Type::INT8),
        param(queue.probed_at, Type::INT8),
        param(queue.probed_id, Type::INT8),
        param(i64::from(queue.failures), Type::INT8),
        param(i64::from(queue.opened), Type::INT8),
        param(queue.open_until, Type::INT8),
        param(queue.last_accepted_at, Type::INT8),
    ];
    Statement { sql: PUT, params }
}

const ACCEPTED: &str = "
    INSERT INTO connectly_outbox_control (business_id, last_accepted_at) VALUES ($1, $2)
    ON CONFLICT (business_id) DO UPDATE SET last_accepted_at = excluded.last_accepted_at";

/// Whoever has locked it at this moment writes much the same.
const ACCEPTED_AGAIN: &str = "
    UPDATE connectly_outbox_control SET last_accepted_at = $2 WHERE business_id = (
        SELECT business_id FROM connectly_outbox_control WHERE business_id = $1
        FOR UPDATE SKIP LOCKED)";

/// Writes only when the API last accepted an event, and waits for nobody unless it is the first.
pub(super) fn accepted(business_id: &str, at: Option<Millis>, is_new: bool) -> Statement<'_> {
    let sql = if is_new { ACCEPTED } else { ACCEPTED_AGAIN };
    Statement { sql, params: vec![param(business_id, Type::TEXT), param(at, Type::INT8)] }
}

/// Each by an index alone, however long the ledger is.
static COUNTS: LazyLock<String> = LazyLock::new(|| {
    let of = |state: &State| {
        format!(
            "SELECT '{state}', count(*) FROM connectly_outbox
             WHERE business_id = $1 AND state = '{state}'"
        )
    };
    State::ALL.iter().map(of).collect::<Vec<_>>().join(" UNION ALL ")
});

pub(super) fn counts(business_id: &str) -> Statement<'_> {
    Statement { sql: &COUNTS, params: vec![param(business_id, Type::TEXT)] }
}

const LIVE: &str = "
    SELECT count(*), coalesce(sum(length(wire)), 0)::bigint FROM connectly_outbox
    WHERE state = 'held' OR state = 'pending' UNION ALL
    SELECT count(*), coalesce(sum(length(wire)), 0)::bigint FROM connectly_outbox
    WHERE state = 'leased'";

pub(super) fn live() -> Statement<'static> {
    Statement { sql: LIVE, params: Vec::new() }
}

pub(super) fn read_live(found: &[Found]) -> Result<Live, tokio_postgres::Error> {
    let mut live = Live::default();
    for row in found {
        let (rows, bytes): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
        live.rows += u64::try_from(rows).unwrap_or(0);
        live.bytes += u64::try_from(bytes).unwrap_or(0);
    }
    Ok(live)
}

pub(super) fn read_counts(found: &[Found]) -> Result<Counts, tokio_postgres::Error> {
    let mut counts = Counts::default();
    for row in found {
        let (state, count): (State, i64) = (row.try_get(0)?, row.try_get(1)?);
        let of_state = match state {
            State::Held => &mut counts.held,
            State::Pending => &mut counts.pending,
            State::Leased => &mut counts.leased,
            State::Accepted => &mut counts.accepted,
            State::Rejected => &mut counts.rejected,
            State::Dead => &mut counts.dead,
            State::Cancelled => &mut counts.cancelled,
            State::Skipped => &mut counts.skipped,
        };
        *of_state = u64::try_from(count).unwrap_or(0);
    }
    Ok(counts)
}
