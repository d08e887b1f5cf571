//! What the outbox needs of a database: rows by a few questions, written one at a time.

use bytes::Bytes;

use super::decision::Payload;
use super::entry::Entry;
use super::hash::Hash;
use super::queue::Queue;
use super::record::{Counts, Record};
use super::row::Row;
use super::state::{Millis, State};
use crate::error::Result;

/// The tables of one outbox, within one transaction. Each call fails where the database does.
#[expect(clippy::missing_errors_doc, reason = "it is said above")]
pub trait Table {
    /// The clock that leases and waits go by.
    fn now(&mut self) -> Result<Millis>;

    /// Chance, from 0 to 1.
    fn random(&mut self) -> f64;

    /// The queue of a business; a new one where there is none yet.
    fn queue(&mut self, business_id: &str) -> Result<Queue>;

    /// Writes it.
    fn put_queue(&mut self, business_id: &str, queue: &Queue) -> Result<()>;

    /// The rows that are meant; at most one for an id or a key.
    fn find(&mut self, business_id: &str, which: &Which) -> Result<Vec<(i64, Row)>>;

    /// The rows of these ids that are there, in any order. For a server, all in one question.
    fn find_all(&mut self, business_id: &str, ids: &[i64]) -> Result<Vec<(i64, Row)>> {
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            found.extend(self.find(business_id, &Which::Id(*id))?);
        }
        Ok(found)
    }

    /// Adds a row and gives its id.
    fn insert(&mut self, row: &Row, entry: &Entry) -> Result<i64>;

    /// Adds a row, without a question before, unless its key is taken, and gives its id. For a
    /// server, where most orders are new, a question costs a round trip, and another transaction's
    /// row is not seen by it. `None` where the key is taken, or where it is to be asked for.
    fn insert_if_new(&mut self, row: &Row, entry: &Entry) -> Result<Option<i64>> {
        let _ = (row, entry);
        Ok(None)
    }

    /// Writes a row as it shall be.
    fn update(&mut self, id: i64, row: &Row, change: Change<'_>) -> Result<()>;

    /// Leased events whose lease is over, or cannot be as long as it seems.
    fn expired(&mut self, business_id: &str, now: Millis, most: usize) -> Result<Vec<(i64, Row)>>;

    /// Pending and held events that are due, oldest first; `last` comes after all others.
    fn due(
        &mut self,
        business_id: &str,
        now: Millis,
        most: usize,
        last: Option<i64>,
    ) -> Result<Vec<Due>>;

    /// The earliest moment at which an event becomes due or a lease expires.
    fn next_due(&mut self, business_id: &str) -> Result<Option<Millis>>;

    /// Records for people.
    fn records(&mut self, business_id: &str, filter: &Filter) -> Result<Vec<Record>>;

    /// How many events are in each state.
    fn counts(&mut self, business_id: &str) -> Result<Counts>;

    /// When the oldest event that is due now became due, and how many held events' orders were
    /// placed before `placed_before` (Unix seconds).
    fn ages(
        &mut self,
        business_id: &str,
        now: Millis,
        placed_before: i64,
    ) -> Result<(Option<Millis>, u64)>;

    /// What is held, pending or leased, of every business.
    fn live(&mut self) -> Result<Live>;

    /// Erases the payloads of accepted and cancelled events that ended before this time; gives
    /// how many there were, at most `most`.
    fn retire(&mut self, business_id: &str, before: Millis, most: usize) -> Result<usize>;
}

/// Which rows are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// The one of this id.
    Id(i64),
    /// The one conversion of this key.
    Key(Hash),
    /// Every event of this tracking id.
    Tracking(Hash),
}

/// What becomes of a row's payload.
#[derive(Debug, Clone, Copy)]
pub enum Change<'a> {
    /// It stays.
    Keep,
    /// It becomes the entry's.
    Take(&'a Entry),
    /// It is erased with all else that tells who the customer is: order id, document, issues,
    /// money, tracking hash, trace. The bytes are gone once the transaction is committed.
    Erase,
}

impl<'a> Change<'a> {
    /// What the state machine has decided.
    #[must_use]
    pub fn of(payload: Payload, entry: Option<&'a Entry>) -> Self {
        match (payload, entry) {
            (Payload::Take, Some(entry)) => Self::Take(entry),
            (Payload::Erase, _) => Self::Erase,
            _ => Self::Keep,
        }
    }
}

/// An event that is due.
#[derive(Debug, Clone)]
pub struct Due {
    /// Its id.
    pub id: i64,
    /// Its state.
    pub row: Row,
    /// What to send.
    pub wire: Bytes,
    /// `Purchase` or `ViewContent`.
    pub event_name: String,
    /// The order's id.
    pub order_id: Option<String>,
    /// The trace that it was enqueued in.
    pub traceparent: Option<String>,
}

/// Which records are wanted, by id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// In these states.
    pub states: Vec<State>,
    /// Only these rows.
    pub which: Option<Which>,
    /// Only with this code.
    pub code: Option<String>,
    /// Only with an id after this one.
    pub after: i64,
    /// At most so many.
    pub most: usize,
}

/// What is still to be sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Live {
    /// Events.
    pub rows: u64,
    /// Bytes of their payloads.
    pub bytes: u64,
}
