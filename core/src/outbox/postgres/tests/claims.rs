//! Two workers that look at the same moment.

use super::super::connection::{Connection, Statement};
use super::super::schema::plain;
use super::super::tables::due_of;
use super::{BEGIN, BUSINESS, database, open};

/// The events that a worker is given, in a transaction that stays open.
fn given(on: &Connection, change: &dyn Fn(String) -> String) -> Vec<i64> {
    let question = due_of(BUSINESS, 2);
    let sql = change(question.sql.to_owned());
    let question = Statement { sql: &sql, ..question };
    let found = on.ask(BEGIN, &[plain("SET LOCAL lock_timeout = 100"), question]);
    let found = found.map(|mut found| found.pop().unwrap_or_default()).unwrap_or_default();
    found.iter().map(|row| row.get(0)).collect()
}

/// Whether each is given two events, and none is given to both.
fn are_apart(change: &dyn Fn(String) -> String) -> bool {
    let database = database();
    let (one, other) = (open(&database), open(&database));
    let four = format!(
        "INSERT INTO connectly_outbox (business_id, event_name, has_order_id, state, due_at,
            lease_no, attempts, lost_claims, lone_refusals, enqueued_at, forget, wire)
         SELECT '{BUSINESS}', 'Purchase', false, 'pending', n, 0, 0, 0, 0, n, false, 'e'
         FROM generate_series(1, 4) AS n"
    );
    database.sql(&four).unwrap();
    let (first, second) = (given(&one, change), given(&other, change));
    first.len() == 2 && second.len() == 2 && first.iter().all(|id| !second.contains(id))
}

#[test]
fn they_are_given_different_events_and_none_waits() {
    assert!(are_apart(&|sql| sql));
}

/// The check above would tell.
#[test]
fn without_a_lock_or_with_one_that_is_waited_for_they_are_not() {
    assert!(!are_apart(&|sql| sql.replace("FOR UPDATE SKIP LOCKED", "")));
    assert!(!are_apart(&|sql| sql.replace("SKIP LOCKED", "")));
}
