//! No question of the outbox walks through its table: the time of a claim is the same with a
//! thousand rows and with ten million.

use super::super::connection::Connection;
use super::super::schema::plain;
use super::super::tables::questions;
use super::{BEGIN, BUSINESS, database, open};
use crate::outbox::hash::Hash;
use crate::outbox::state::State;
use crate::outbox::table::{Filter, Which};

/// Reads a whole table only where it must.
const RELUCTANT: &str = "SET LOCAL enable_seqscan = off; ";

/// How PostgreSQL would do it, whatever it is given.
fn plan(on: &Connection, sql: &str, params: usize) -> Vec<String> {
    plan_under(on, RELUCTANT, sql, params)
}

fn plan_under(on: &Connection, settings: &str, sql: &str, params: usize) -> Vec<String> {
    let nothing = vec!["NULL"; params].join(", ");
    let nothing = if params == 0 { String::new() } else { format!("({nothing})") };
    let first = format!(
        "{BEGIN}; {settings}SET LOCAL plan_cache_mode = force_generic_plan; PREPARE question AS {sql}"
    );
    let explain = format!("EXPLAIN EXECUTE question{nothing}");
    let found = on.ask(&first, &[plain(&explain)]).unwrap().pop().unwrap();
    on.run("DEALLOCATE question; ROLLBACK").unwrap();
    found.iter().map(|step| step.get(0)).collect()
}

/// Steps that take longer, the longer the ledger is: those that no condition leads to their rows.
fn walks(on: &Connection, sql: &str, params: usize) -> Vec<String> {
    let plan = plan(on, sql, params);
    let next = plan.iter().skip(1).map(String::as_str).chain([""]);
    let walks = |(step, next): (&String, &str)| {
        let reads = step.contains("Scan") && step.contains("on connectly_outbox");
        (reads && !next.contains("Index Cond")).then(|| step.clone())
    };
    plan.iter().zip(next).filter_map(walks).collect()
}

#[test]
fn no_question_walks_through_the_table() {
    let database = database();
    let on = open(&database);
    let filter = |states: &[State], which| Filter {
        states: states.to_vec(),
        which,
        code: None,
        after: 0,
        most: 10,
    };
    let dead = [State::Rejected, State::Dead];
    let filters = [
        filter(&dead, None),
        filter(State::ALL, Some(Which::Key(Hash::of(b"k")))),
        filter(State::ALL, Some(Which::Tracking(Hash::of(b"t")))),
    ];
    let asked = questions(BUSINESS, &filters);
    assert!(asked.len() > 12);
    for (sql, params) in asked {
        let walks = walks(&on, &sql, params);
        assert_eq!(walks, [""; 0], "{sql}\n{:#?}", plan(&on, &sql, params));
    }
}

/// Of its own will, in a queue so long that it would pay to read it whole if anything in it fitted.
#[test]
fn a_long_queue_is_not_read_whole_to_learn_when_the_next_event_is_due() {
    let database = database();
    let on = open(&database);
    let fill = format!(
        "INSERT INTO connectly_outbox (business_id, event_name, has_order_id, state, due_at, lease_no,
             attempts, lost_claims, lone_refusals, enqueued_at, forget, wire)
         SELECT '{BUSINESS}', 'Purchase', false, 'pending', n, 0, 0, 0, 0, n, false, 'x'
         FROM generate_series(1, 20000) n"
    );
    database.sql(&fill).unwrap();
    database.sql("ANALYZE connectly_outbox").unwrap();
    let asked = questions(BUSINESS, &[]);
    let asked: Vec<_> = asked.iter().filter(|(sql, _)| sql.contains("min(due_at)")).collect();
    assert!(!asked.is_empty());
    for (sql, params) in asked {
        let plan = plan_under(&on, "", sql, *params);
        assert!(!plan.iter().any(|step| step.contains("Seq Scan")), "{plan:#?}");
    }
}

/// The check above would tell.
#[test]
fn a_question_that_walks_is_seen() {
    let database = database();
    let on = open(&database);
    for sql in [
        "SELECT * FROM connectly_outbox WHERE code = 'x'",
        "SELECT count(*) FROM connectly_outbox WHERE business_id = 'b'",
        "SELECT id FROM connectly_outbox ORDER BY id LIMIT 1",
    ] {
        assert!(!walks(&on, sql, 0).is_empty(), "{sql}: {:#?}", plan(&on, sql, 0));
    }
}
