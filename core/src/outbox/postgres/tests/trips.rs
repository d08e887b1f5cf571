//! A count does not depend on the machine's mood.

use super::super::connection::Connection;
use super::super::tables::{Mode, Tables};
use super::{BEGIN, BUSINESS, database, open};
use crate::delivery::Disposition;
use crate::event::ConversionEvent;
use crate::outbox::command::Outcome;
use crate::outbox::entry::Entry;
use crate::outbox::exchange::{Ended, Reply, Request, exchange};
use crate::outbox::ledger::{self, Caps};
use crate::outbox::table::Table;
use crate::tracking::TrackingParams;

const CAPS: Caps = Caps { rows: u64::MAX, bytes: u64::MAX };

/// One transaction, and how many round trips it took.
fn trips<T>(on: &Connection, run: impl FnOnce(&mut dyn Table) -> T) -> (T, usize) {
    let before = on.trips();
    let mut tables = Tables::new(on, Mode::Writes, BEGIN);
    let done = run(&mut tables);
    tables.commit().unwrap();
    (done, on.trips() - before)
}

fn enqueue(table: &mut dyn Table, order_id: &str) -> bool {
    let tracking = TrackingParams::new("t", "s", "c", "1").unwrap();
    let event = ConversionEvent::purchase(tracking, order_id, "USD", "1").build().unwrap();
    ledger::enqueue(table, &Entry::of(&event, BUSINESS, None), None, CAPS).unwrap().duplicate
}

fn turn(table: &mut dyn Table, ended: Vec<Ended>, room: usize) -> Reply {
    let request =
        Request { business_id: BUSINESS.to_owned(), give_up_after: i64::MAX, ended, room };
    exchange(table, &request).unwrap()
}

fn end(reply: &Reply, outcome: &Outcome) -> Vec<Ended> {
    let ended = |claimed: &crate::outbox::exchange::Claimed| Ended {
        id: claimed.id,
        lease_no: claimed.lease_no,
        outcome: Some(outcome.clone()),
    };
    reply.claimed.iter().map(ended).collect()
}

#[test]
fn each_event_costs_so_many_round_trips() {
    let database = database();
    let on = open(&database);

    // Begin, the tables' version and the time; the row; commit.
    assert_eq!(trips(&on, |table| enqueue(table, "ORD-0")), (false, 3));
    // Of one that is known: the row that is there, and the time after its lock.
    assert_eq!(trips(&on, |table| enqueue(table, "ORD-0")), (true, 4));
    for number in 1..40 {
        trips(&on, |table| enqueue(table, &format!("ORD-{number}")));
    }

    // Begin, the version and the queue; expired leases; what is due; the claims, and when there is
    // more; commit. As many for ten events as for one.
    for room in [1, 10] {
        let (claimed, claims) = trips(&on, |table| turn(table, Vec::new(), room));
        assert_eq!((claimed.claimed.len(), claims), (room, 5));
    }

    // And the rows that have ended, with the time after their locks.
    let (claimed, _) = trips(&on, |table| turn(table, Vec::new(), 10));
    let ended = end(&claimed, &Outcome::Accepted { status: 200 });
    let (claimed, ends) = trips(&on, |table| turn(table, ended, 10));
    assert_eq!((claimed.claimed.len(), ends), (10, 6));

    // Nothing stopped the queue, so nobody has waited for its row, nor written it twice a second.
    let ended = end(&claimed, &Outcome::Accepted { status: 200 });
    trips(&on, |table| turn(table, ended, 0));
    let control = "SELECT count(*), sum(failures) FROM connectly_outbox_control
        WHERE last_accepted_at IS NOT NULL";
    assert_eq!(database.sql(control).unwrap(), "1|0");
}

/// What changes a queue is done with its lock, and else not at all.
#[test]
fn a_queue_that_is_not_locked_is_not_changed() {
    let database = database();
    let on = open(&database);
    trips(&on, |table| enqueue(table, "ORD-1"));
    let (claimed, _) = trips(&on, |table| turn(table, Vec::new(), 1));
    let failed = Outcome::Failed {
        disposition: Disposition::NotRecorded,
        code: "unavailable".to_owned(),
        status: Some(503),
        message: "come later".to_owned(),
        retry_after: None,
    };
    let request = Request {
        business_id: BUSINESS.to_owned(),
        give_up_after: i64::MAX,
        ended: end(&claimed, &failed),
        room: 1,
    };
    for (locks_queue, is_done) in [(false, false), (true, true)] {
        let mut tables = Tables::new(&on, Mode::Writes, BEGIN);
        tables.begin_job(locks_queue);
        assert_eq!(exchange(&mut tables, &request).is_ok(), is_done);
        assert_eq!(tables.must_lock_queue, !is_done);
        if is_done { tables.commit().unwrap() } else { tables.undo().unwrap() }
    }
    let failures = "SELECT max(failures) FROM connectly_outbox_control";
    assert_eq!(database.sql(failures).unwrap(), "1");
}
