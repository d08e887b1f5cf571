//! The outbox behind `Outbox` and `AsyncOutbox`.

use std::sync::Arc;

use connectly_conversions as core;
use connectly_conversions::binding;
use connectly_forkguard::PerProcess;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::arguments::{instance, number, setting, text_or_uuid};
use crate::blocking;
use crate::client::NativeClient;
use crate::errors::{OrRaise, guarded};
use crate::event::ConversionEvent;
#[cfg(unix)]
use crate::fork;
use crate::operation::Operation;
use crate::order::{Policy, order as read_order};
use crate::store::PythonStore;
use crate::targets::{Given, event_name, hold, named, order_id, target, time};
use crate::worker::{NativeWorker, Told, delivery};

/// Settings, and what this process has open: a database never crosses a fork.
#[pyclass(frozen)]
pub struct NativeOutbox {
    builder: core::OutboxBuilder,
    outbox: PerProcess<core::Outbox>,
    /// Where another library keeps the tables.
    store: Option<Arc<PythonStore>>,
}

impl NativeOutbox {
    /// This process's.
    pub(crate) fn get(&self, py: Python<'_>) -> PyResult<core::Outbox> {
        #[cfg(unix)]
        if self.store.is_none() {
            fork::watch(py)?;
        }
        let builder = || self.builder.clone();
        let outbox = self.outbox.get_or_try_init(|| match &self.store {
            Some(store) => builder().build_on(Arc::clone(store) as Arc<dyn binding::Store>),
            None => builder().build(),
        });
        outbox.or_raise(py).cloned()
    }

    fn ask<T, F>(
        &self,
        py: Python<'_>,
        question: impl FnOnce(core::Outbox) -> F,
    ) -> PyResult<Operation>
    where
        T: serde::Serialize + Send + 'static,
        F: Future<Output = core::Result<T>> + Send + 'static,
    {
        let answer = question(self.get(py)?);
        let Some(store) = &self.store else { return Ok(Operation::new(answer)) };
        // On the caller's own thread, which has its connection and its transaction.
        let answer = blocking::wait(py, answer)?;
        store.interrupted()?;
        Ok(Operation::new(std::future::ready(answer)))
    }
}

#[pymethods]
impl NativeOutbox {
    #[new]
    #[pyo3(signature = (url, business_id = None, *, enqueue_timeout = None, max_events = None,
        max_bytes = None, give_up_after = None, keep_payloads = None))]
    #[expect(clippy::too_many_arguments, reason = "keywords in Python")]
    fn new(
        py: Python<'_>,
        url: &Bound<'_, PyAny>,
        business_id: Option<&Bound<'_, PyAny>>,
        enqueue_timeout: Option<&Bound<'_, PyAny>>,
        max_events: Option<&Bound<'_, PyAny>>,
        max_bytes: Option<&Bound<'_, PyAny>>,
        give_up_after: Option<&Bound<'_, PyAny>>,
        keep_payloads: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        guarded(py, || {
            let mut builder = core::Outbox::builder(&setting("url", url)?);
            if let Some(id) = business_id {
                builder = builder.business_id(text_or_uuid("business_id", id)?);
            }
            let seconds = |name, given: &Bound<'_, PyAny>| {
                binding::seconds(name, number(name, given)?).or_raise(py)
            };
            let size = |name, given: &Bound<'_, PyAny>| {
                binding::size(name, number(name, given)?).or_raise(py)
            };
            if let Some(timeout) = enqueue_timeout {
                builder = builder.enqueue_timeout(seconds("enqueue_timeout", timeout)?);
            }
            if let Some(events) = max_events {
                builder = builder.max_events(size("max_events", events)?);
            }
            if let Some(bytes) = max_bytes {
                builder = builder.max_bytes(size("max_bytes", bytes)?);
            }
            if let Some(time) = give_up_after {
                builder = builder.give_up_after(seconds("give_up_after", time)?);
            }
            if let Some(time) = keep_payloads {
                builder = builder.keep_payloads(seconds("keep_payloads", time)?);
            }
            let outbox = builder.clone().build().or_raise(py)?;
            // The environment may be another one when a child opens it.
            let builder = builder.business_id(outbox.business_id());
            let opened = PerProcess::new();
            opened.get_or_init(|| outbox);
            Ok(Self { builder, outbox: opened, store: None })
        })
    }

    /// On tables that another library keeps: `store` runs each job in a transaction of its own
    /// connection, on the thread that asks.
    #[staticmethod]
    #[pyo3(signature = (store, business_id = None, *, give_up_after = None, keep_payloads = None))]
    fn on_store(
        py: Python<'_>,
        store: Py<PyAny>,
        business_id: Option<&Bound<'_, PyAny>>,
        give_up_after: Option<&Bound<'_, PyAny>>,
        keep_payloads: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        guarded(py, || {
            let mut builder = core::Outbox::builder("");
            if let Some(id) = business_id {
                builder = builder.business_id(text_or_uuid("business_id", id)?);
            }
            let seconds = |name, given: &Bound<'_, PyAny>| {
                binding::seconds(name, number(name, given)?).or_raise(py)
            };
            if let Some(time) = give_up_after {
                builder = builder.give_up_after(seconds("give_up_after", time)?);
            }
            if let Some(time) = keep_payloads {
                builder = builder.keep_payloads(seconds("keep_payloads", time)?);
            }
            let store = Some(Arc::new(PythonStore::new(store)));
            let made = Self { builder, outbox: PerProcess::new(), store };
            let builder = made.builder.clone().business_id(made.get(py)?.business_id());
            Ok(Self { builder, ..made })
        })
    }

    /// Reports an order, or writes down why it is not reported.
    #[pyo3(signature = (order, policy, hold_until = None, traceparent = None))]
    fn report(
        &self,
        py: Python<'_>,
        order: &Bound<'_, PyDict>,
        policy: &Policy,
        hold_until: Option<&Bound<'_, PyAny>>,
        traceparent: Option<String>,
    ) -> PyResult<Operation> {
        guarded(py, || {
            let mut options = core::EnqueueOptions::default();
            options.hold = hold_until.map(hold).transpose()?;
            options.traceparent = traceparent;
            let order = read_order(order, options.hold.is_some())?;
            let policy = policy.0;
            self.ask(py, |outbox| async move { outbox.report(&order, policy, options).await })
        })
    }

    #[getter]
    fn business_id(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.get(py)?.business_id().to_owned())
    }

    #[pyo3(signature = (event, hold_until = None, traceparent = None))]
    fn enqueue(
        &self,
        py: Python<'_>,
        event: &Bound<'_, PyAny>,
        hold_until: Option<&Bound<'_, PyAny>>,
        traceparent: Option<String>,
    ) -> PyResult<Operation> {
        guarded(py, || {
            let event = instance::<ConversionEvent>("event", "a ConversionEvent", event)?;
            let event = event.get().0.clone();
            let mut options = core::EnqueueOptions::default();
            options.hold = hold_until.map(hold).transpose()?;
            options.traceparent = traceparent;
            self.ask(py, |outbox| async move { outbox.enqueue_with(&event, options).await })
        })
    }

    fn enqueue_many(
        &self,
        py: Python<'_>,
        events: Vec<Py<ConversionEvent>>,
    ) -> PyResult<Operation> {
        guarded(py, || {
            let events: Vec<_> = events.iter().map(|event| event.get().0.clone()).collect();
            self.ask(py, |outbox| async move { outbox.enqueue_many(events).await })
        })
    }

    fn skip(
        &self,
        py: Python<'_>,
        order: &Bound<'_, PyAny>,
        reason: String,
        name: &str,
    ) -> PyResult<Operation> {
        guarded(py, || {
            let (order, name) = (order_id(order)?, event_name(py, name)?);
            self.ask(py, |outbox| async move { outbox.skip(&order, name, &reason).await })
        })
    }

    fn release(&self, py: Python<'_>, event: Given<'_>) -> PyResult<Operation> {
        guarded(py, || {
            let target = target(py, event)?;
            self.ask(py, |outbox| async move { outbox.release(target).await })
        })
    }

    fn cancel(
        &self,
        py: Python<'_>,
        event: Given<'_>,
        reason: Option<String>,
    ) -> PyResult<Operation> {
        guarded(py, || {
            let target = target(py, event)?;
            self.ask(py, |outbox| async move { outbox.cancel(target, reason.as_deref()).await })
        })
    }

    fn forget(&self, py: Python<'_>, event: Given<'_>) -> PyResult<Operation> {
        guarded(py, || {
            let target = target(py, event)?;
            self.ask(py, |outbox| async move { outbox.forget(target).await })
        })
    }

    fn status(&self, py: Python<'_>, event: Given<'_>) -> PyResult<Operation> {
        guarded(py, || {
            let target = target(py, event)?;
            self.ask(py, |outbox| async move { outbox.status(target).await })
        })
    }

    fn dead_letters(&self, py: Python<'_>, after: i64, limit: usize) -> PyResult<Operation> {
        self.ask(py, |outbox| async move { outbox.dead_letters(after, limit).await })
    }

    fn replay(
        &self,
        py: Python<'_>,
        event: Given<'_>,
        code: Option<String>,
        all: bool,
        force: bool,
        plan: bool,
    ) -> PyResult<Operation> {
        guarded(py, || {
            let dead = binding::dead(named(py, event)?, code, all).or_raise(py)?;
            self.ask(py, |outbox| async move {
                if plan {
                    outbox.plan_replay(dead, force).await
                } else {
                    outbox.replay(dead, force).await
                }
            })
        })
    }

    fn counts(&self, py: Python<'_>) -> PyResult<Operation> {
        self.ask(py, |outbox| async move { outbox.counts().await })
    }

    fn metrics(&self, py: Python<'_>) -> PyResult<Operation> {
        self.ask(py, |outbox| async move { outbox.metrics().await })
    }

    fn warnings(&self, py: Python<'_>) -> PyResult<Operation> {
        self.ask(py, |outbox| async move { outbox.warnings().await })
    }

    fn known_warnings(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        Ok(self.get(py)?.known_warnings())
    }

    fn pause(&self, py: Python<'_>, until: Option<&Bound<'_, PyAny>>) -> PyResult<Operation> {
        guarded(py, || {
            let until = until.map(|until| time("until", until)).transpose()?;
            self.ask(py, |outbox| async move { outbox.pause(until).await })
        })
    }

    fn resume(&self, py: Python<'_>) -> PyResult<Operation> {
        self.ask(py, |outbox| async move { outbox.resume().await })
    }

    fn close(&self, py: Python<'_>) -> PyResult<Operation> {
        self.ask(py, |outbox| async move {
            outbox.close().await;
            Ok(())
        })
    }

    fn deliver(
        &self,
        py: Python<'_>,
        client: &NativeClient,
        until_empty: bool,
        deadline: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Operation> {
        guarded(py, || delivery(py, &self.get(py)?, client, until_empty, deadline))
    }

    fn worker(
        &self,
        py: Python<'_>,
        client: &NativeClient,
        concurrency: Option<&Bound<'_, PyAny>>,
        rate: Option<&Bound<'_, PyAny>>,
        told: Told,
    ) -> PyResult<NativeWorker> {
        guarded(py, || NativeWorker::new(py, &self.get(py)?, client, concurrency, rate, told))
    }
}
