//! A count does not depend on the machine's mood.

use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;
use rusqlite::trace::{TraceEvent, TraceEventCodes};

use super::super::group::Group;
use super::{BUSINESS, Folder, NOW, enqueue, tables};
use crate::delivery::Disposition;
use crate::outbox::command::Outcome;
use crate::outbox::exchange::{Ended, Reply, Request, exchange};
use crate::outbox::store::{Job, Kind, Undo};
use crate::outbox::table::Table;

static STATEMENTS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// The statements that this runs, without those of the triggers, which are parts of theirs.
fn statements<T>(connection: &mut Connection, run: impl FnOnce(&Connection) -> T) -> (T, usize) {
    let note = |event: TraceEvent<'_>| {
        if let TraceEvent::Stmt(_, sql) = event
            && !sql.starts_with("--")
        {
            STATEMENTS.lock().unwrap_or_else(PoisonError::into_inner).push(sql.to_owned());
        }
    };
    STATEMENTS.lock().unwrap().clear();
    connection.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(note)).unwrap();
    let done = run(connection);
    connection.trace_v2(TraceEventCodes::empty(), None::<fn(TraceEvent<'_>)>).unwrap();
    (done, STATEMENTS.lock().unwrap().len())
}

fn turn(connection: &Connection, ended: Vec<Ended>, room: usize) -> Reply {
    let request =
        Request { business_id: BUSINESS.to_owned(), give_up_after: i64::MAX, ended, room };
    exchange(&mut tables(connection), &request).unwrap()
}

fn end(reply: &Reply, outcome: &Outcome) -> Vec<Ended> {
    let ended = |claimed: &crate::outbox::exchange::Claimed| Ended {
        id: claimed.id,
        lease_no: claimed.lease_no,
        outcome: Some(outcome.clone()),
    };
    reply.claimed.iter().map(ended).collect()
}

struct Enqueues(&'static str);

impl Job for Enqueues {
    fn kind(&self) -> Kind {
        Kind::Add
    }

    fn is_wanted(&self) -> bool {
        true
    }

    fn run(&mut self, table: &mut dyn Table) -> Result<(), Undo> {
        enqueue(table, self.0);
        Ok(())
    }

    fn settle(self: Box<Self>, _: crate::error::Result<()>) {}
}

#[test]
fn each_event_costs_so_many_statements() {
    let folder = Folder::new();
    let mut open = folder.open();
    let connection = &mut open.connection;

    // Is it known; what waits already; the row; its key.
    let (_, first) = statements(connection, |on| enqueue(&mut tables(on), "ORD-0"));
    assert_eq!(first, 4);
    // And around them: begin, the tables' version, commit.
    let ((), alone) = statements(connection, |on| {
        Group::new([Box::new(Enqueues("ORD-00")) as Box<dyn Job>]).commit(on, &|| NOW).unwrap();
    });
    assert_eq!(alone, 3 + 4);
    // Of those that share a transaction each has its own beginning and end in it.
    let ((), shared) = statements(connection, |on| {
        let jobs = ["ORD-01", "ORD-02"].map(|order| Box::new(Enqueues(order)) as Box<dyn Job>);
        Group::new(jobs).commit(on, &|| NOW).unwrap();
    });
    assert_eq!(shared, 3 + 2 * (2 + 4));

    // Is it known.
    let (_, again) = statements(connection, |on| enqueue(&mut tables(on), "ORD-0"));
    assert_eq!(again, 1);
    for number in 1..20 {
        enqueue(&mut tables(connection), &format!("ORD-{number}"));
    }

    // Of a turn: the queue, expired leases, what is due, when there is more. Of each claim: one.
    let (claimed, claims) = statements(connection, |on| turn(on, Vec::new(), 10));
    assert_eq!((claimed.claimed.len(), claims), (10, 4 + 10));

    // Of a turn: as before, and the queue again, which has changed. Of each end: the row, and what
    // became of it.
    let accepted = Outcome::Accepted { status: 200 };
    let ended = end(&claimed, &accepted);
    let (claimed, ends) = statements(connection, |on| turn(on, ended, 10));
    assert_eq!((claimed.claimed.len(), ends), (10, 5 + 2 * 10 + 10));

    // A failure has words, and words have a key. The breaker opens, so nothing is claimed.
    let failed = Outcome::Failed {
        disposition: Disposition::NotRecorded,
        code: "unavailable".to_owned(),
        status: Some(503),
        message: "come later".to_owned(),
        retry_after: None,
    };
    let ended = end(&claimed, &failed);
    let (_, ends) = statements(connection, |on| turn(on, ended, 10));
    assert_eq!(ends, 4 + 3 * 10);
}
