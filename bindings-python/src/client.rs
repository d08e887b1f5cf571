//! The client behind `Client` and `AsyncClient`.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use connectly_conversions as core;
use connectly_conversions::binding;
use connectly_forkguard::PerProcess;
use futures_util::future::join_all;
use pyo3::prelude::*;

use crate::arguments::{instance, number, setting, text_or_uuid};
use crate::blocking;
use crate::errors::{OrRaise, guarded, raise};
use crate::event::ConversionEvent;
use crate::in_flight::InFlight;
use crate::operation::Operation;
use crate::records::{Receipt, RetryPolicy};

/// Settings and pools: a pool never crosses runtimes or forks.
#[pyclass(frozen)]
pub struct NativeClient {
    settings: core::Client,
    closed: AtomicBool,
    blocking: PerProcess<core::Client>,
    background: PerProcess<core::Client>,
    workers: PerProcess<core::Client>,
}

impl NativeClient {
    fn pool<'a>(&self, pool: &'a PerProcess<core::Client>) -> &'a core::Client {
        let client = pool.get_or_init(|| self.settings.with_own_pool());
        if self.closed.load(Ordering::Relaxed) {
            client.close();
        }
        client
    }

    /// For workers: with a pool that `close` leaves alone, since they have an end of their own.
    pub(crate) fn of_workers(&self, py: Python<'_>) -> PyResult<core::Client> {
        if self.closed() {
            return Err(raise(py, &core::Error::client_closed()));
        }
        Ok(self.workers.get_or_init(|| self.settings.with_own_pool()).clone())
    }

    /// Refuses further sends; gives the pools that were used in this process.
    fn refuse(&self) -> [Option<&core::Client>; 2] {
        self.closed.store(true, Ordering::Relaxed);
        let pools = [self.blocking.get(), self.background.get()];
        pools.iter().flatten().for_each(|client| client.close());
        pools
    }
}

/// How long requests may yet take; unless told, as long as they are allowed to anyway.
fn patience(py: Python<'_>, timeout: Option<&Bound<'_, PyAny>>) -> PyResult<Duration> {
    match timeout {
        None => Ok(Duration::MAX),
        Some(given) => match number("timeout", given)? {
            0.0 => Ok(Duration::ZERO),
            seconds => binding::seconds("timeout", seconds).or_raise(py),
        },
    }
}

#[pymethods]
impl NativeClient {
    #[new]
    #[pyo3(signature = (api_key = None, business_id = None, *, base_url = None, timeout = None,
        connect_timeout = None, attempt_timeout = None, retry = None, max_connections = None,
        proxy = None, ca_bundle = None, user_agent = None, rounding = None,
        allow_insecure_http_for_tests = false))]
    #[expect(clippy::too_many_arguments, reason = "keywords in Python")]
    fn new(
        py: Python<'_>,
        api_key: Option<&Bound<'_, PyAny>>,
        business_id: Option<&Bound<'_, PyAny>>,
        base_url: Option<&Bound<'_, PyAny>>,
        timeout: Option<&Bound<'_, PyAny>>,
        connect_timeout: Option<&Bound<'_, PyAny>>,
        attempt_timeout: Option<&Bound<'_, PyAny>>,
        retry: Option<&Bound<'_, RetryPolicy>>,
        max_connections: Option<&Bound<'_, PyAny>>,
        proxy: Option<&Bound<'_, PyAny>>,
        ca_bundle: Option<PathBuf>,
        user_agent: Option<&Bound<'_, PyAny>>,
        rounding: Option<&str>,
        allow_insecure_http_for_tests: bool,
    ) -> PyResult<Self> {
        guarded(py, || {
            let mut builder = core::Client::builder()
                .allow_insecure_http_for_tests(allow_insecure_http_for_tests);
            if let Some(key) = api_key {
                builder = builder.api_key(setting("api_key", key)?);
            }
            if let Some(id) = business_id {
                builder = builder.business_id(text_or_uuid("business_id", id)?);
            }
            if let Some(url) = base_url {
                builder = builder.base_url(setting("base_url", url)?);
            }
            let seconds = |name, given: &Bound<'_, PyAny>| {
                binding::seconds(name, number(name, given)?).or_raise(py)
            };
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
            if let Some(given) = max_connections {
                let connections = number("max_connections", given)?;
                let connections = binding::count("max_connections", connections).or_raise(py)?;
                builder = builder.max_connections(connections);
            }
            if let Some(url) = proxy {
                builder = builder.proxy(setting("proxy", url)?);
            }
            if let Some(path) = ca_bundle {
                builder = builder.ca_bundle(path);
            }
            if let Some(suffix) = user_agent {
                builder = builder.user_agent(setting("user_agent", suffix)?);
            }
            if let Some(rounding) = rounding {
                builder = builder.rounding(rounding.parse().or_raise(py)?);
            }
            Ok(Self {
                settings: builder.build().or_raise(py)?,
                closed: AtomicBool::new(false),
                blocking: PerProcess::new(),
                background: PerProcess::new(),
                workers: PerProcess::new(),
            })
        })
    }

    fn send(&self, py: Python<'_>, event: &Bound<'_, PyAny>) -> PyResult<Receipt> {
        guarded(py, || {
            let event = instance::<ConversionEvent>("event", "a ConversionEvent", event)?;
            let (client, event) = (self.pool(&self.blocking), &event.get().0);
            let receipt = blocking::wait(py, client.send(event))?.or_raise(py)?;
            Ok(Receipt::from(&receipt))
        })
    }

    /// For requests that the I/O thread makes; see `InFlight`.
    #[pyo3(signature = (concurrency = None, wake = None))]
    fn start(
        &self,
        py: Python<'_>,
        concurrency: Option<&Bound<'_, PyAny>>,
        wake: Option<Py<PyAny>>,
    ) -> PyResult<InFlight> {
        guarded(py, || {
            let client = self.pool(&self.background).clone();
            let concurrency = match concurrency {
                Some(given) => binding::concurrency(number("concurrency", given)?).or_raise(py)?,
                None => core::DEFAULT_CONCURRENCY,
            };
            Ok(InFlight::new(client, concurrency, wake))
        })
    }

    /// Refuses further sends, and waits for those under way; gives how many it has cut off.
    #[pyo3(signature = (timeout = None))]
    fn close(&self, py: Python<'_>, timeout: Option<&Bound<'_, PyAny>>) -> PyResult<usize> {
        guarded(py, || {
            let patience = patience(py, timeout)?;
            let used = self.refuse().into_iter().flatten();
            // In a signal handler: the request that it interrupts cannot end before it.
            if blocking::in_a_call() {
                return Ok(0);
            }
            let ended = join_all(used.map(|client| client.close_within(patience)));
            Ok(blocking::wait(py, ended)?.into_iter().sum())
        })
    }

    /// As `close`, on the I/O thread; nothing where that has made no request.
    fn start_close(
        &self,
        py: Python<'_>,
        timeout: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Option<Operation>> {
        guarded(py, || {
            let patience = patience(py, timeout)?;
            let [_, used] = self.refuse();
            let Some(client) = used.cloned() else { return Ok(None) };
            let closing = async move { Ok(client.close_within(patience).await) };
            Operation::begun(py, closing, ()).map(Some)
        })
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

/// That this machine's clock is wrong, once an answer has told it.
#[pyfunction]
pub fn clock_warning() -> Option<&'static str> {
    core::binding::clock_warning()
}
