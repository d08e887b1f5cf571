//! Forks in C, as uWSGI does them, while other threads use the value without pause.

mod support;

use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, mpsc};
use std::thread;

use connectly_forkguard::PerProcess;
use support::in_fork;

/// A stand-in for a runtime: a thread that does the work, a lock that is nearly always held, and
/// a drop that waits for the thread. Used or dropped after a fork, it hangs.
struct Engine {
    pid: u32,
    lock: Mutex<u64>,
    jobs: Option<mpsc::Sender<mpsc::Sender<u32>>>,
    worker: Option<thread::JoinHandle<()>>,
}

impl Engine {
    fn start() -> Self {
        let (jobs, inbox) = mpsc::channel::<mpsc::Sender<u32>>();
        let worker = thread::spawn(move || {
            for reply in inbox {
                let _ = reply.send(process::id());
            }
        });
        Self { pid: process::id(), lock: Mutex::new(0), jobs: Some(jobs), worker: Some(worker) }
    }

    /// Asks the worker for its process.
    fn work(&self) -> Option<u32> {
        let mut count = self.lock.lock().ok()?;
        *count += 1;
        let (reply, answer) = mpsc::channel();
        self.jobs.as_ref()?.send(reply).ok()?;
        answer.recv().ok()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(worker) = self.worker.take() {
            let _ = worker.join();
        }
    }
}

static ENGINE: PerProcess<Engine> = PerProcess::new();

fn works_here() -> bool {
    let engine = ENGINE.get_or_init(Engine::start);
    engine.pid == process::id() && engine.work() == Some(process::id())
}

#[test]
fn forks_under_load_get_an_engine_of_their_own() {
    let stop = AtomicBool::new(false);
    let exit_codes: Vec<_> = thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    assert!(works_here());
                }
            });
        }
        let forks = (0..100).map(|_| in_fork(|| works_here() && in_fork(works_here) == Some(0)));
        let exit_codes = forks.collect();
        stop.store(true, Ordering::Relaxed);
        exit_codes
    });
    assert_eq!(exit_codes, vec![Some(0); 100]);
    assert!(works_here());
}

#[test]
fn a_child_never_drops_what_it_inherited() {
    let cell = PerProcess::new();
    assert!(cell.get_or_init(Engine::start).work().is_some());
    // The drop would wait for a thread that the child does not have.
    let exit_code = in_fork(|| {
        let inherited = cell.get().is_none();
        drop(cell);
        inherited
    });
    assert_eq!(exit_code, Some(0));
}
