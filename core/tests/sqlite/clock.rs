//! A clock that is set back or forth: nothing waits for ever, and nothing is sent twice at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use connectly_conversions::binding::{Kind, SqliteStore};
use connectly_conversions::{Hold, State};

use crate::support::{BUSINESS, Folder, ask, builder, event, store, wait};

const DAY: i64 = 24 * 60 * 60 * 1_000;
const NOON: i64 = 1_800_000_000_000;
/// A lease lasts a minute, a wait an hour at most.
const LEASE: i64 = 60_000;
const HOUR: i64 = 60 * 60 * 1_000;

fn due(store: &SqliteStore, now: i64) -> Vec<i64> {
    let due = ask(store, Kind::Read, move |table| table.due(BUSINESS, now, 10, None));
    due.into_iter().map(|due| due.id).collect()
}

fn next_due(store: &SqliteStore) -> Option<i64> {
    ask(store, Kind::Read, |table| table.next_due(BUSINESS))
}

#[test]
fn what_is_pending_is_due_though_the_clock_was_set_back() {
    let folder = Folder::new();
    let clock = Arc::new(AtomicI64::new(NOON));
    let store = store(&folder.file(), &clock);
    let outbox = builder(&folder.file()).build_on(Arc::clone(&store) as _).unwrap();
    let id = wait(outbox.enqueue(&event("ORD-1"))).unwrap().id;
    assert_eq!((due(&store, NOON), next_due(&store)), (vec![id], Some(NOON)));
    // It waits for its time like any other.
    assert_eq!(due(&store, NOON - 1), [0; 0]);
    assert_eq!(due(&store, NOON - HOUR), [0; 0]);
    // But no event is scheduled for later than in an hour.
    clock.store(NOON - DAY, Ordering::Relaxed);
    assert_eq!((due(&store, NOON - DAY), next_due(&store)), (vec![id], Some(NOON - DAY)));
}

#[test]
fn a_hold_keeps_its_time_whatever_the_clock_does() {
    let folder = Folder::new();
    let clock = Arc::new(AtomicI64::new(NOON));
    let store = store(&folder.file(), &clock);
    let outbox = builder(&folder.file()).build_on(Arc::clone(&store) as _).unwrap();
    let until = Hold::Until(NOON + 2 * DAY);
    let options = connectly_conversions::EnqueueOptions::held(until);
    let id = wait(outbox.enqueue_with(&event("ORD-1"), options)).unwrap().id;
    let released = connectly_conversions::EnqueueOptions::held(Hold::UntilReleased);
    wait(outbox.enqueue_with(&event("ORD-2"), released)).unwrap();
    for now in [NOON - 9 * DAY, NOON, NOON + 2 * DAY - 1] {
        clock.store(now, Ordering::Relaxed);
        assert_eq!((due(&store, now), next_due(&store)), (vec![], Some(NOON + 2 * DAY)));
    }
    assert_eq!(due(&store, NOON + 2 * DAY), [id]);
}

#[test]
fn a_lease_that_is_longer_than_any_is_over() {
    let folder = Folder::new();
    let clock = Arc::new(AtomicI64::new(NOON));
    let store = store(&folder.file(), &clock);
    let outbox = builder(&folder.file()).build_on(Arc::clone(&store) as _).unwrap();
    let id = wait(outbox.enqueue(&event("ORD-1"))).unwrap().id;
    ask(&*store, Kind::Change, move |table| {
        let which = connectly_conversions::binding::Which::Id(id);
        let (_, mut row) = table.find(BUSINESS, &which)?.pop().unwrap();
        row.state = State::Leased;
        row.lease_until = Some(NOON + LEASE);
        table.update(id, &row, connectly_conversions::binding::Change::Keep)
    });
    let expired = |now| -> Vec<i64> {
        let expired = ask(&*store, Kind::Read, move |table| table.expired(BUSINESS, now, 10));
        expired.into_iter().map(|(id, _)| id).collect()
    };
    assert_eq!(expired(NOON), [0; 0]);
    assert_eq!(next_due(&store), Some(NOON + LEASE));
    assert_eq!(expired(NOON + LEASE), [id]);
    clock.store(NOON - 1, Ordering::Relaxed);
    assert_eq!((expired(NOON - 1), next_due(&store)), (vec![id], Some(NOON - 1)));
}

#[test]
fn the_last_one_that_was_tried_comes_last() {
    let folder = Folder::new();
    let clock = Arc::new(AtomicI64::new(NOON));
    let store = store(&folder.file(), &clock);
    let outbox = builder(&folder.file()).build_on(Arc::clone(&store) as _).unwrap();
    let ids: Vec<_> =
        ["a", "b", "c"].map(|order| wait(outbox.enqueue(&event(order))).unwrap().id).into();
    let first = ids[0];
    let due = |most, last| -> Vec<i64> {
        let due = ask(&*store, Kind::Read, move |table| table.due(BUSINESS, NOON, most, last));
        due.into_iter().map(|due| due.id).collect()
    };
    assert_eq!(due(10, None), ids);
    assert_eq!(due(1, None), [ids[0]]);
    assert_eq!(due(1, Some(first)), [ids[1]]);
    assert_eq!(due(10, Some(first)), [ids[1], ids[2], ids[0]]);
}
