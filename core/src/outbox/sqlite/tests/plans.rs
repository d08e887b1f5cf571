//! No question of the outbox walks through its table: the time of a claim is the same with a
//! thousand rows and with a million.

use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;
use rusqlite::trace::{TraceEvent, TraceEventCodes};

use super::{BUSINESS, Folder, NOW, enqueue, tables};
use crate::outbox::hash::Hash;
use crate::outbox::state::State;
use crate::outbox::table::{Change, Filter, Table, Which};

static ASKED: Mutex<Vec<String>> = Mutex::new(Vec::new());

#[expect(clippy::needless_pass_by_value, reason = "a callback's form")]
fn note(event: TraceEvent<'_>) {
    if let TraceEvent::Stmt(_, sql) = event
        && !sql.starts_with("--")
    {
        ASKED.lock().unwrap_or_else(PoisonError::into_inner).push(sql.to_owned());
    }
}

fn everything_that_is_asked(table: &mut dyn Table) {
    let id = enqueue(table, "ORD-1");
    let tracking = Which::Tracking(Hash::of(b"t"));
    for which in [Which::Id(id), tracking.clone()] {
        let (_, row) = table.find(BUSINESS, &which).unwrap().pop().unwrap();
        table.update(id, &row, Change::Keep).unwrap();
    }
    let queue = table.queue(BUSINESS).unwrap();
    table.put_queue(BUSINESS, &queue).unwrap();
    table.expired(BUSINESS, NOW, 10).unwrap();
    assert_eq!(table.due(BUSINESS, NOW, 10, Some(7)).unwrap().len(), 1);
    table.next_due(BUSINESS).unwrap();
    table.counts(BUSINESS).unwrap();
    table.ages(BUSINESS, NOW, NOW / 1_000).unwrap();
    table.live().unwrap();
    table.retire(BUSINESS, NOW, 10).unwrap();
    let filter = |states: &[State], which| Filter {
        states: states.to_vec(),
        which,
        code: None,
        after: 0,
        most: 10,
    };
    for states in [&[State::Rejected, State::Dead][..], &[State::Dead], &[State::Rejected]] {
        table.records(BUSINESS, &filter(states, None)).unwrap();
    }
    for which in [Which::Id(id), Which::Key(Hash::of(b"k")), tracking] {
        table.records(BUSINESS, &filter(State::ALL, Some(which))).unwrap();
    }
}

/// How SQLite would do it, a line a step.
fn plan(connection: &Connection, sql: &str) -> Vec<String> {
    let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    // Whatever the parameters are.
    let steps = plan.raw_query().mapped(|row| row.get(3));
    steps.map(Result::unwrap).collect()
}

/// Steps that take longer, the more rows there are.
fn walks(connection: &Connection, sql: &str) -> Vec<String> {
    let walks = |step: &String| {
        let is_bounded = step.contains("(subquery") || step.contains("CONSTANT ROW");
        // A search by the business alone is a walk through all of its rows.
        let is_of_business = step.ends_with("(business_id=?)") && !step.contains("_control");
        let is_of_dead = step.contains("connectly_outbox_dead");
        (step.starts_with("SCAN") && !is_bounded) || (is_of_business && !is_of_dead)
    };
    plan(connection, sql).into_iter().filter(walks).collect()
}

#[test]
fn no_question_walks_through_the_table() {
    let folder = Folder::new();
    let mut open = folder.open();
    let connection = &mut open.connection;
    connection.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(note)).unwrap();
    everything_that_is_asked(&mut tables(connection));
    connection.trace_v2(TraceEventCodes::empty(), None::<fn(TraceEvent<'_>)>).unwrap();
    let asked = std::mem::take(&mut *ASKED.lock().unwrap());
    assert!(asked.len() > 20, "{asked:#?}");
    for sql in &asked {
        assert_eq!(walks(connection, sql), [""; 0], "{sql}\n{:#?}", plan(connection, sql));
    }
}

/// The check above would tell.
#[test]
fn a_question_that_walks_is_seen() {
    let folder = Folder::new();
    let connection = folder.open().connection;
    for sql in [
        "SELECT * FROM connectly_outbox WHERE code = 'x'",
        "SELECT count(*) FROM connectly_outbox WHERE business_id = 'b'",
        "SELECT id FROM connectly_outbox WHERE due_at < 7 AND state IN ('held', 'pending')",
    ] {
        assert_eq!(walks(&connection, sql).len(), 1, "{:#?}", plan(&connection, sql));
    }
}

#[test]
fn each_question_of_a_claim_has_an_index_of_its_own() {
    let folder = Folder::new();
    let connection = folder.open().connection;
    let by = |sql: &str, index: &str| {
        let plan = plan(&connection, sql);
        assert!(plan.iter().any(|step| step.contains(index)), "{sql}: {plan:#?}");
    };
    let due = "SELECT id FROM connectly_outbox WHERE business_id = ?1 AND state = 'pending'
         AND due_at <= ?2 ORDER BY due_at, id LIMIT 10";
    by(due, "USING COVERING INDEX connectly_outbox_due (business_id=? AND state=? AND due_at<?)");
    assert!(!plan(&connection, due).iter().any(|step| step.contains("TEMP B-TREE")));
}
