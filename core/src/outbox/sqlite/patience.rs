//! How long a connection waits for the locks of other processes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// A transaction of ours takes milliseconds; whoever holds the lock for so long has stopped.
pub(super) const LONGEST: Duration = Duration::from_secs(5);

/// SQLite's own handler ends in waits of a tenth of a second: under load the last one waits for
/// seconds. Short waits of random length let everybody have a turn.
const NAP_MICROS: std::ops::Range<u64> = 200..4_000;

#[derive(Debug, Clone)]
pub(super) struct Patience {
    /// A fork is at hand.
    hurry: Arc<AtomicBool>,
    /// Nothing is worth a wait.
    none: Arc<AtomicBool>,
}

impl Patience {
    pub(super) fn new(hurry: Arc<AtomicBool>) -> Self {
        Self { hurry, none: Arc::default() }
    }

    /// Whether to wait at all.
    pub(super) fn wait(&self, wait: bool) {
        self.none.store(!wait, Ordering::Relaxed);
    }

    /// What SQLite calls while a lock is another's.
    pub(super) fn handler(&self) -> impl FnMut(i32) -> bool + Send + use<> {
        let (hurry, none) = (Arc::clone(&self.hurry), Arc::clone(&self.none));
        let mut began = Instant::now();
        move |calls| {
            if calls == 0 {
                began = Instant::now();
            }
            !none.load(Ordering::Relaxed) && began.elapsed() < LONGEST && nap(&hurry)
        }
    }

    /// Waits a moment, if there is the time.
    pub(super) fn nap(&self) -> bool {
        nap(&self.hurry)
    }
}

fn nap(hurry: &AtomicBool) -> bool {
    let may = !hurry.load(Ordering::Acquire);
    if may {
        thread::sleep(Duration::from_micros(fastrand::u64(NAP_MICROS)));
    }
    may
}
