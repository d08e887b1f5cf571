//! Connections that are cut, and servers that go away.

use connectly_conversions::{DeliverOptions, ErrorCode, Sandbox};
use connectly_test_postgres::{Database, Server};

use crate::support::{client, database, event, outbox, store, wait};

/// Ends every other connection to the database.
fn cut_all(database: &Database<'_>) {
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    database.sql(cut).unwrap();
}

#[test]
fn a_connection_that_was_cut_while_it_rested_is_replaced_and_nobody_notices() {
    let database = database();
    let (outbox, sandbox) = (outbox(&database.url()), Sandbox::start().unwrap());
    for number in 0..3 {
        wait(outbox.enqueue(&event(&format!("ORD-{number}")))).unwrap();
        wait(outbox.counts()).unwrap();
        cut_all(&database);
        wait(outbox.deliver(&client(&sandbox), DeliverOptions::default())).unwrap();
        cut_all(&database);
    }
    assert_eq!(wait(outbox.counts()).unwrap().accepted, 3);
}

#[test]
fn a_transaction_that_is_cut_off_before_its_commit_is_run_again() {
    let database = database();
    let outbox = outbox(&database.url());
    wait(outbox.enqueue(&event("ORD-1"))).unwrap();
    let store = store(&database.url());
    let (of_test, mut is_first) = (database.name().to_owned(), true);
    crate::support::ask(&*store, connectly_conversions::binding::Kind::Change, move |table| {
        let which = connectly_conversions::binding::Which::Tracking(
            connectly_conversions::binding::Hash::of(b"tracking-of-ORD-1"),
        );
        let (id, row) = table.find(crate::support::BUSINESS, &which)?.pop().unwrap();
        if std::mem::take(&mut is_first) {
            let server = connectly_test_postgres::server().unwrap();
            let cut = format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{of_test}'
                 AND state = 'idle in transaction'"
            );
            server.sql(&cut).unwrap();
            table.find(crate::support::BUSINESS, &which)?;
        }
        let row = connectly_conversions::binding::Row { attempts: row.attempts + 1, ..row };
        table.update(id, &row, connectly_conversions::binding::Change::Keep)
    });
    assert_eq!(wait(outbox.status("ORD-1")).unwrap().unwrap().attempts, 1);
}

#[test]
fn while_the_server_is_away_nothing_is_taken_and_afterwards_everything_is_there() {
    let server = Server::start(&[]).unwrap();
    let database = server.database().unwrap();
    let outbox = outbox(&database.url());
    wait(outbox.enqueue(&event("ORD-1"))).unwrap();
    server.stop().unwrap();
    let error = wait(outbox.enqueue(&event("ORD-2"))).unwrap_err();
    assert_eq!(error.code(), ErrorCode::OutboxUnavailable, "{error}");
    assert!(error.retryable());
    server.go_on().unwrap();
    wait(outbox.enqueue(&event("ORD-2"))).unwrap();
    assert_eq!(wait(outbox.counts()).unwrap().pending, 2);
}

#[test]
fn what_a_failure_tells_holds_no_password() {
    let url = "postgresql://shop:secret-word@127.0.0.1:1/shop?sslmode=disable";
    let outbox = outbox(url);
    let error = wait(outbox.enqueue(&event("ORD-1"))).unwrap_err();
    assert_eq!(error.code(), ErrorCode::OutboxUnavailable);
    let told = format!("{error} {error:?} {outbox:?} {:?}", crate::support::builder(url));
    assert!(!told.contains("secret"), "{told}");
}
