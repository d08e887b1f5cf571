//! Jobs that come while another commits share the next transaction, and nothing else.

use connectly_conversions::ErrorCode;
use connectly_conversions::binding::{Kind, PostgresStore, Queue, Table, Undo};

use crate::support::{ask, database, made, store, submit, while_busy};

fn put(table: &mut dyn Table, name: &str) -> Result<(), Undo> {
    let queue = Queue { failures: 1, ..Queue::default() };
    table.queue(name).and_then(|_| table.put_queue(name, &queue)).map_err(|_| Undo)
}

fn has(store: &PostgresStore, name: &'static str) -> bool {
    ask(store, Kind::Read, move |table| table.queue(name)).failures == 1
}

#[test]
fn what_comes_while_another_commits_shares_the_next_transaction() {
    let database = database();
    made(&database);
    let store = store(&database.url());
    let mut settled = Vec::new();
    while_busy(&*store, Kind::Change, || {
        for number in 0..64 {
            let name = format!("business {number}");
            settled.push(submit(&*store, Kind::Change, move |table| put(table, &name)));
        }
    });
    for job in settled {
        job.recv().unwrap().unwrap();
    }
    let of = "SELECT count(DISTINCT pg_xact_commit_timestamp(xmin)), count(*)
        FROM connectly_outbox_control WHERE failures = 1";
    assert_eq!(database.sql(of).unwrap(), "1|64");
}

#[test]
fn a_job_that_fails_undoes_its_own_work_alone() {
    let database = database();
    let store = store(&database.url());
    let (mut settled, mut panicked) = (Vec::new(), None);
    while_busy(&*store, Kind::Change, || {
        settled.push(submit(&*store, Kind::Change, |table| put(table, "one")));
        settled.push(submit(&*store, Kind::Change, |table| {
            put(table, "two")?;
            Err(Undo)
        }));
        panicked = Some(submit(&*store, Kind::Change, |table| {
            put(table, "three")?;
            panic!("a defect")
        }));
        settled.push(submit(&*store, Kind::Change, |table| put(table, "four")));
    });
    for job in settled {
        job.recv().unwrap().unwrap();
    }
    let error = panicked.unwrap().recv().unwrap().unwrap_err();
    assert_eq!(error.code(), ErrorCode::Internal);
    assert!(has(&store, "one") && has(&store, "four"));
    assert!(!has(&store, "two") && !has(&store, "three"));
}

#[test]
fn each_kind_has_a_connection_of_its_own() {
    let database = database();
    made(&database);
    let store = store(&database.url());
    while_busy(&*store, Kind::Change, || {
        assert!(!has(&store, "one"), "a report does not wait for a worker");
        ask(&*store, Kind::Add, |table| table.now());
    });
}
