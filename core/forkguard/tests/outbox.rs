//! Forks while threads write into an outbox: SQLite's files are closed before each of them.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::{env, fs, process, thread};

use connectly_conversions::binding::before_fork;
use connectly_conversions::{ConversionEvent, Error, ErrorCode, Outbox, TrackingParams};
use connectly_forkguard::{After, PerProcess, Side, around_fork};
use support::in_fork;

const FORKS: u32 = 50;
const OF_EACH_CHILD: u32 = 5;

fn before() -> After {
    let quiesced = before_fork();
    Box::new(|side| match side {
        Side::Parent => quiesced.in_parent(),
        Side::Child => quiesced.in_child(),
    })
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("connectly-fork-{name}-{}", process::id()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn open(folder: &Path) -> Outbox {
    let url = format!("sqlite://{}/outbox.db", folder.display());
    Outbox::builder(&url)
        .business_id("3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a")
        .enqueue_timeout(std::time::Duration::from_secs(25))
        .build()
        .unwrap()
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

fn enqueue(outbox: &Outbox, order_id: &str) -> Result<(), Error> {
    let tracking = TrackingParams::new("t", "s", "c", "1").unwrap();
    let event = ConversionEvent::purchase(tracking, order_id, "USD", "1").build().unwrap();
    wait(outbox.enqueue(&event)).map(|_| ())
}

#[test]
fn forks_under_load_lose_nothing_and_lock_nobody_out() {
    around_fork(before).unwrap();
    let folder = Folder::new("load");
    let outboxes = PerProcess::<Outbox>::new();
    let outbox = || outboxes.get_or_init(|| open(&folder.0));
    enqueue(outbox(), "first").unwrap();
    let (stop, written) = (AtomicBool::new(false), AtomicU32::new(1));
    let exit_codes: Vec<_> = thread::scope(|scope| {
        for writer in 0..3 {
            let (outbox, stop, written) = (&outbox, &stop, &written);
            scope.spawn(move || {
                let mut number = 0;
                while !stop.load(Ordering::Relaxed) {
                    enqueue(outbox(), &format!("parent-{writer}-{number}")).unwrap();
                    number += 1;
                    written.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let forks = (0..FORKS).map(|fork| {
            in_fork(|| {
                (0..OF_EACH_CHILD)
                    .all(|number| enqueue(outbox(), &format!("{fork}-{number}")).is_ok())
            })
        });
        let exit_codes = forks.collect();
        stop.store(true, Ordering::Relaxed);
        exit_codes
    });
    assert_eq!(exit_codes, vec![Some(0); FORKS as usize]);
    let pending = wait(outbox().counts()).unwrap().pending;
    let acknowledged = written.load(Ordering::Relaxed) + FORKS * OF_EACH_CHILD;
    assert_eq!(pending, u64::from(acknowledged));
}

#[test]
fn a_daemon_writes_on_after_its_parent_has_gone() {
    around_fork(before).unwrap();
    let folder = Folder::new("daemon");
    let outbox = open(&folder.0);
    enqueue(&outbox, "before").unwrap();
    // The child's parent ends at once; the grandchild goes on with the file.
    let exit_code = in_fork(|| {
        in_fork(|| {
            let outbox = open(&folder.0);
            let written = enqueue(&outbox, "daemon").is_ok();
            // A newcomer that opens the file meanwhile does not pull it from under the daemon.
            let newcomer = in_fork(|| enqueue(&open(&folder.0), "newcomer").is_ok());
            written && newcomer == Some(0) && enqueue(&outbox, "daemon again").is_ok()
        }) == Some(0)
    });
    assert_eq!(exit_code, Some(0));
    assert_eq!(wait(outbox.counts()).unwrap().pending, 4);
}

#[test]
fn an_inherited_outbox_says_so_and_does_not_hang() {
    around_fork(before).unwrap();
    let folder = Folder::new("inherited");
    let outbox = open(&folder.0);
    enqueue(&outbox, "before").unwrap();
    let exit_code = in_fork(|| {
        let error = enqueue(&outbox, "after").unwrap_err();
        wait(outbox.close());
        drop(outbox);
        error.code() == ErrorCode::OutboxFailed && error.message().contains("forked")
    });
    assert_eq!(exit_code, Some(0));
}
