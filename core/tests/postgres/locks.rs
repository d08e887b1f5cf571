//! Rows that a shop's own transaction has locked.

use std::time::Duration;

use connectly_conversions::{DeliverOptions, ErrorCode, Outbox, Sandbox};
use connectly_test_postgres::{Database, Transaction};

use crate::support::{BUSINESS, client, database, event, outbox, wait};

fn locked(database: &Database<'_>) -> Transaction {
    let lock = "SELECT id FROM connectly_outbox WHERE order_id = 'ORD-1' FOR UPDATE";
    database.begin(lock).unwrap()
}

#[test]
fn whoever_waits_too_long_for_an_order_is_told_and_no_other_order_waits() {
    let database = database();
    wait(outbox(&database.url()).enqueue(&event("ORD-1"))).unwrap();
    let holder = locked(&database);
    let impatient = Outbox::builder(&database.url()).business_id(BUSINESS);
    let impatient = impatient.enqueue_timeout(Duration::from_millis(250)).build().unwrap();
    let error = wait(impatient.enqueue(&event("ORD-1"))).unwrap_err();
    assert!(matches!(error.code(), ErrorCode::OutboxBusy | ErrorCode::OutboxTimeout), "{error}");
    assert!(error.retryable());
    wait(outbox(&database.url()).enqueue(&event("ORD-2"))).unwrap();
    drop(holder);
    assert!(wait(outbox(&database.url()).enqueue(&event("ORD-1"))).unwrap().duplicate);
}

#[test]
fn a_worker_passes_by_what_is_locked() {
    let database = database();
    let outbox = outbox(&database.url());
    for order in ["ORD-1", "ORD-2"] {
        wait(outbox.enqueue(&event(order))).unwrap();
    }
    let sandbox = Sandbox::start().unwrap();
    let holder = locked(&database);
    let client = client(&sandbox);
    let deliver = || wait(outbox.deliver(&client, DeliverOptions::default())).unwrap().accepted;
    assert_eq!(deliver(), 1);
    assert_eq!(sandbox.received()[0].order_id.as_deref(), Some("ORD-2"));
    drop(holder);
    assert_eq!(deliver(), 1);
}
