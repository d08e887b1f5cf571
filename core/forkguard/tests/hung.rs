//! A fork while a transaction does not end: what the child may do, and what it would suffer if
//! nobody had prepared the fork.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;
use std::{env, fs, path, process};

use connectly_conversions::binding::{Job, Kind, SqliteStore, Store, Table, Undo, before_fork};
use connectly_conversions::{
    ConversionEvent, Enqueued, Error, ErrorCode, Outbox, Result, TrackingParams,
};
use connectly_forkguard::{After, Side, around_fork};
use support::fork_and;

/// Stays in its transaction until it is let go.
struct Hangs {
    began: Sender<()>,
    end: Receiver<()>,
    ended: Sender<()>,
}

impl Job for Hangs {
    fn kind(&self) -> Kind {
        Kind::Change
    }

    fn is_wanted(&self) -> bool {
        true
    }

    fn run(&mut self, _: &mut dyn Table) -> Result<(), Undo> {
        self.began.send(()).unwrap();
        self.end.recv().unwrap();
        Ok(())
    }

    fn settle(self: Box<Self>, committed: Result<()>) {
        committed.unwrap();
        self.ended.send(()).unwrap();
    }
}

/// What this does lies inside of a transaction of this process.
fn while_hung<T>(file: &path::Path, what: impl FnOnce(&dyn Fn()) -> T) -> T {
    let store = SqliteStore::with_clock(file.to_owned(), std::sync::Arc::new(|| 0));
    let ((began, has_begun), (release, end), (ended, has_ended)) =
        (channel(), channel(), channel());
    store.submit(Box::new(Hangs { began, end, ended }));
    has_begun.recv().unwrap();
    let done = what(&|| {
        release.send(()).unwrap();
        has_ended.recv().unwrap();
    });
    wait(store.close());
    done
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

fn enqueue(file: &path::Path, order_id: &str) -> Result<Enqueued, Error> {
    let outbox = Outbox::builder(&format!("sqlite://{}", file.display()))
        .business_id("3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a")
        .enqueue_timeout(Duration::from_secs(25))
        .build()?;
    let tracking = TrackingParams::new("t", "s", "c", "1")?;
    wait(outbox.enqueue(&ConversionEvent::purchase(tracking, order_id, "USD", "1").build()?))
}

fn before() -> After {
    let quiesced = before_fork();
    Box::new(|side| match side {
        Side::Parent => quiesced.in_parent(),
        Side::Child => quiesced.in_child(),
    })
}

#[test]
fn a_child_of_a_hung_transaction_is_told_so_and_is_not_locked_out_in_silence() {
    let folder = env::temp_dir().join(format!("connectly-hung-{}", process::id()));
    fs::create_dir(&folder).unwrap();
    let file = folder.join("outbox.db");

    // Nobody has prepared the fork: the child waits for a lock that it inherited and that nobody
    // will ever release in it, although the transaction ends meanwhile.
    let unprepared = while_hung(&file, |release| {
        fork_and(|| enqueue(&file, "child").is_err_and(|error| is_busy(&error)), release)
    });
    assert_eq!(unprepared, Some(0));

    // The fork waits for a second, not longer, and the child knows.
    around_fork(before).unwrap();
    let prepared = while_hung(&file, |release| {
        let says_why = |error: Error| error.message().contains("hung");
        fork_and(|| enqueue(&file, "child").is_err_and(says_why), release)
    });
    assert_eq!(prepared, Some(0));

    // The parent was never harmed, and its next child is not.
    enqueue(&file, "parent").unwrap();
    assert_eq!(fork_and(|| enqueue(&file, "next child").is_ok(), || {}), Some(0));
    let _ = fs::remove_dir_all(&folder);
}

fn is_busy(error: &Error) -> bool {
    error.code() == ErrorCode::OutboxBusy
}
