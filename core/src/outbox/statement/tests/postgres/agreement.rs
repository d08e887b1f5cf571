//! Every past of an order, and everything that may be asked of it: the server's rows are those
//! that `transition` decides, column by column.

use super::histories::{self, History};
use super::server::{Columns, Shop, columns, run};
use crate::outbox::command::Command;
use crate::outbox::decision::{Effect, Payload};
use crate::outbox::entry::Entry;
use crate::outbox::record::Enqueued;
use crate::outbox::state::Millis;
use crate::outbox::statement::{Statement, Style};
use crate::outbox::transition::tests::support::at;
use crate::outbox::transition::transition;

/// The number of a row that is known before.
const KNOWN: i64 = 1_000_000;

/// What the machine makes of it: the row, and the answer.
fn decide(
    past: &History,
    new: &Entry,
    command: &Command,
    id: i64,
    now: Millis,
) -> (Columns, Enqueued) {
    let is_other = new.key.is_none() || new.key != past.entry.key;
    let before = past.event.row.as_ref().filter(|_| !is_other);
    let note = matches!((before, command), (Some(_), Command::Skip { .. }));
    // What is left out changes nothing of an order that is known, beside what the clock does.
    let decision = transition(before, if note { &Command::Elapse } else { command }, &at(now));
    let effect = if note { Effect::Duplicate } else { decision.effect };
    let entry = if decision.payload == Payload::Take { new } else { &past.entry };
    let (row, state) = match before {
        Some(before) if past.is_lost => (before.clone(), before.state),
        before => (decision.row.or(before.cloned()).unwrap(), decision.state.unwrap()),
    };
    (columns(id, &row, entry), Enqueued::new(id, state, effect))
}

/// Where the statement and the machine differ; at most one where one is enough.
async fn differences(change: impl Fn(String) -> String, one_is_enough: bool) -> Vec<String> {
    let shop = Shop::open().await;
    let mut found = Vec::new();
    let begin = shop.now().await;
    for past in histories::all(begin) {
        let known = past.event.row.as_ref().map(|row| columns(KNOWN, row, &past.entry));
        let known: Vec<_> = known.into_iter().collect();
        for (name, new, command) in histories::asked(begin) {
            shop.holds(&known).await;
            let mut statement = Statement::new("connectly_outbox", &new, &command, Style::Numeric);
            statement.sql = change(statement.sql);
            let before = shop.now().await;
            let answer = run(&shop.client, &statement).await.unwrap();
            let after = shop.now().await;
            let rows = shop.rows().await;
            let of_it = |row: &&Columns| row["id"] == answer.id;
            let row = rows.iter().find(of_it).expect("the row of the answer");
            // The moment at which it was decided.
            let enqueued_at = row["enqueued_at"].as_i64().unwrap();
            let now = if enqueued_at >= before { enqueued_at } else { before };
            let (wanted, told) = decide(&past, &new, &command, answer.id, now);
            let others: Vec<_> = rows.iter().filter(|row| row["id"] != answer.id).collect();
            let is_new = answer.id != KNOWN;
            let untouched = if is_new { known.iter().collect() } else { Vec::new() };
            if *row != wanted || answer != told || others != untouched || now > after {
                found.push(format!(
                    "{}; {name}:\n{answer:?} {told:?}\n{row:?}\n{wanted:?}",
                    past.name
                ));
                if one_is_enough {
                    return found;
                }
            }
        }
    }
    found
}

#[tokio::test]
async fn the_statement_writes_what_the_machine_decides() {
    let found = differences(|sql| sql, false).await;
    assert!(found.is_empty(), "{} differences, such as {}", found.len(), found[0]);
}

#[tokio::test]
async fn a_statement_that_decides_otherwise_is_noticed() {
    let broken = [
        (
            "a held event never stays held",
            "given.state = 'pending' AND found.state = 'held'",
            "false",
        ),
        (
            "a hold that has ended still holds",
            "known.due_at <= now THEN 'pending'",
            "false THEN ''",
        ),
        ("an invalid event takes a held one's place", " AND given.state <> 'rejected'", ""),
        ("an order that is left out takes a place", "given.state <> 'skipped' AND", "true AND"),
        ("Meta's window never closes", "now - known.ambiguous_since <= 172790000", "true"),
        ("a conflict is a duplicate", "'conflict'", "'duplicate'"),
        ("the first attempts go on", "NULL, NULL, 0, 0,", "NULL, NULL, known.attempts, 0,"),
        (
            "what may have been recorded is forgotten",
            "<= now THEN known.ambiguous_since",
            "<= now THEN NULL",
        ),
    ];
    for (what, from, to) in broken {
        let change = |sql: String| {
            assert!(sql.contains(from), "{from} is not in {sql}");
            sql.replace(from, to)
        };
        assert!(!differences(change, true).await.is_empty(), "nobody noticed that {what}");
    }
}
