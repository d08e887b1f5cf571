//! The outbox's tables in one transaction of a connection.

mod control;
mod events;
mod people;
mod rows;
mod seal;

use rusqlite::Connection;

use crate::error::Result;
use crate::outbox::entry::Entry;
use crate::outbox::failure::Failure;
use crate::outbox::queue::Queue;
use crate::outbox::record::{Counts, Record};
use crate::outbox::row::Row;
use crate::outbox::state::Millis;
use crate::outbox::table::{Change, Due, Filter, Live, Table, Which};

/// Tells the time in Unix milliseconds.
pub(super) type Clock = dyn Fn() -> Millis + Send + Sync;

pub(super) struct Tables<'c> {
    connection: &'c Connection,
    clock: &'c Clock,
    /// The first failure of the database itself: the transaction is then lost.
    pub(super) failure: Option<Failure>,
    /// Whether personal data was erased.
    pub(super) has_erased: bool,
}

impl<'c> Tables<'c> {
    pub(super) fn new(connection: &'c Connection, clock: &'c Clock) -> Self {
        Self { connection, clock, failure: None, has_erased: false }
    }

    fn tell<T>(&mut self, done: rusqlite::Result<T>) -> Result<T> {
        done.map_err(|error| {
            let failure = Failure::from(error);
            self.failure.get_or_insert_with(|| failure.clone());
            failure.into()
        })
    }
}

impl Table for Tables<'_> {
    fn now(&mut self) -> Result<Millis> {
        Ok((self.clock)())
    }

    fn random(&mut self) -> f64 {
        fastrand::f64()
    }

    fn queue(&mut self, business_id: &str) -> Result<Queue> {
        let queue = control::queue(self.connection, business_id);
        self.tell(queue)
    }

    fn put_queue(&mut self, business_id: &str, queue: &Queue) -> Result<()> {
        let put = control::put_queue(self.connection, business_id, queue);
        self.tell(put)
    }

    fn find(&mut self, business_id: &str, which: &Which) -> Result<Vec<(i64, Row)>> {
        let found = events::find(self.connection, business_id, which);
        self.tell(found)
    }

    fn insert(&mut self, row: &Row, entry: &Entry) -> Result<i64> {
        let id = events::insert(self.connection, row, entry);
        self.tell(id)
    }

    fn update(&mut self, id: i64, row: &Row, change: Change<'_>) -> Result<()> {
        self.has_erased |= matches!(change, Change::Erase);
        let updated = events::update(self.connection, id, row, change);
        self.tell(updated)
    }

    fn expired(&mut self, business_id: &str, now: Millis, most: usize) -> Result<Vec<(i64, Row)>> {
        let expired = events::expired(self.connection, business_id, now, most);
        self.tell(expired)
    }

    fn due(
        &mut self,
        business_id: &str,
        now: Millis,
        most: usize,
        last: Option<i64>,
    ) -> Result<Vec<Due>> {
        let due = events::due(self.connection, business_id, now, most, last);
        self.tell(due)
    }

    fn next_due(&mut self, business_id: &str) -> Result<Option<Millis>> {
        let next = events::next_due(self.connection, business_id, (self.clock)());
        self.tell(next)
    }

    fn records(&mut self, business_id: &str, filter: &Filter) -> Result<Vec<Record>> {
        let records = people::records(self.connection, business_id, filter);
        self.tell(records)
    }

    fn counts(&mut self, business_id: &str) -> Result<Counts> {
        let counts = control::counts(self.connection, business_id);
        self.tell(counts)
    }

    fn ages(
        &mut self,
        business_id: &str,
        now: Millis,
        placed_before: i64,
    ) -> Result<(Option<Millis>, u64)> {
        let ages = people::ages(self.connection, business_id, now, placed_before);
        self.tell(ages)
    }

    fn live(&mut self) -> Result<Live> {
        let live = control::live(self.connection);
        self.tell(live)
    }

    fn retire(&mut self, business_id: &str, before: Millis, most: usize) -> Result<usize> {
        let retired = events::retire(self.connection, business_id, before, most);
        self.tell(retired)
    }
}
