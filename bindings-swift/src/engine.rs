//! The thread on which everything touches the network.
//!
//! A write to a connection that the other side has closed raises SIGPIPE, which ends a process
//! that does not ignore it. Rust's, Python's and Node's own programs do; a Swift program does not,
//! and its signals are not a library's to change. So no thread of the host ever writes: ours does,
//! and it holds the signal back from itself alone.

use std::io;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

use connectly_conversions::Error;
use nix::sys::signal::{SigSet, Signal};
use tokio::runtime::{Builder, Handle};
use tokio::task::JoinHandle;

use crate::cancel::CancelToken;
use crate::error::{Failure, Result};

static ENGINE: Mutex<Option<Handle>> = Mutex::new(None);

/// Work on our thread, and what it gives unless it is cancelled first.
pub(crate) type Task<T> = JoinHandle<Result<T>>;

/// Begins work on our thread; drops it once the token is cancelled.
pub(crate) fn spawn<T: Send + 'static>(
    token: Arc<CancelToken>,
    work: impl Future<Output = T> + Send + 'static,
) -> Result<Task<T>> {
    Ok(engine()?.spawn(async move {
        if token.is_cancelled() {
            return Err(Failure::Cancelled);
        }
        tokio::select! {
            // What was answered already is told, cancelled or not.
            biased;
            done = work => Ok(done),
            () = token.cancelled() => Err(Failure::Cancelled),
        }
    }))
}

/// Waits for work on our thread.
pub(crate) async fn join<T>(task: Task<T>) -> Result<T> {
    task.await.unwrap_or_else(|error| Err(Error::internal(error.to_string()).into()))
}

/// Does the work on our thread; drops it once the token is cancelled.
pub(crate) async fn run<T: Send + 'static>(
    token: Arc<CancelToken>,
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T> {
    join(spawn(token, work)?).await
}

/// Does work that blocks, on a thread of its own.
pub(crate) async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Error::internal(error.to_string()).into())
}

/// Starts threads that hold SIGPIPE back: they inherit it from the one that starts them.
pub(crate) fn without_sigpipe<T: Send>(start: impl FnOnce() -> T + Send) -> Result<T> {
    thread::scope(|scope| {
        let held = scope.spawn(|| {
            hold_sigpipe_back()?;
            io::Result::Ok(start())
        });
        match held.join() {
            Ok(started) => started.map_err(|error| Error::internal(error.to_string()).into()),
            Err(_) => Err(Error::internal("a thread that starts another panicked").into()),
        }
    })
}

fn engine() -> Result<Handle> {
    let mut engine = ENGINE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(engine) = &*engine {
        return Ok(engine.clone());
    }
    let started = start().map_err(|error| Error::internal(error.to_string()))?;
    Ok(engine.insert(started).clone())
}

fn start() -> io::Result<Handle> {
    let (sender, receiver) = mpsc::sync_channel(1);
    thread::Builder::new().name("connectly".to_owned()).spawn(move || {
        let runtime =
            hold_sigpipe_back().and_then(|()| Builder::new_current_thread().enable_all().build());
        match runtime {
            Ok(runtime) => {
                // The receiver waits until it has this.
                let _ = sender.send(Ok(runtime.handle().clone()));
                runtime.block_on(std::future::pending::<()>());
            }
            Err(error) => {
                let _ = sender.send(Err(error));
            }
        }
    })?;
    receiver.recv().map_err(io::Error::other)?
}

fn hold_sigpipe_back() -> io::Result<()> {
    let mut signals = SigSet::empty();
    signals.add(Signal::SIGPIPE);
    Ok(signals.thread_block()?)
}
