//! Requests in flight: the I/O thread sends them, Python takes their outcomes in order.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::process;
use std::sync::{Arc, Mutex, MutexGuard};

use connectly_conversions as core;
use connectly_conversions::binding::Batch;
use futures_util::FutureExt;
use pyo3::prelude::*;
use tokio::task::AbortHandle;

use crate::arguments::instance;
use crate::bell::{Bell, locked};
use crate::blocking::SIGNAL_CHECK;
use crate::errors::{defect, guarded, raise};
use crate::event::ConversionEvent;
use crate::io_thread;
use crate::records::Outcome;

/// The events of one batch that were started and whose outcomes were not taken yet.
#[pyclass(frozen)]
pub struct InFlight {
    batch: Arc<Batch>,
    concurrency: usize,
    shared: Arc<Shared>,
    pid: u32,
}

struct Shared {
    requests: Mutex<Requests>,
    bell: Bell,
}

#[derive(Default)]
struct Requests {
    taken: usize,
    /// In the order in which they were started.
    rest: VecDeque<Request>,
}

struct Request {
    task: AbortHandle,
    outcome: Option<core::Outcome>,
}

impl Requests {
    /// Whether waiting would be for nothing.
    fn ready(&self) -> bool {
        self.rest.front().is_none_or(|first| first.outcome.is_some())
    }
}

impl Shared {
    /// Keeps an outcome, and tells of it if it is the next in order. On the I/O thread.
    fn ended(&self, number: usize, outcome: core::Outcome) {
        let mut requests = locked(&self.requests);
        let place = number - requests.taken;
        if let Some(request) = requests.rest.get_mut(place) {
            request.outcome = Some(outcome);
        }
        drop(requests);
        if place == 0 {
            self.bell.ring();
        }
    }
}

impl InFlight {
    /// `wake` is called, on another thread, when the next outcome in order is there.
    pub(crate) fn new(client: core::Client, concurrency: usize, wake: Option<Py<PyAny>>) -> Self {
        let shared = Shared { requests: Mutex::default(), bell: Bell::new(wake) };
        let (batch, shared) = (Arc::new(client.batch(concurrency)), Arc::new(shared));
        Self { batch, concurrency, shared, pid: process::id() }
    }

    /// A forked child has inherited the object, but not the thread; a lock perhaps held.
    fn requests(&self, py: Python<'_>) -> PyResult<MutexGuard<'_, Requests>> {
        if self.pid == process::id() {
            return Ok(locked(&self.shared.requests));
        }
        let message = "this process was forked in the middle of a call";
        Err(raise(py, &core::Error::internal(message)))
    }
}

#[pymethods]
impl InFlight {
    /// How many may be started and not taken.
    #[getter]
    fn concurrency(&self) -> usize {
        self.concurrency
    }

    /// How many were started and not taken.
    #[getter]
    fn pending(&self, py: Python<'_>) -> PyResult<usize> {
        Ok(self.requests(py)?.rest.len())
    }

    /// Starts one.
    fn push(&self, py: Python<'_>, event: &Bound<'_, PyAny>) -> PyResult<()> {
        guarded(py, || {
            let event = instance::<ConversionEvent>("event", "a ConversionEvent", event)?;
            let (thread, mut requests) = (io_thread::handle(py)?, self.requests(py)?);
            let number = requests.taken + requests.rest.len();
            let (batch, shared) = (Arc::clone(&self.batch), Arc::clone(&self.shared));
            let event = event.get().0.clone();
            let task = thread.spawn(async move {
                let sent = AssertUnwindSafe(batch.send(&event)).catch_unwind().await;
                let result = sent.unwrap_or_else(|panic| Err(defect(&*panic)));
                shared.ended(number, core::Outcome { event, result });
            });
            requests.rest.push_back(Request { task: task.abort_handle(), outcome: None });
            Ok(())
        })
    }

    /// The next outcome in order, if it is there.
    fn take(&self, py: Python<'_>) -> PyResult<Option<Outcome>> {
        let mut requests = self.requests(py)?;
        let outcome = requests.rest.front_mut().and_then(|first| first.outcome.take());
        let Some(outcome) = outcome else { return Ok(None) };
        requests.rest.pop_front();
        requests.taken += 1;
        drop(requests);
        Outcome::from_core(py, outcome).map(Some)
    }

    /// Blocks until the next outcome in order is there, or none is to come; hears signals.
    fn wait(&self, py: Python<'_>) -> PyResult<()> {
        loop {
            drop(self.requests(py)?);
            let Shared { requests, bell } = &*self.shared;
            let ready = py.detach(|| bell.wait(requests, SIGNAL_CHECK, Requests::ready));
            if ready {
                return Ok(());
            }
            py.check_signals()?;
        }
    }

    /// Stops what has not ended, and gives what has, whatever it waits for in the order.
    fn stop(&self, py: Python<'_>) -> PyResult<Vec<Outcome>> {
        if self.pid != process::id() {
            return Ok(Vec::new());
        }
        self.shared.bell.silence();
        let mut requests = locked(&self.shared.requests);
        let rest = std::mem::take(&mut requests.rest);
        drop(requests);
        let ended = rest.into_iter().filter_map(|request| {
            request.task.abort();
            request.outcome
        });
        ended.map(|outcome| Outcome::from_core(py, outcome)).collect()
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        // Held by Python, hence dropped with the GIL.
        self.shared.bell.silence();
        if self.pid == process::id() {
            for request in &locked(&self.shared.requests).rest {
                request.task.abort();
            }
        }
    }
}
