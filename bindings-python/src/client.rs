//! The client behind `Client` and `AsyncClient`.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use connectly_conversions as core;
use connectly_conversions::binding;
use connectly_forkguard::PerProcess;
use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::arguments::{text_or_uuid, wrong_type};
use crate::background::{self, Request};
use crate::blocking;
use crate::errors::{OrRaise, guarded};
use crate::event::ConversionEvent;
use crate::records::{Outcome, Receipt, RetryPolicy};

/// Settings, and a pool for each of the two runtimes: a pool never crosses runtimes or forks.
#[pyclass(frozen)]
pub struct NativeClient {
    settings: core::Client,
    closed: AtomicBool,
    blocking: PerProcess<core::Client>,
    background: PerProcess<core::Client>,
}

impl NativeClient {
    fn pool<'a>(&self, pool: &'a PerProcess<core::Client>) -> &'a core::Client {
        let client = pool.get_or_init(|| self.settings.with_own_pool());
        if self.closed.load(Ordering::Relaxed) {
            client.close();
        }
        client
    }
}

/// The events of any iterable.
fn collect(events: &Bound<'_, PyAny>) -> PyResult<Vec<core::ConversionEvent>> {
    let iterable = "an iterable of ConversionEvent";
    let events = events.try_iter().map_err(|_| wrong_type("events", iterable, events))?;
    events
        .enumerate()
        .map(|(index, event)| {
            let event = event?;
            let event = event.cast::<ConversionEvent>().map_err(|_| {
                wrong_type(&format!("events[{index}]"), "a ConversionEvent", &event)
            })?;
            Ok(event.get().0.clone())
        })
        .collect()
}

fn outcomes(py: Python<'_>, outcomes: Vec<core::Outcome>) -> PyResult<Py<PyAny>> {
    let list = PyList::empty(py);
    for outcome in outcomes {
        list.append(Outcome::from_core(py, outcome)?)?;
    }
    Ok(list.into_any().unbind())
}

#[pymethods]
impl NativeClient {
    #[new]
    #[pyo3(signature = (api_key = None, business_id = None, *, base_url = None, timeout = None,
        connect_timeout = None, attempt_timeout = None, retry = None, proxy = None,
        ca_bundle = None, rounding = None, allow_insecure_http_for_tests = false))]
    #[expect(clippy::too_many_arguments, reason = "keywords in Python")]
    fn new(
        py: Python<'_>,
        api_key: Option<String>,
        business_id: Option<&Bound<'_, PyAny>>,
        base_url: Option<String>,
        timeout: Option<f64>,
        connect_timeout: Option<f64>,
        attempt_timeout: Option<f64>,
        retry: Option<&Bound<'_, RetryPolicy>>,
        proxy: Option<String>,
        ca_bundle: Option<PathBuf>,
        rounding: Option<&str>,
        allow_insecure_http_for_tests: bool,
    ) -> PyResult<Self> {
        guarded(py, || {
            let mut builder = core::Client::builder()
                .allow_insecure_http_for_tests(allow_insecure_http_for_tests);
            if let Some(key) = api_key {
                builder = builder.api_key(key);
            }
            if let Some(id) = business_id {
                builder = builder.business_id(text_or_uuid("business_id", id)?);
            }
            if let Some(url) = base_url {
                builder = builder.base_url(url);
            }
            let seconds = |name, seconds| binding::seconds(name, seconds).or_raise(py);
            if let Some(timeout) = timeout {
                builder = builder.timeout(seconds("timeout", timeout)?);
            }
            if let Some(timeout) = connect_timeout {
                builder = builder.connect_timeout(seconds("connect_timeout", timeout)?);
            }
            if let Some(timeout) = attempt_timeout {
                builder = builder.attempt_timeout(seconds("attempt_timeout", timeout)?);
            }
            if let Some(retry) = retry {
                builder = builder.retry(retry.get().0);
            }
            if let Some(url) = proxy {
                builder = builder.proxy(url);
            }
            if let Some(path) = ca_bundle {
                builder = builder.ca_bundle(path);
            }
            if let Some(rounding) = rounding {
                builder = builder.rounding(rounding.parse().or_raise(py)?);
            }
            Ok(Self {
                settings: builder.build().or_raise(py)?,
                closed: AtomicBool::new(false),
                blocking: PerProcess::new(),
                background: PerProcess::new(),
            })
        })
    }

    fn send(&self, py: Python<'_>, event: &Bound<'_, ConversionEvent>) -> PyResult<Receipt> {
        guarded(py, || {
            let (client, event) = (self.pool(&self.blocking), &event.get().0);
            let receipt = blocking::wait(py, client.send(event))?.or_raise(py)?;
            Ok(Receipt::from(&receipt))
        })
    }

    #[pyo3(signature = (events, concurrency = None))]
    fn send_many(
        &self,
        py: Python<'_>,
        events: &Bound<'_, PyAny>,
        concurrency: Option<usize>,
    ) -> PyResult<Py<PyAny>> {
        guarded(py, || {
            let (client, events) = (self.pool(&self.blocking), collect(events)?);
            let concurrency = concurrency.unwrap_or(core::DEFAULT_CONCURRENCY);
            let sent = blocking::wait(py, client.send_many_with(events, concurrency))?;
            outcomes(py, sent.or_raise(py)?)
        })
    }

    fn start_send(
        &self,
        py: Python<'_>,
        event: &Bound<'_, ConversionEvent>,
        deliver: Py<PyAny>,
    ) -> PyResult<Request> {
        guarded(py, || {
            let client = self.pool(&self.background).clone();
            let event = event.get().0.clone();
            let send = async move { client.send(&event).await };
            background::spawn(py, send, deliver, |py, receipt| {
                Ok(Py::new(py, Receipt::from(&receipt))?.into_any())
            })
        })
    }

    fn start_send_many(
        &self,
        py: Python<'_>,
        events: &Bound<'_, PyAny>,
        concurrency: Option<usize>,
        deliver: Py<PyAny>,
    ) -> PyResult<Request> {
        guarded(py, || {
            let client = self.pool(&self.background).clone();
            let events = collect(events)?;
            let concurrency = concurrency.unwrap_or(core::DEFAULT_CONCURRENCY);
            let send = async move { client.send_many_with(events, concurrency).await };
            background::spawn(py, send, deliver, outcomes)
        })
    }

    fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        self.pool(&self.blocking);
        self.pool(&self.background);
    }

    #[getter]
    fn closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    fn __repr__(&self) -> String {
        let state = if self.closed() { " closed" } else { "" };
        format!("<connectly_conversions client{state}>")
    }
}
