//! What a fork needs: every file closed.
//!
//! SQLite keeps a table of the locks that its process holds. A child inherits the table without the
//! locks: it would find the file locked for ever, or write where another process does not expect
//! it. Nothing of that can be repaired in the child, so the parent closes its files before.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::outbox::inbox::Inbox;

/// How long a fork waits for commits that are under way.
const PATIENCE: Duration = Duration::from_secs(1);

/// Of every thread that may have a file open.
static THREADS: Mutex<Vec<Arc<Inbox>>> = Mutex::new(Vec::new());

/// The process was forked while a file was open: SQLite can never be used in it.
static IS_SPOILT: AtomicBool = AtomicBool::new(false);

/// A thread may open its file from now on. While a fork is under way this waits for its end.
pub(super) fn enter(inbox: &Arc<Inbox>) {
    let mut threads = threads();
    inbox.opens();
    threads.push(Arc::clone(inbox));
}

/// The thread has closed its file and will not open it again.
pub(super) fn leave(inbox: &Arc<Inbox>) {
    // A fork that is under way waits for this, and holds the list.
    inbox.has_closed();
    threads().retain(|other| !Arc::ptr_eq(other, inbox));
}

pub(super) fn is_spoilt() -> bool {
    IS_SPOILT.load(Ordering::Relaxed)
}

fn threads() -> MutexGuard<'static, Vec<Arc<Inbox>>> {
    THREADS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Every outbox's file of this process is closed, and stays so until this is used. It belongs to
/// the thread that forks.
#[derive(Debug)]
#[must_use = "the outboxes of this process stand still until it is used"]
pub struct Quiesced {
    threads: MutexGuard<'static, Vec<Arc<Inbox>>>,
    is_quiet: bool,
}

/// Closes every outbox's file of this process, for a fork. Waits at most 1 s for what is under way.
pub fn before_fork() -> Quiesced {
    let threads = threads();
    threads.iter().for_each(|inbox| inbox.ask_for_quiet());
    let until = Instant::now() + PATIENCE;
    let is_quiet = threads.iter().all(|inbox| inbox.wait_for_quiet(until));
    Quiesced { threads, is_quiet }
}

impl Quiesced {
    /// In the parent, or where the fork failed: they go on.
    pub fn in_parent(self) {
        self.threads.iter().for_each(|inbox| inbox.go_on());
    }

    /// In the child: it has none of them. What it inherited is never touched, nor freed: its locks
    /// may be held by threads that the child does not have.
    pub fn in_child(mut self) {
        std::mem::forget(std::mem::take(&mut *self.threads));
        if !self.is_quiet {
            IS_SPOILT.store(true, Ordering::Relaxed);
        }
    }
}
