//! What is to be done, handed from any thread to the one that has the database open.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::outbox::store::Job;

/// More than this wait only for a disk that hangs; their memory is bounded.
const MOST_JOBS: usize = 10_000;

/// So many share one commit.
const GROUP: usize = 64;

/// Less than a sync takes.
const GATHER: Duration = Duration::from_micros(500);

#[derive(Default)]
pub(super) struct Inbox {
    state: Mutex<State>,
    /// For the thread: there is something to do.
    work: Condvar,
    /// For whoever forks: the file is closed.
    #[cfg(feature = "outbox-sqlite")]
    quiet: Condvar,
    /// A fork is at hand, or under way.
    hurry: Arc<AtomicBool>,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Box<dyn Job>>,
    has_thread: bool,
    /// How many jobs shared the last commit.
    last_group: usize,
    /// Nobody will ask for anything any longer.
    is_over: bool,
    /// They wait for the end of the thread.
    closers: Vec<oneshot::Sender<()>>,
    /// The thread may have the file open.
    #[cfg(feature = "outbox-sqlite")]
    is_open: bool,
}

/// What the thread shall do.
pub(super) enum Task {
    /// These.
    Work(Vec<Box<dyn Job>>),
    /// What it does while there is nothing else.
    Idle,
    /// Close the file, at once.
    Quiet,
    /// Close the file, in order.
    End,
}

/// What became of a job that was handed in.
pub(super) enum Taken {
    Yes,
    /// And there is no thread yet.
    First,
    /// There are too many.
    No(Box<dyn Job>),
}

impl Inbox {
    pub(super) fn push(&self, job: Box<dyn Job>) -> Taken {
        let mut state = self.lock();
        let mut forgotten = VecDeque::new();
        if state.jobs.len() >= MOST_JOBS {
            let (wanted, unwanted) = std::mem::take(&mut state.jobs)
                .into_iter()
                .partition::<VecDeque<_>, _>(|job| job.is_wanted());
            (state.jobs, forgotten) = (wanted, unwanted);
        }
        let taken = if state.jobs.len() >= MOST_JOBS {
            Taken::No(job)
        } else {
            state.jobs.push_back(job);
            self.work.notify_one();
            if std::mem::replace(&mut state.has_thread, true) { Taken::Yes } else { Taken::First }
        };
        drop(state);
        drop(forgotten);
        taken
    }

    /// There will be no thread: gives back what waits for it.
    pub(super) fn give_up(&self) -> VecDeque<Box<dyn Job>> {
        let mut state = self.lock();
        state.has_thread = false;
        state.closers.clear();
        std::mem::take(&mut state.jobs)
    }

    /// The thread's next task; [`Task::Idle`] after `wait`.
    pub(super) fn next(&self, wait: Option<Duration>) -> Task {
        let until = wait.map(|wait| Instant::now() + wait);
        let mut state = self.lock();
        loop {
            if self.is_hurried() {
                return Task::Quiet;
            }
            if !state.jobs.is_empty() {
                state = self.gather(state);
                let count = state.jobs.len().min(GROUP);
                state.last_group = count;
                return Task::Work(state.jobs.drain(..count).collect());
            }
            if state.is_over || !state.closers.is_empty() {
                return Task::End;
            }
            let Some(until) = until else {
                state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Task::Idle;
            }
            state = self.work.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Whoever shared the last commit mostly has the next job at once. Without a wait for them,
    /// the first one to come would have a commit of its own, which all others wait for.
    fn gather<'a>(&self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let until = Instant::now() + GATHER;
        while state.jobs.len() < state.last_group && !self.is_hurried() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let waited = self.work.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        state
    }

    /// The thread has closed the file; whether it may end.
    pub(super) fn end(&self) -> bool {
        let mut state = self.lock();
        for closer in state.closers.drain(..) {
            // Whoever closes may have gone.
            let _ = closer.send(());
        }
        state.has_thread = !state.jobs.is_empty();
        !state.has_thread
    }

    /// Tells when the file is closed; `None` where it is.
    pub(super) fn close(&self) -> Option<oneshot::Receiver<()>> {
        let mut state = self.lock();
        if !state.has_thread {
            return None;
        }
        let (closer, end) = oneshot::channel();
        state.closers.push(closer);
        self.work.notify_one();
        Some(end)
    }

    /// Nobody will ask for anything any longer.
    pub(super) fn is_over(&self) {
        self.lock().is_over = true;
        self.work.notify_one();
    }

    pub(super) fn is_hurried(&self) -> bool {
        self.hurry.load(Ordering::Acquire)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// For a file, which no fork may find open.
#[cfg(feature = "outbox-sqlite")]
impl Inbox {
    /// Set while a fork is at hand.
    pub(super) fn hurry(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.hurry)
    }

    /// The thread may open the file from now on.
    pub(super) fn opens(&self) {
        self.lock().is_open = true;
    }

    /// The thread has closed the file.
    pub(super) fn has_closed(&self) {
        self.lock().is_open = false;
        self.quiet.notify_all();
    }

    /// The thread has closed the file and waits until a fork is over.
    pub(super) fn stand_still(&self) {
        let mut state = self.lock();
        state.is_open = false;
        self.quiet.notify_all();
        while self.is_hurried() {
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.is_open = true;
    }

    /// Asks the thread to close the file and to stand still.
    pub(super) fn ask_for_quiet(&self) {
        let state = self.lock();
        self.hurry.store(true, Ordering::Release);
        self.work.notify_one();
        drop(state);
    }

    /// Waits until the file is closed; whether it is.
    pub(super) fn wait_for_quiet(&self, until: Instant) -> bool {
        let mut state = self.lock();
        while state.is_open {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let waited = self.quiet.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// Lets the thread go on.
    pub(super) fn go_on(&self) {
        let state = self.lock();
        self.hurry.store(false, Ordering::Release);
        self.work.notify_one();
        drop(state);
    }
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox").finish_non_exhaustive()
    }
}
