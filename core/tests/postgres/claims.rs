//! A claim is one worker's, and what comes after its end changes nothing.

use std::collections::BTreeMap;

use connectly_conversions::binding::{Change, Kind, Which};
use connectly_conversions::{DeliverOptions, Sandbox, State};

use crate::support::{
    BUSINESS, ask, client, database, event, outbox, store, wait, waits_for_a_lock,
};

#[test]
fn workers_on_many_connections_send_each_event_once() {
    const EVENTS: usize = 120;
    let database = database();
    let first = outbox(&database.url());
    let events = (0..EVENTS).map(|number| event(&format!("ORD-{number}")));
    wait(first.enqueue_many(events)).unwrap();
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    wait(async {
        let outboxes: Vec<_> = (0..4).map(|_| outbox(&database.url())).collect();
        let deliver = outboxes.iter().map(|one| one.deliver(&client, DeliverOptions::default()));
        let delivered = futures_util::future::join_all(deliver).await;
        let accepted: u64 = delivered.into_iter().map(|one| one.unwrap().accepted).sum();
        assert_eq!(accepted, EVENTS as u64);
    });
    let mut sent: BTreeMap<_, usize> = BTreeMap::new();
    for received in sandbox.received() {
        *sent.entry(received.order_id.unwrap()).or_default() += 1;
    }
    assert_eq!(sent.len(), EVENTS);
    assert!(sent.values().all(|times| *times == 1), "{sent:?}");
    assert_eq!(wait(first.counts()).unwrap().accepted, EVENTS as u64);
}

/// By the server's clock: what a transaction has read of the time before another one claimed does
/// not make that claim seem to lie in the future.
#[test]
fn a_lease_that_has_just_been_given_is_not_over() {
    let database = database();
    let outbox = outbox(&database.url());
    let id = wait(outbox.enqueue(&event("ORD-1"))).unwrap().id;
    let (one, other) = (store(&database.url()), store(&database.url()));
    let early = ask(&*one, Kind::Change, |table| table.now());
    ask(&*other, Kind::Change, move |table| {
        let (_, mut row) = table.find(BUSINESS, &Which::Id(id))?.pop().unwrap();
        let now = early + 5;
        (row.state, row.lease_no, row.lease_until) = (State::Leased, 1, Some(now + 60_000));
        table.update(id, &row, Change::Keep)
    });
    // It must really be later than that.
    while ask(&*one, Kind::Read, |table| table.now()) < early + 5 {}
    let expired =
        move |now| ask(&*one, Kind::Change, move |table| table.expired(BUSINESS, now, 10));
    assert_eq!(expired(early).len(), 0);
    assert_eq!(expired(early + 60_005).len(), 1);
}

#[test]
fn the_time_is_told_after_a_lock_was_waited_for() {
    let database = database();
    let outbox = outbox(&database.url());
    let id = wait(outbox.enqueue(&event("ORD-1"))).unwrap().id;
    let (holder, waiter) = (store(&database.url()), store(&database.url()));
    let (told, times) = std::sync::mpsc::channel();
    let (waits, waiting) = std::sync::mpsc::channel();
    let held = ask(&*holder, Kind::Change, {
        let waiter = std::sync::Arc::clone(&waiter);
        let database = database.name().to_owned();
        move |table| {
            table.find(BUSINESS, &Which::Id(id))?;
            let told = told.clone();
            let submitted = crate::support::submit(&*waiter, Kind::Add, move |table| {
                let find = table.find(BUSINESS, &Which::Id(id));
                let now = find.and_then(|_| table.now());
                told.send(now.unwrap()).unwrap();
                Ok(())
            });
            waits.send(submitted).unwrap();
            waits_for_a_lock(&database);
            table.find(BUSINESS, &Which::Id(id))?;
            table.now()
        }
    });
    assert!(times.recv().unwrap() >= held);
    waiting.recv().unwrap().recv().unwrap().unwrap();
}
