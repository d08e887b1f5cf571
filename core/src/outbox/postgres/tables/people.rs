//! Events as people ask about them.

use tokio_postgres::Row as Found;
use tokio_postgres::types::Type;

use super::super::connection::{Param, Statement};
use super::rows::{limit, param};
use crate::outbox::record::Record;
use crate::outbox::state::{Millis, State};
use crate::outbox::table::{Filter, Which};

const RECORD: &str = "
    id, event_name, order_id, state, due_at, attempts, enqueued_at, first_attempt_at,
    ambiguous_since, finished_at, code, status, message, reason, event_time, currency, value,
    wire IS NOT NULL, issues, forgotten_at";

/// The question, and what it is given.
pub(super) fn records<'a>(business_id: &'a str, filter: &'a Filter) -> (String, Vec<Param<'a>>) {
    let mut params = vec![
        param(business_id, Type::TEXT),
        param(filter.after, Type::INT8),
        param(filter.code.as_deref(), Type::TEXT),
        limit(filter.most),
    ];
    let which = match &filter.which {
        None => "true",
        Some(Which::Id(id)) => {
            params.push(param(*id, Type::INT8));
            "id = $5"
        }
        Some(Which::Key(key)) => {
            params.push(param(*key, Type::BYTEA));
            "conversion_key = $5"
        }
        Some(Which::Tracking(hash)) => {
            params.push(param(*hash, Type::BYTEA));
            "tracking_hash = $5"
        }
    };
    let question = format!(
        "SELECT {RECORD} FROM connectly_outbox
         WHERE business_id = $1 AND id > $2 AND ($3::text IS NULL OR code = $3) AND {which}
             AND {} ORDER BY id LIMIT $4",
        in_states(&filter.states)
    );
    (question, params)
}

/// In the form in which an index says which rows it holds.
fn in_states(states: &[State]) -> String {
    let known = State::ALL.iter().filter(|state| states.contains(state));
    let terms: Vec<_> = known.map(|state| format!("state = '{state}'")).collect();
    match terms.len() {
        0 => "false".to_owned(),
        all if all == State::ALL.len() => "true".to_owned(),
        _ => format!("({})", terms.join(" OR ")),
    }
}

pub(super) fn read_record(found: &Found) -> Result<Record, tokio_postgres::Error> {
    let attempts: i64 = found.try_get(5)?;
    let status: Option<i32> = found.try_get(11)?;
    Ok(Record {
        id: found.try_get(0)?,
        event_name: found.try_get(1)?,
        order_id: found.try_get(2)?,
        state: found.try_get(3)?,
        due_at: found.try_get(4)?,
        attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
        enqueued_at: found.try_get(6)?,
        first_attempt_at: found.try_get(7)?,
        ambiguous_since: found.try_get(8)?,
        finished_at: found.try_get(9)?,
        code: found.try_get(10)?,
        status: status.and_then(|status| u16::try_from(status).ok()),
        message: found.try_get(12)?,
        reason: found.try_get(13)?,
        event_time: found.try_get(14)?,
        currency: found.try_get(15)?,
        value: found.try_get(16)?,
        has_payload: found.try_get(17)?,
        issues: found.try_get(18)?,
        forgotten_at: found.try_get(19)?,
    })
}

const AGES: &str = "
    SELECT
        least((SELECT min(due_at) FROM connectly_outbox
                WHERE business_id = $1 AND state = 'pending' AND due_at BETWEEN 0 AND $2),
            (SELECT min(due_at) FROM connectly_outbox
                WHERE business_id = $1 AND state = 'held' AND due_at BETWEEN 0 AND $2)),
        (SELECT count(*) FROM connectly_outbox
            WHERE business_id = $1 AND state = 'held' AND event_time < $3)";

pub(super) fn ages(business_id: &str, now: Millis, placed_before: i64) -> Statement<'_> {
    let params = vec![
        param(business_id, Type::TEXT),
        param(now, Type::INT8),
        param(placed_before, Type::INT8),
    ];
    Statement { sql: AGES, params }
}

pub(super) fn read_ages(found: &Found) -> Result<(Option<Millis>, u64), tokio_postgres::Error> {
    let holds: i64 = found.try_get(1)?;
    Ok((found.try_get(0)?, u64::try_from(holds).unwrap_or(0)))
}
