//! The outbox's tables as a Python object has them. Rows, queues and records cross as JSON.

use bytes::Bytes;
use connectly_conversions::binding::{
    Change, Due, Entry, Filter, Hash, LEASE, LONGEST_WAIT, Live, Millis, Queue, Row, Table, Which,
    chance, store_failed,
};
use connectly_conversions::{Counts, Error, Record, Result};
use pyo3::IntoPyObjectExt;
use pyo3::call::PyCallArgs;
use pyo3::conversion::FromPyObjectOwned;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) struct Tables<'py> {
    tables: Bound<'py, PyAny>,
    /// What Python raised.
    pub(crate) failure: Option<PyErr>,
}

fn json<T: Serialize>(record: &T) -> Result<String> {
    serde_json::to_string(record).map_err(|error| unreadable(&error))
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| unreadable(&error))
}

fn rows(rows: Vec<(i64, String)>) -> Result<Vec<(i64, Row)>> {
    rows.into_iter().map(|(id, row)| Ok((id, read(&row)?))).collect()
}

fn unreadable(error: &serde_json::Error) -> Error {
    store_failed("outbox_failed", format!("the tables hold what is no row: {error}"))
}

impl<'py> Tables<'py> {
    pub(crate) fn new(tables: Bound<'py, PyAny>) -> Self {
        Self { tables, failure: None }
    }

    fn call(&mut self, method: &str, arguments: impl PyCallArgs<'py>) -> Result<Bound<'py, PyAny>> {
        let answer = self.tables.call_method1(method, arguments);
        answer.map_err(|failure| self.failed(failure))
    }

    fn ask<T: FromPyObjectOwned<'py>>(
        &mut self,
        method: &str,
        arguments: impl PyCallArgs<'py>,
    ) -> Result<T> {
        let answer = self.call(method, arguments)?;
        answer.extract::<T>().map_err(|failure| self.failed(failure.into()))
    }

    fn entry(&mut self, entry: &Entry) -> Result<Bound<'py, PyDict>> {
        members(self.tables.py(), entry).map_err(|failure| self.failed(failure))
    }

    /// A column and its value; no column where all rows are meant.
    fn which(&mut self, which: Option<&Which>) -> Result<(&'static str, Bound<'py, PyAny>)> {
        let py = self.tables.py();
        let hash = |hash: &Hash| PyBytes::new(py, hash.as_bytes()).into_any();
        Ok(match which {
            None => ("", py.None().into_bound(py)),
            Some(Which::Id(id)) => {
                let id = id.into_bound_py_any(py).map_err(|failure| self.failed(failure))?;
                ("id", id)
            }
            Some(Which::Key(key)) => ("conversion_key", hash(key)),
            Some(Which::Tracking(id)) => ("tracking_hash", hash(id)),
        })
    }

    fn failed(&mut self, failure: PyErr) -> Error {
        let (message, py) = (failure.to_string(), self.tables.py());
        let code = self.tables.call_method1("explain", (failure.value(py),));
        let code = code.and_then(|code| code.extract::<String>());
        self.failure = Some(failure);
        store_failed(code.as_deref().unwrap_or("outbox_failed"), message)
    }
}

/// Every member by the name of its column.
fn members<'py>(py: Python<'py>, entry: &Entry) -> PyResult<Bound<'py, PyDict>> {
    let hash = |hash: Option<Hash>| hash.map(|hash| PyBytes::new(py, hash.as_bytes()));
    let dict = PyDict::new(py);
    dict.set_item("business_id", &entry.business_id)?;
    dict.set_item("event_name", &entry.event_name)?;
    dict.set_item("order_id", &entry.order_id)?;
    dict.set_item("conversion_key", hash(entry.key))?;
    dict.set_item("content_hash", hash(entry.content_hash))?;
    dict.set_item("tracking_hash", hash(entry.tracking_hash))?;
    dict.set_item("event_time", entry.event_time)?;
    dict.set_item("currency", &entry.currency)?;
    dict.set_item("value", &entry.value)?;
    dict.set_item("wire", entry.wire.as_ref().map(|wire| PyBytes::new(py, wire)))?;
    dict.set_item("document", &entry.document)?;
    dict.set_item("issues", &entry.issues)?;
    dict.set_item("traceparent", &entry.traceparent)?;
    Ok(dict)
}

type DueRow = (i64, String, Vec<u8>, String, Option<String>, Option<String>);

impl Table for Tables<'_> {
    fn now(&mut self) -> Result<Millis> {
        self.ask("now", ())
    }

    fn random(&mut self) -> f64 {
        chance()
    }

    fn queue(&mut self, business_id: &str) -> Result<Queue> {
        read(&self.ask::<String>("queue", (business_id,))?)
    }

    fn put_queue(&mut self, business_id: &str, queue: &Queue) -> Result<()> {
        self.call("put_queue", (business_id, json(queue)?)).map(drop)
    }

    fn find(&mut self, business_id: &str, which: &Which) -> Result<Vec<(i64, Row)>> {
        let (column, value) = self.which(Some(which))?;
        rows(self.ask("find", (business_id, column, value))?)
    }

    fn insert(&mut self, row: &Row, entry: &Entry) -> Result<i64> {
        let members = self.entry(entry)?;
        self.ask("insert", (json(row)?, members))
    }

    fn insert_if_new(&mut self, row: &Row, entry: &Entry) -> Result<Option<i64>> {
        let members = self.entry(entry)?;
        self.ask("insert_if_new", (json(row)?, members))
    }

    fn update(&mut self, id: i64, row: &Row, change: Change<'_>) -> Result<()> {
        let (change, members) = match change {
            Change::Keep => ("keep", None),
            Change::Take(entry) => ("take", Some(self.entry(entry)?)),
            Change::Erase => ("erase", None),
        };
        self.call("update", (id, json(row)?, change, members)).map(drop)
    }

    fn expired(&mut self, business_id: &str, now: Millis, most: usize) -> Result<Vec<(i64, Row)>> {
        rows(self.ask("expired", (business_id, now, now.saturating_add(LEASE), most))?)
    }

    fn due(
        &mut self,
        business_id: &str,
        now: Millis,
        most: usize,
        last: Option<i64>,
    ) -> Result<Vec<Due>> {
        let longest = now.saturating_add(LONGEST_WAIT);
        let found: Vec<DueRow> = self.ask("due", (business_id, now, longest, most, last))?;
        let due = |(id, row, wire, event_name, order_id, traceparent): DueRow| {
            let (row, wire) = (read(&row)?, Bytes::from(wire));
            Ok(Due { id, row, wire, event_name, order_id, traceparent })
        };
        found.into_iter().map(due).collect()
    }

    fn next_due(&mut self, business_id: &str) -> Result<Option<Millis>> {
        self.ask("next_due", (business_id,))
    }

    fn records(&mut self, business_id: &str, filter: &Filter) -> Result<Vec<Record>> {
        let states: Vec<_> = filter.states.iter().map(|state| state.as_str()).collect();
        let (column, value) = self.which(filter.which.as_ref())?;
        let (code, after, most) = (filter.code.clone(), filter.after, filter.most);
        let asked = (business_id, states, column, value, code, after, most);
        let found: Vec<String> = self.ask("records", asked)?;
        found.iter().map(|record| read(record)).collect()
    }

    fn counts(&mut self, business_id: &str) -> Result<Counts> {
        read(&self.ask::<String>("counts", (business_id,))?)
    }

    fn ages(
        &mut self,
        business_id: &str,
        now: Millis,
        placed_before: i64,
    ) -> Result<(Option<Millis>, u64)> {
        self.ask("ages", (business_id, now, placed_before))
    }

    fn live(&mut self) -> Result<Live> {
        // The shop's own database has no cap: an order is not refused for it.
        Ok(Live::default())
    }

    fn retire(&mut self, business_id: &str, before: Millis, most: usize) -> Result<usize> {
        self.ask("retire", (business_id, before, most))
    }
}
