//! An outbox whose tables are another library's, such as Django's ORM: each job runs in a
//! transaction of that library, on the thread that asks.

use std::sync::{Arc, Mutex};

use connectly_conversions::binding::{Job, Kind, Store, store_failed};
use connectly_conversions::{Error, Result};
use futures_util::future::{BoxFuture, FutureExt, ready};
use pyo3::exceptions::{PyException, PyRuntimeError};
use pyo3::prelude::*;

use crate::bell::locked;
use crate::tables::Tables;

/// Has Python's `run(job, reading)` and `explain(exception)`.
#[derive(Debug)]
pub(crate) struct PythonStore {
    store: Py<PyAny>,
    /// What is no failure of the store: an interrupt, an exit.
    interrupt: Mutex<Option<PyErr>>,
}

impl PythonStore {
    pub(crate) fn new(store: Py<PyAny>) -> Self {
        Self { store, interrupt: Mutex::new(None) }
    }

    /// Raises what interrupted the last job.
    pub(crate) fn interrupted(&self) -> PyResult<()> {
        locked(&self.interrupt).take().map_or(Ok(()), Err)
    }

    /// What a failure of the database means.
    fn explain(&self, py: Python<'_>, failure: PyErr) -> Error {
        let message = failure.to_string();
        if !failure.is_instance_of::<PyException>(py) {
            *locked(&self.interrupt) = Some(failure);
            return store_failed("outbox_failed", message);
        }
        let explained = self.store.bind(py).call_method1("explain", (failure.value(py),));
        match explained.and_then(|code| code.extract::<String>()) {
            Ok(code) => store_failed(&code, message),
            Err(_) => store_failed("outbox_failed", message),
        }
    }
}

impl Store for PythonStore {
    fn submit(&self, job: Box<dyn Job>) {
        Python::attach(|py| {
            let reading = job.kind() == Kind::Read;
            let shared = Arc::new(Mutex::new(Some(job)));
            let ran = Py::new(py, NativeJob(Arc::clone(&shared)))
                .and_then(|job| self.store.call_method1(py, "run", (job, reading)));
            let Some(job) = locked(&shared).take() else { return };
            job.settle(ran.map(drop).map_err(|failure| self.explain(py, failure)));
        });
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        ready(()).boxed()
    }
}

/// Something to be done in one transaction.
#[pyclass(frozen)]
pub struct NativeJob(Arc<Mutex<Option<Box<dyn Job>>>>);

#[pymethods]
impl NativeJob {
    /// Does it. Raises where what it wrote is to be undone.
    fn run(&self, tables: Bound<'_, PyAny>) -> PyResult<()> {
        let mut job = locked(&self.0);
        let job = job.as_mut().ok_or_else(|| PyRuntimeError::new_err("the job is over"))?;
        let mut tables = Tables::new(tables);
        let done: Result<(), _> = job.run(&mut tables);
        match (done, tables.failure) {
            (Ok(()), _) => Ok(()),
            (Err(_), Some(failure)) => Err(failure),
            // The job itself tells why.
            (Err(_), None) => Err(PyRuntimeError::new_err("to be undone")),
        }
    }
}
