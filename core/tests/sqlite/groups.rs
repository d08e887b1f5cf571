//! Jobs that come while another commits share the next commit, and nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use connectly_conversions::ErrorCode;
use connectly_conversions::binding::{Job, Kind, Queue, SqliteStore, Store, Table, Undo};

use crate::support::{Folder, ask, builder, event, store, submit, wait, while_busy};

/// How many transactions were committed since the log began: each ends in one frame that says how
/// long the file then is.
fn commits(folder: &Folder) -> usize {
    let log = std::fs::read(folder.path().join("outbox.db-wal")).unwrap();
    let (header, frame) = (32, 24 + 4_096);
    log.get(header..)
        .unwrap_or_default()
        .chunks_exact(frame)
        .filter(|frame| frame[4..8] != [0; 4])
        .count()
}

fn put(table: &mut dyn Table, name: &str) -> Result<(), Undo> {
    let queue = Queue { failures: 1, ..Queue::default() };
    table.put_queue(name, &queue).map_err(|_| Undo)
}

fn has(store: &SqliteStore, name: &'static str) -> bool {
    ask(store, Kind::Read, move |table| table.queue(name)).failures == 1
}

fn all_done(settled: &[std::sync::mpsc::Receiver<connectly_conversions::Result<()>>]) {
    for job in settled {
        job.recv().unwrap().unwrap();
    }
}

#[test]
fn what_comes_while_another_commits_shares_the_next_commit() {
    let folder = Folder::new();
    let store = store(&folder.file(), &Arc::new(AtomicI64::new(0)));
    ask(&*store, Kind::Change, |table| Ok(put(table, "first").is_ok()));
    let before = commits(&folder);
    let mut settled = Vec::new();
    while_busy(&*store, Kind::Change, || {
        for number in 0..64 {
            let name = format!("business {number}");
            settled.push(submit(&*store, Kind::Change, move |table| put(table, &name)));
        }
    });
    all_done(&settled);
    assert_eq!(commits(&folder) - before, 1);
    assert!(has(&store, "business 0") && has(&store, "business 63"));
}

#[test]
fn a_job_that_fails_undoes_its_own_work_alone() {
    let folder = Folder::new();
    let store = store(&folder.file(), &Arc::new(AtomicI64::new(0)));
    let mut settled = Vec::new();
    while_busy(&*store, Kind::Change, || {
        settled.push(submit(&*store, Kind::Change, |table| put(table, "one")));
        settled.push(submit(&*store, Kind::Change, |table| {
            put(table, "two")?;
            Err(Undo)
        }));
        settled.push(submit(&*store, Kind::Change, |table| put(table, "three")));
    });
    all_done(&settled);
    assert!(has(&store, "one") && !has(&store, "two") && has(&store, "three"));
}

#[test]
fn a_job_that_panics_is_told_so_and_the_others_go_on() {
    let folder = Folder::new();
    let store = store(&folder.file(), &Arc::new(AtomicI64::new(0)));
    let (mut panicked, mut others) = (None, Vec::new());
    while_busy(&*store, Kind::Change, || {
        others.push(submit(&*store, Kind::Change, |table| put(table, "one")));
        panicked = Some(submit(&*store, Kind::Change, |table| {
            put(table, "two")?;
            panic!("a defect")
        }));
        others.push(submit(&*store, Kind::Change, |table| put(table, "three")));
    });
    let error = panicked.unwrap().recv().unwrap().unwrap_err();
    assert_eq!(error.code(), ErrorCode::Internal);
    all_done(&others);
    assert!(has(&store, "one") && !has(&store, "two") && has(&store, "three"));
}

/// Somebody who has gone.
struct Unwanted(Arc<AtomicBool>);

impl Job for Unwanted {
    fn kind(&self) -> Kind {
        Kind::Change
    }

    fn is_wanted(&self) -> bool {
        false
    }

    fn run(&mut self, _: &mut dyn Table) -> Result<(), Undo> {
        self.0.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn settle(self: Box<Self>, _: connectly_conversions::Result<()>) {}
}

#[test]
fn what_nobody_waits_for_any_longer_is_not_done() {
    let folder = Folder::new();
    let store = store(&folder.file(), &Arc::new(AtomicI64::new(0)));
    let has_run = Arc::new(AtomicBool::new(false));
    store.submit(Box::new(Unwanted(Arc::clone(&has_run))));
    ask(&*store, Kind::Change, |table| Ok(put(table, "next").is_ok()));
    assert!(!has_run.load(Ordering::Relaxed));
}

#[test]
fn a_disk_that_hangs_takes_no_more_memory_than_ten_thousand_jobs() {
    let folder = Folder::new();
    let store = store(&folder.file(), &Arc::new(AtomicI64::new(0)));
    let mut settled = Vec::new();
    while_busy(&*store, Kind::Change, || {
        settled.extend((0..10_000).map(|_| submit(&*store, Kind::Read, |_| Ok(()))));
        let refused = submit(&*store, Kind::Read, |_| Ok(())).recv().unwrap().unwrap_err();
        assert_eq!(refused.code(), ErrorCode::OutboxBusy);
    });
    all_done(&settled);
}

#[test]
fn whoever_enqueues_on_a_disk_that_hangs_is_told_in_time() {
    let folder = Folder::new();
    let store = store(&folder.file(), &Arc::new(AtomicI64::new(0)));
    let outbox = builder(&folder.file())
        .enqueue_timeout(std::time::Duration::from_millis(1))
        .build_on(Arc::clone(&store) as _)
        .unwrap();
    while_busy(&*store, Kind::Change, || {
        let error = wait(outbox.enqueue(&event("ORD-1"))).unwrap_err();
        assert_eq!(error.code(), ErrorCode::OutboxTimeout);
    });
    // Nobody waits for it any longer, so it is not written.
    assert_eq!(wait(outbox.counts()).unwrap().pending, 0);
}
