//! Something that is asked: by a caller that blocks, or on the I/O thread for one that does not.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::process;
use std::sync::{Arc, Mutex, OnceLock};

use connectly_conversions::{Error, Result};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use pyo3::prelude::*;
use serde::Serialize;
use tokio::task::AbortHandle;

use crate::bell::{Bell, locked};
use crate::blocking;
use crate::errors::{OrRaise, defect, guarded, raise};
use crate::io_thread;

/// One question; its answer is JSON. Belongs to the process that made it.
#[pyclass(frozen)]
pub struct Operation {
    work: Mutex<Option<BoxFuture<'static, Result<String>>>>,
    started: OnceLock<Started>,
    pid: u32,
}

struct Started {
    answer: Arc<Answer>,
    task: AbortHandle,
}

struct Answer {
    given: Mutex<Option<Result<String>>>,
    bell: Bell,
}

/// What a record is as JSON.
pub(crate) fn json<T: Serialize>(record: &T) -> Result<String> {
    serde_json::to_string(record).map_err(|error| Error::internal(format!("no JSON: {error}")))
}

impl Operation {
    pub(crate) fn new<T: Serialize>(
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Self {
        let work = async move { json(&work.await?) };
        Self { work: Mutex::new(Some(work.boxed())), started: OnceLock::new(), pid: process::id() }
    }

    /// The I/O thread does it from now on, whether or not anybody waits for the answer; `waiting` is
    /// dropped when nobody does.
    pub(crate) fn begun<T: Serialize + Send + 'static>(
        py: Python<'_>,
        work: impl Future<Output = Result<T>> + Send + 'static,
        waiting: impl Send + 'static,
    ) -> PyResult<Self> {
        let task = io_thread::handle(py)?.spawn(work);
        Ok(Self::new(async move {
            let done = task.await;
            drop(waiting);
            done.unwrap_or_else(|error| match error.try_into_panic() {
                Ok(panic) => Err(defect(&*panic)),
                Err(error) => Err(Error::internal(error.to_string())),
            })
        }))
    }

    fn of_this_process(&self, py: Python<'_>) -> PyResult<()> {
        if self.pid == process::id() {
            return Ok(());
        }
        let message = "this process was forked in the middle of a call";
        Err(raise(py, &Error::internal(message)))
    }

    fn begin(&self, py: Python<'_>) -> PyResult<BoxFuture<'static, Result<String>>> {
        self.of_this_process(py)?;
        let work = locked(&self.work).take();
        work.ok_or_else(|| raise(py, &Error::internal("an operation runs once")))
    }
}

#[pymethods]
impl Operation {
    /// Does it and blocks until it is done; hears signals.
    fn run(&self, py: Python<'_>) -> PyResult<String> {
        guarded(py, || blocking::wait(py, self.begin(py)?)?.or_raise(py))
    }

    /// Has the I/O thread do it, which calls `wake` when it is done.
    fn start(&self, py: Python<'_>, wake: Py<PyAny>) -> PyResult<()> {
        guarded(py, || {
            let (work, thread) = (self.begin(py)?, io_thread::handle(py)?);
            let answer = Answer { given: Mutex::new(None), bell: Bell::new(Some(wake)) };
            let answer = Arc::new(answer);
            let told = Arc::clone(&answer);
            let task = thread.spawn(async move {
                let done = AssertUnwindSafe(work).catch_unwind().await;
                let done = done.unwrap_or_else(|panic| Err(defect(&*panic)));
                *locked(&told.given) = Some(done);
                told.bell.ring();
            });
            // It is not set: only one caller gets the work.
            let _ = self.started.set(Started { answer, task: task.abort_handle() });
            Ok(())
        })
    }

    /// The answer, if it is there.
    fn take(&self, py: Python<'_>) -> PyResult<Option<String>> {
        self.of_this_process(py)?;
        let Some(Started { answer, .. }) = self.started.get() else { return Ok(None) };
        let given = locked(&answer.given).take();
        given.transpose().or_raise(py)
    }

    /// Blocks until the answer is there; hears signals.
    fn wait(&self, py: Python<'_>) -> PyResult<()> {
        loop {
            self.of_this_process(py)?;
            let Some(Started { answer, .. }) = self.started.get() else { return Ok(()) };
            let Answer { given, bell } = &**answer;
            if py.detach(|| bell.wait(given, blocking::SIGNAL_CHECK, Option::is_some)) {
                return Ok(());
            }
            py.check_signals()?;
        }
    }

    /// Nobody waits any longer; what was begun may yet come to be done.
    fn stop(&self) {
        if let Some(Started { answer, task }) = self.started.get() {
            answer.bell.silence();
            if self.pid == process::id() {
                task.abort();
            }
        }
    }
}

impl Drop for Operation {
    fn drop(&mut self) {
        // Held by Python, hence dropped with the GIL.
        self.stop();
        if self.pid != process::id()
            && let Ok(mut work) = self.work.try_lock()
        {
            // Made of what only the parent has.
            std::mem::forget(work.take());
        }
    }
}
