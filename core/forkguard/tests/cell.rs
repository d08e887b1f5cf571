//! What the cell promises within one process.

use std::sync::Arc;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use connectly_forkguard::PerProcess;

/// Counts how many of it are alive.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(alive: &Arc<AtomicUsize>) -> Self {
        alive.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(alive))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[test]
fn nothing_is_made_before_it_is_needed() {
    let cell = PerProcess::<u8>::new();
    assert!(cell.get().is_none());
    assert_eq!(*cell.get_or_init(|| 7), 7);
    assert_eq!(cell.get(), Some(&7));
}

#[test]
fn the_first_value_stays() {
    let cell = PerProcess::new();
    assert_eq!(*cell.get_or_init(|| 1), 1);
    assert_eq!(*cell.get_or_init(|| 2), 1);
}

#[test]
fn a_failure_leaves_the_cell_empty() {
    let cell = PerProcess::<u8>::new();
    assert_eq!(cell.get_or_try_init(|| Err("no")), Err("no"));
    assert!(cell.get().is_none());
    assert_eq!(cell.get_or_try_init(|| Ok::<_, &str>(3)), Ok(&3));
}

#[test]
fn threads_agree_on_one_value_and_the_others_are_dropped() {
    const THREADS: usize = 8;
    for _ in 0..200 {
        let alive = Arc::new(AtomicUsize::new(0));
        let cell = PerProcess::new();
        let start = Barrier::new(THREADS);
        let seen: Vec<usize> = thread::scope(|scope| {
            let run = || {
                start.wait();
                std::ptr::from_ref(cell.get_or_init(|| Counted::new(&alive))).addr()
            };
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(run)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap_or_default()).collect()
        });
        assert!(seen.iter().all(|address| *address == seen[0] && *address != 0));
        assert_eq!(alive.load(Ordering::SeqCst), 1);
        drop(cell);
        assert_eq!(alive.load(Ordering::SeqCst), 0);
    }
}
