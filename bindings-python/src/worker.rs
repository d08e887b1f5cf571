//! A worker of an outbox, on the I/O thread of the process that started it.

use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use connectly_conversions as core;
use connectly_conversions::{Error, binding};
use pyo3::prelude::*;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::arguments::number;
use crate::bell::locked;
use crate::blocking;
use crate::client::NativeClient;
use crate::errors::{OrRaise, guarded, raise};
use crate::exit_guard;
use crate::io_thread;
use crate::operation::{Operation, json};

/// After its time to stop, a worker whose disk hangs is left alone.
const LAST_WRITE: Duration = Duration::from_secs(1);

type Worker = core::Worker<core::Client>;

/// What is called for each attempt, and when the store begins to fail.
pub(crate) type Told = (Py<PyAny>, Py<PyAny>);

/// For the thread that calls Python.
enum News {
    Tell(Happened),
    /// The worker has ended; whoever waits for that hears of it after all that happened was told.
    Ended(oneshot::Sender<()>),
}

enum Happened {
    /// An attempt, as JSON.
    Attempted(String),
    /// Code and message of the error that the store fails with.
    Failing(&'static str, String),
}

/// Delivers from `start` to `stop`. A forked child has inherited the object, but not the worker.
#[pyclass(frozen)]
pub struct NativeWorker {
    worker: Arc<Worker>,
    news: Sender<News>,
    /// There until it is started.
    untold: Mutex<Option<(Receiver<News>, Told)>>,
    /// There while it runs.
    ended: Mutex<Option<oneshot::Receiver<()>>>,
    /// Whether a thread of the caller's runs it.
    runs: AtomicBool,
    pid: u32,
}

impl NativeWorker {
    pub(crate) fn new(
        py: Python<'_>,
        outbox: &core::Outbox,
        client: &NativeClient,
        concurrency: Option<&Bound<'_, PyAny>>,
        rate: Option<&Bound<'_, PyAny>>,
        told: Told,
    ) -> PyResult<Self> {
        let mut worker = outbox.worker(client.of_workers(py)?);
        if let Some(given) = concurrency {
            let count = binding::concurrency(number("concurrency", given)?).or_raise(py)?;
            worker = worker.concurrency(count);
        }
        if let Some(given) = rate {
            worker = worker.rate(number("rate", given)?);
        }
        let (news, untold) = mpsc::channel();
        let (teller, alarm) = (news.clone(), news.clone());
        let worker = worker.on_attempt(move |attempted| {
            // Nobody listens any longer where the thread could not be started.
            let _ = json(attempted).map(|text| teller.send(News::Tell(Happened::Attempted(text))));
        });
        let worker = worker.on_failing_store(move |error| {
            let (code, message) = (error.code().as_str(), error.message().to_owned());
            let _ = alarm.send(News::Tell(Happened::Failing(code, message)));
        });
        Ok(Self {
            worker: Arc::new(worker.build().or_raise(py)?),
            news,
            untold: Mutex::new(Some((untold, told))),
            ended: Mutex::new(None),
            runs: AtomicBool::new(false),
            pid: process::id(),
        })
    }
}

impl NativeWorker {
    /// Tells of its attempts, on a thread of its own, from now on; once.
    fn listen(&self, py: Python<'_>) -> PyResult<()> {
        let untold = locked(&self.untold).take().filter(|_| self.pid == process::id());
        let Some((untold, told)) = untold else {
            let why = "a worker starts once, in the process that made it; make another one";
            return Err(raise(py, &Error::invalid_option("worker", why)));
        };
        thread::Builder::new()
            .name("connectly-attempts".to_owned())
            .spawn(move || tell(untold, told))
            .map(drop)
            .map_err(|error| raise(py, &Error::internal(format!("no thread: {error}"))))
    }
}

#[pymethods]
impl NativeWorker {
    /// Starts it, once; in the process that made it.
    fn start(&self, py: Python<'_>) -> PyResult<()> {
        guarded(py, || {
            let io = io_thread::handle(py)?;
            self.listen(py)?;
            let (done, ended) = oneshot::channel();
            let (worker, news) = (Arc::clone(&self.worker), self.news.clone());
            io.spawn(async move {
                worker.run().await;
                let _ = news.send(News::Ended(done));
            });
            *locked(&self.ended) = Some(ended);
            Ok(())
        })
    }

    /// Runs it on the calling thread until `stop`, until nothing is due, or so long at most; hears
    /// signals. For an outbox whose tables another library keeps on a connection of this thread.
    #[pyo3(signature = (until_empty, deadline = None))]
    fn run(
        &self,
        py: Python<'_>,
        until_empty: bool,
        deadline: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<String> {
        guarded(py, || {
            let mut options = core::DeliverOptions::default();
            options.until_empty = until_empty;
            if let Some(deadline) = deadline {
                let seconds = number("deadline", deadline)?;
                options.deadline = Some(binding::seconds("deadline", seconds).or_raise(py)?);
            }
            self.listen(py)?;
            self.runs.store(true, Ordering::Relaxed);
            let delivered = blocking::wait(py, self.worker.deliver(options));
            self.runs.store(false, Ordering::Relaxed);
            let (done, ended) = oneshot::channel();
            let _ = self.news.send(News::Ended(done));
            let _ = blocking::wait(py, ended)?;
            json(&delivered?.or_raise(py)?).or_raise(py)
        })
    }

    /// Has it take no more events, and waits for the attempts under way, so long at most; nothing
    /// where it does not run in this process.
    #[pyo3(signature = (timeout = None))]
    fn stop(
        &self,
        py: Python<'_>,
        timeout: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Option<Operation>> {
        guarded(py, || {
            let within = match timeout {
                Some(given) => {
                    binding::seconds("timeout", number("timeout", given)?).or_raise(py)?
                }
                None => Worker::PATIENCE,
            };
            if self.pid != process::id() {
                return Ok(None);
            }
            if self.runs.load(Ordering::Relaxed) {
                // `run` returns by itself.
                self.worker.stop(within);
                return Ok(None);
            }
            let Some(ended) = locked(&self.ended).take() else { return Ok(None) };
            self.worker.stop(within);
            Ok(Some(Operation::new(async move {
                let _ = self::timeout(within + LAST_WRITE, ended).await;
                Ok(())
            })))
        })
    }
}

/// Tells Python, until the worker has ended.
fn tell(untold: Receiver<News>, told: Told) {
    let mut told = Some(told);
    for news in untold {
        match news {
            News::Tell(happened) => exit_guard::with_python_for_long(|py| {
                let done = told.as_ref().map(|told| call(py, told, happened));
                if let Some(Err(error)) = done {
                    error.write_unraisable(py, None);
                }
            }),
            News::Ended(done) => {
                // Dropped with the GIL, or not at all.
                exit_guard::with_python(|_| drop(told.take()));
                std::mem::forget(told);
                let _ = done.send(());
                return;
            }
        }
    }
}

fn call(
    py: Python<'_>,
    (on_attempt, on_failing): &Told,
    happened: Happened,
) -> PyResult<Py<PyAny>> {
    match happened {
        Happened::Attempted(text) => on_attempt.call1(py, (text,)),
        Happened::Failing(code, message) => on_failing.call1(py, (code, message)),
    }
}

/// `deliver`, on the I/O thread: whoever waits for it may go, and what is under way ends in order.
pub(crate) fn delivery(
    py: Python<'_>,
    outbox: &core::Outbox,
    client: &NativeClient,
    until_empty: bool,
    deadline: Option<&Bound<'_, PyAny>>,
) -> PyResult<Operation> {
    let mut options = core::DeliverOptions::default();
    options.until_empty = until_empty;
    if let Some(deadline) = deadline {
        let seconds = number("deadline", deadline)?;
        options.deadline = Some(binding::seconds("deadline", seconds).or_raise(py)?);
    }
    let worker = Arc::new(outbox.worker(client.of_workers(py)?).build().or_raise(py)?);
    let waiting = StopsIfDropped(Arc::clone(&worker));
    Operation::begun(py, async move { worker.deliver(options).await }, waiting)
}

struct StopsIfDropped(Arc<Worker>);

impl Drop for StopsIfDropped {
    fn drop(&mut self) {
        self.0.stop(Worker::PATIENCE);
    }
}
