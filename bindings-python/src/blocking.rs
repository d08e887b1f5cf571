//! Blocking calls: the calling thread drives the I/O itself, which costs a third less than
//! handing it to another thread.

use std::cell::Cell;
use std::future::Future;
use std::process;
use std::time::Duration;

use connectly_conversions::Error;
use connectly_forkguard::PerProcess;
use pyo3::prelude::*;
use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;
use tokio::time::timeout;

use crate::errors::raise;

/// How long a signal waits at most: Ctrl-C feels immediate below a tenth of a second.
pub(crate) const SIGNAL_CHECK: Duration = Duration::from_millis(50);

/// One name look-up at a time is rarely waited for, four never are.
const LOOK_UP_THREADS: usize = 4;

/// Of many threads that call at once one drives, and hands over when its own call is done.
static CALLERS: PerProcess<Runtime> = PerProcess::new();

/// A runtime of the calling threads, or of one thread of its own.
pub(crate) fn runtime() -> Result<Runtime, Error> {
    Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(LOOK_UP_THREADS)
        .build()
        .map_err(|error| Error::internal(format!("no I/O on this machine: {error}")))
}

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
}

/// Whether this thread is in a call, which a signal handler has interrupted.
pub(crate) fn in_a_call() -> bool {
    CALLS.get() > 0
}

struct Counted;

impl Counted {
    fn new() -> Self {
        CALLS.set(CALLS.get() + 1);
        Self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        CALLS.set(CALLS.get() - 1);
    }
}

/// Waits for the future without the GIL; signals are heard every 50 ms.
pub(crate) fn wait<F>(py: Python<'_>, future: F) -> PyResult<F::Output>
where
    F: Future + Send,
    F::Output: Send,
{
    let runtime = CALLERS.get_or_try_init(runtime).map_err(|error| raise(py, &error))?;
    let (pid, _counted) = (process::id(), Counted::new());
    let mut future = Box::pin(future);
    loop {
        let turn = async {
            let turn = timeout(SIGNAL_CHECK, future.as_mut()).await;
            if turn.is_err() {
                // Who yielded in this turn is woken by it, and would not be by the next one.
                yield_now().await;
            }
            turn
        };
        if let Ok(output) = py.detach(|| runtime.block_on(turn)) {
            return Ok(output);
        }
        let signal = py.check_signals();
        if process::id() != pid {
            // A signal handler forked, and this is the child: the request is the parent's.
            std::mem::forget(future);
            signal?;
            let message = "this process was forked in the middle of a call";
            return Err(raise(py, &Error::internal(message)));
        }
        if let Err(interrupt) = signal {
            drop(future);
            // Lets the connection of the dropped request close.
            py.detach(|| runtime.block_on(yield_now()));
            return Err(interrupt);
        }
    }
}
