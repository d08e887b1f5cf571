//! The queue of a business, and the counters.

use rusqlite::{Connection, OptionalExtension as _, named_params};

use crate::outbox::queue::Queue;
use crate::outbox::record::Counts;
use crate::outbox::table::Live;

const QUEUE: &str = "
    SELECT paused_until, refused_code, paused_since, paused_before, probed_at, probed_id, failures,
        opened, open_until, last_accepted_at
    FROM connectly_outbox_control WHERE business_id = ?1";

pub(super) fn queue(connection: &Connection, business_id: &str) -> rusqlite::Result<Queue> {
    let mut question = connection.prepare_cached(QUEUE)?;
    let queue = question.query_row([business_id], |row| {
        Ok(Queue {
            paused_until: row.get(0)?,
            refused_code: row.get(1)?,
            paused_since: row.get(2)?,
            paused_before: row.get(3)?,
            probed_at: row.get(4)?,
            probed_id: row.get(5)?,
            failures: row.get(6)?,
            opened: row.get(7)?,
            open_until: row.get(8)?,
            last_accepted_at: row.get(9)?,
        })
    });
    Ok(queue.optional()?.unwrap_or_default())
}

const PUT_QUEUE: &str = "
    INSERT INTO connectly_outbox_control (business_id, paused_until, refused_code, paused_since,
        paused_before, probed_at, probed_id, failures, opened, open_until, last_accepted_at)
    VALUES (:business_id, :paused_until, :refused_code, :paused_since, :paused_before, :probed_at,
        :probed_id, :failures, :opened, :open_until, :last_accepted_at)
    ON CONFLICT (business_id) DO UPDATE SET
        paused_until = :paused_until, refused_code = :refused_code, paused_since = :paused_since,
        paused_before = :paused_before, probed_at = :probed_at, probed_id = :probed_id,
        failures = :failures, opened = :opened, open_until = :open_until,
        last_accepted_at = :last_accepted_at";

pub(super) fn put_queue(
    connection: &Connection,
    business_id: &str,
    queue: &Queue,
) -> rusqlite::Result<()> {
    connection.prepare_cached(PUT_QUEUE)?.execute(named_params! {
        ":business_id": business_id,
        ":paused_until": queue.paused_until,
        ":refused_code": queue.refused_code,
        ":paused_since": queue.paused_since,
        ":paused_before": queue.paused_before,
        ":probed_at": queue.probed_at,
        ":probed_id": queue.probed_id,
        ":failures": queue.failures,
        ":opened": queue.opened,
        ":open_until": queue.open_until,
        ":last_accepted_at": queue.last_accepted_at,
    })?;
    Ok(())
}

const COUNTS: &str = "
    SELECT held, pending, leased, accepted, rejected, dead, cancelled, skipped
    FROM connectly_outbox_control WHERE business_id = ?1";

pub(super) fn counts(connection: &Connection, business_id: &str) -> rusqlite::Result<Counts> {
    let mut question = connection.prepare_cached(COUNTS)?;
    let counts = question.query_row([business_id], |row| {
        Ok(Counts {
            held: count(row, 0)?,
            pending: count(row, 1)?,
            leased: count(row, 2)?,
            accepted: count(row, 3)?,
            rejected: count(row, 4)?,
            dead: count(row, 5)?,
            cancelled: count(row, 6)?,
            skipped: count(row, 7)?,
        })
    });
    Ok(counts.optional()?.unwrap_or_default())
}

const LIVE: &str = "
    SELECT live_rows, live_bytes FROM connectly_outbox_control WHERE business_id = ''";

pub(super) fn live(connection: &Connection) -> rusqlite::Result<Live> {
    connection
        .prepare_cached(LIVE)?
        .query_row([], |row| Ok(Live { rows: count(row, 0)?, bytes: count(row, 1)? }))
}

pub(super) fn count(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let count: i64 = row.get(column)?;
    Ok(u64::try_from(count).unwrap_or(0))
}
