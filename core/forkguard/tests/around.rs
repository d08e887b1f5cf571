//! What is registered around forks is called before each, and after it on both sides.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use connectly_forkguard::{After, Side, around_fork};
use support::in_fork;

static BEFORE: AtomicU32 = AtomicU32::new(0);
static IN_PARENT: AtomicU32 = AtomicU32::new(0);
static IN_CHILD: AtomicU32 = AtomicU32::new(0);

/// Nearly always held by somebody: the child can use it only because the fork waits for it.
static LOCK: Mutex<u32> = Mutex::new(0);

fn before() -> After {
    BEFORE.fetch_add(1, Ordering::Relaxed);
    let guard = LOCK.lock().unwrap();
    Box::new(move |side| {
        match side {
            Side::Parent => IN_PARENT.fetch_add(1, Ordering::Relaxed),
            Side::Child => IN_CHILD.fetch_add(1, Ordering::Relaxed),
        };
        drop(guard);
    })
}

fn never() -> After {
    BEFORE.fetch_add(1_000, Ordering::Relaxed);
    Box::new(|_| {})
}

#[test]
fn each_fork_is_prepared_once_and_told_on_both_sides() {
    around_fork(before).unwrap();
    // Only the first one counts, however often it is asked for.
    around_fork(before).unwrap();
    around_fork(never).unwrap();

    let done = Mutex::new(false);
    let exit_codes: Vec<_> = thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !*done.lock().unwrap() {
                    *LOCK.lock().unwrap() += 1;
                }
            });
        }
        let forks = (1..=50).map(|fork| {
            in_fork(|| {
                let told = (BEFORE.load(Ordering::Relaxed), IN_CHILD.load(Ordering::Relaxed));
                *LOCK.lock().unwrap() += 1;
                told == (fork, 1) && IN_PARENT.load(Ordering::Relaxed) == fork - 1
            })
        });
        let exit_codes = forks.collect();
        *done.lock().unwrap() = true;
        exit_codes
    });
    assert_eq!(exit_codes, vec![Some(0); 50]);
    assert_eq!(BEFORE.load(Ordering::Relaxed), 50);
    assert_eq!(IN_PARENT.load(Ordering::Relaxed), 50);
    assert_eq!(IN_CHILD.load(Ordering::Relaxed), 0);
}
