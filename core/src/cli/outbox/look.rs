//! `connectly outbox status` and `dead`

use std::io::Write;
use std::time::Duration;

use super::arguments::{Dead, Status};
use super::table;
use crate::cli::exit::{DONE, Failure, REFUSED};
use crate::outbox::{Counts, Metrics, Outbox, Record, Target};

/// How many records are read at a time.
const PAGE: usize = 500;

pub(super) async fn status(
    outbox: &Outbox,
    command: &Status,
    as_json: bool,
    out: &mut impl Write,
) -> Result<u8, Failure> {
    let Some(order_id) = &command.order else {
        let metrics = outbox.metrics().await?;
        if as_json {
            table::json(out, &metrics)?;
        } else {
            table::facts(out, &numbers(&metrics))?;
        }
        return Ok(DONE);
    };
    let record = outbox.status(Target::order(order_id, command.event_name)).await?;
    if as_json {
        table::json(out, &record)?;
    } else if let Some(record) = &record {
        table::facts(out, &facts(record))?;
    } else {
        writeln!(out, "the outbox knows nothing of this order")?;
    }
    Ok(if record.is_some() { DONE } else { REFUSED })
}

fn numbers(metrics: &Metrics) -> Vec<(&'static str, String)> {
    let Counts { held, pending, leased, accepted, rejected, dead, cancelled, skipped, .. } =
        metrics.counts;
    let stopped = match (&metrics.refused_code, metrics.paused_until, metrics.open_until) {
        (Some(code), ..) => {
            format!("stopped: the API answers {code}; one event a minute asks again")
        }
        (_, Some(until), _) => format!("paused until {}", table::time(until)),
        (.., Some(until)) => format!("resting until {}: the API failed", table::time(until)),
        _ => "running".to_owned(),
    };
    let oldest = u64::try_from(metrics.oldest_due).unwrap_or_default();
    let mut facts = vec![
        ("delivery", stopped),
        ("oldest due", table::span(Duration::from_millis(oldest))),
        ("held", held.to_string()),
        ("pending", pending.to_string()),
        ("leased", leased.to_string()),
        ("accepted", accepted.to_string()),
        ("rejected", rejected.to_string()),
        ("dead", dead.to_string()),
        ("cancelled", cancelled.to_string()),
        ("skipped", skipped.to_string()),
    ];
    if metrics.overdue_holds > 0 {
        let holds = format!("{} held for orders older than six days", metrics.overdue_holds);
        facts.push(("warning", holds));
    }
    facts
}

fn facts(record: &Record) -> Vec<(&'static str, String)> {
    let time = |name, time: Option<i64>| time.map(|time| (name, table::time(time)));
    let said = |name, said: &Option<String>| said.clone().map(|said| (name, said));
    let due = if record.state.is_live() { record.due_at } else { None };
    [
        Some(("id", record.id.to_string())),
        Some(("event", record.event_name.clone())),
        said("order", &record.order_id),
        Some(("state", record.state.to_string())),
        said("reason", &record.reason),
        Some(("value", table::money(record))),
        time("placed", record.event_time.map(|seconds| seconds.saturating_mul(1_000))),
        time("enqueued", Some(record.enqueued_at)),
        time("due", due),
        Some(("attempts", record.attempts.to_string())),
        time("first attempt", record.first_attempt_at),
        time("perhaps recorded since", record.ambiguous_since),
        time("ended", record.finished_at),
        record.status.map(|status| ("status", status.to_string())),
        said("code", &record.code),
        said("message", &record.message),
        said("problems", &record.issues),
        time("forgotten", record.forgotten_at),
    ]
    .into_iter()
    .flatten()
    .collect()
}

pub(super) async fn dead(
    outbox: &Outbox,
    command: &Dead,
    as_json: bool,
    out: &mut impl Write,
) -> Result<u8, Failure> {
    let (mut after, mut is_first) = (0, true);
    loop {
        let page = outbox.dead_letters(after, PAGE).await?;
        let is_last = page.len() < PAGE;
        after = page.last().map_or(after, |record| record.id);
        let wanted = |record: &Record| command.code.is_none() || record.code == command.code;
        let page: Vec<_> = page.into_iter().filter(wanted).collect();
        if as_json {
            page.iter().try_for_each(|record| table::json(out, record))?;
        } else if is_first || !page.is_empty() {
            letters(out, &page)?;
        }
        is_first = false;
        if is_last {
            return Ok(DONE);
        }
    }
}

fn letters(out: &mut impl Write, records: &[Record]) -> Result<(), Failure> {
    let head = ["ID", "ORDER", "STATE", "VALUE", "AGE", "CODE", "MESSAGE"];
    let rows: Vec<_> = records
        .iter()
        .map(|record| {
            [
                record.id.to_string(),
                table::text(record.order_id.as_deref()),
                record.state.to_string(),
                table::money(record),
                table::ago(record.enqueued_at),
                table::text(record.code.as_deref()),
                table::text(record.message.as_deref()),
            ]
        })
        .collect();
    table::rows(out, head, &rows)
}
