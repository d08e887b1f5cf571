//! `connectly outbox replay`

use std::io::Write;

use super::arguments::Replay;
use super::table;
use crate::cli::exit::{DONE, Failure, REFUSED};
use crate::outbox::{Dead, Outbox, Replayed, Target, Verdict};

pub(super) async fn run(
    outbox: &Outbox,
    command: &Replay,
    as_json: bool,
    out: &mut impl Write,
) -> Result<u8, Failure> {
    let which = match (&command.order, command.id, &command.code) {
        (Some(order_id), ..) => Dead::One(Target::from(order_id.as_str())),
        (_, Some(id), _) => Dead::One(Target::id(id)),
        (.., Some(code)) => Dead::OfCode(code.clone()),
        _ => Dead::All,
    };
    let is_one = matches!(which, Dead::One(_));
    let replayed = if command.plan {
        outbox.plan_replay(which, command.force).await?
    } else {
        outbox.replay(which, command.force).await?
    };
    if as_json {
        table::json(out, &replayed)?;
    } else {
        people(out, &replayed, command.plan)?;
    }
    Ok(if is_one && replayed.replayed == 0 { REFUSED } else { DONE })
}

fn people(out: &mut impl Write, replayed: &Replayed, plan: bool) -> Result<(), Failure> {
    let head = ["ID", "ORDER", "WAS", "VALUE", "AGE", "CODE", "REPLAY", "COUNTS"];
    let rows: Vec<_> = replayed
        .events
        .iter()
        .map(|event| {
            let record = &event.record;
            [
                record.id.to_string(),
                table::text(record.order_id.as_deref()),
                record.state.to_string(),
                table::money(record),
                table::ago(record.enqueued_at),
                table::text(record.code.as_deref()),
                said(event.verdict, plan).to_owned(),
                if event.counts { "yes" } else { "no" }.to_owned(),
            ]
        })
        .collect();
    table::rows(out, head, &rows)?;
    let money: Vec<_> =
        replayed.money.iter().map(|(currency, sum)| format!("{sum} {currency}")).collect();
    let money = if money.is_empty() { "nothing".to_owned() } else { money.join(", ") };
    let goes = if plan { "would go out again" } else { "go out again" };
    Ok(writeln!(out, "{} {goes}; worth, as far as it still counts: {money}", replayed.replayed)?)
}

fn said(verdict: Verdict, plan: bool) -> &'static str {
    match verdict {
        Verdict::Replayed if plan => "would go",
        Verdict::Replayed => "goes",
        Verdict::PayloadGone => "payload erased",
        Verdict::NeedsForce => "could count twice: --force",
        Verdict::Unchanged => "is not dead",
    }
}
