//! The outbox's tables in one transaction of a connection.

mod control;
mod events;
mod people;
mod rows;

use tokio_postgres::Row as Found;

use super::connection::{Connection, Statement};
use super::failure::Broken;
use super::schema::{self, CHECK};
use crate::error::{Error, Result};
use crate::outbox::entry::Entry;
use crate::outbox::queue::Queue;
use crate::outbox::record::{Counts, Record};
use crate::outbox::row::Row;
use crate::outbox::state::Millis;
use crate::outbox::table::{Change, Due, Filter, Live, Table, Which};

/// The queue tells roughly when the API last accepted an event: else every transaction of every
/// worker would write the same row.
const ROUGHLY: Millis = 1_000;

/// What a transaction does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// It locks nothing.
    Reads,
    /// It locks what it may change.
    Writes,
}

pub(super) struct Tables<'c> {
    on: &'c Connection,
    mode: Mode,
    /// What it begins with, until it has begun.
    begin: Option<&'c str>,
    /// SQL to be sent before the next question.
    first: String,
    /// The server's clock, as long as nobody has waited for a lock since.
    now: Option<Millis>,
    /// Rows to be written before the next question.
    kept: Vec<(i64, Row)>,
    /// The queue as it was read, and whether it is locked.
    queue: Option<(Queue, bool)>,
    /// When the API last accepted an event of this business; to be written in the end.
    accepted: Option<(String, Option<Millis>, bool)>,
    /// Whether queues are locked before they are read.
    locks_queue: bool,
    /// A job changes a queue that it has not locked: it is to be run again.
    pub(super) must_lock_queue: bool,
    /// The first failure of the database itself.
    pub(super) broken: Option<Broken>,
}

impl<'c> Tables<'c> {
    /// A transaction that begins with its first question.
    pub(super) fn new(on: &'c Connection, mode: Mode, begin: &'c str) -> Self {
        Self {
            on,
            mode,
            begin: Some(begin),
            first: String::new(),
            now: None,
            kept: Vec::new(),
            queue: None,
            accepted: None,
            locks_queue: false,
            must_lock_queue: false,
            broken: None,
        }
    }

    /// Has this done before anything else.
    pub(super) fn first(&mut self, sql: &str) {
        self.first.push_str(sql);
    }

    /// A job begins.
    pub(super) fn begin_job(&mut self, locks_queue: bool) {
        (self.locks_queue, self.must_lock_queue) = (locks_queue, false);
        (self.queue, self.broken) = (None, None);
    }

    /// A job has failed: what it wrote is not written.
    pub(super) fn forget_job(&mut self) {
        self.kept.clear();
        self.on.scans.borrow_mut().forget();
        self.accepted = None;
        self.now = None;
    }

    /// Writes what is still to be written.
    pub(super) fn flush(&mut self) -> Result<()> {
        if self.kept.is_empty() && self.accepted.is_none() {
            return Ok(());
        }
        self.ask_all(Vec::new()).map(drop)
    }

    /// Ends the transaction, in one round trip with what is still to be written.
    pub(super) fn commit(mut self) -> Result<(), Broken> {
        if self.begin.is_some() {
            return Ok(());
        }
        let (kept, accepted) = (std::mem::take(&mut self.kept), self.accepted.take());
        let last = std::mem::take(&mut self.first) + "COMMIT";
        self.on.commit(&writes(&kept, accepted.as_ref()), &last)
    }

    /// Undoes it.
    pub(super) fn undo(self) -> Result<(), Broken> {
        self.on.scans.borrow_mut().forget();
        if self.begin.is_some() { Ok(()) } else { self.on.run("ROLLBACK") }
    }

    /// Within one round trip: what is to be written, and these.
    /// Gives what each of these found.
    fn ask_all(&mut self, statements: Vec<Statement<'_>>) -> Result<Vec<Vec<Found>>> {
        let (kept, accepted) = (std::mem::take(&mut self.kept), self.accepted.take());
        let mut first = std::mem::take(&mut self.first);
        let begins = self.begin.take();
        if let Some(begin) = begins {
            first = format!("{begin}; {first}");
        }
        // Another process may have brought the tables to a version that this one does not know.
        let mut all: Vec<_> = begins.map(|_| schema::plain(CHECK)).into_iter().collect();
        all.extend(writes(&kept, accepted.as_ref()));
        let before = all.len();
        all.extend(statements);
        let found = self.on.ask(&first, &all);
        let mut found = self.tell(found)?;
        if begins.is_some() {
            let checked = schema::check(&found[0]);
            self.now = Some(self.tell(checked)?);
        }
        Ok(found.split_off(before))
    }

    /// The same with one.
    fn ask(&mut self, statement: Statement<'_>) -> Result<Vec<Found>> {
        Ok(self.ask_all(vec![statement])?.pop().unwrap_or_default())
    }

    fn tell<T>(&mut self, done: Result<T, impl Into<Broken>>) -> Result<T> {
        done.map_err(|error| {
            let broken = error.into();
            self.broken.get_or_insert_with(|| broken.clone());
            broken.failure.into()
        })
    }

    fn read<T>(
        &mut self,
        found: &[Found],
        read: impl Fn(&Found) -> Result<T, tokio_postgres::Error>,
    ) -> Result<Vec<T>> {
        let read = found.iter().map(read).collect::<Result<_, _>>();
        self.tell(read)
    }

    /// Rows that may be changed, and the time at which they were locked.
    fn lock(&mut self, question: Statement<'_>) -> Result<Vec<(i64, Row)>> {
        // One question for both would tell the time before it has waited.
        let clock = schema::plain(events::NOW);
        let [rows, clock] = self.ask_both(question, clock)?;
        self.now = self.read(&clock, |row| row.try_get(0))?.pop();
        self.read(&rows, rows::read)
    }

    fn ask_both(&mut self, one: Statement<'_>, other: Statement<'_>) -> Result<[Vec<Found>; 2]> {
        let mut found = self.ask_all(vec![one, other])?;
        let other = found.pop().unwrap_or_default();
        Ok([found.pop().unwrap_or_default(), other])
    }

    fn lock_queue(&mut self, business_id: &str) -> Result<Queue> {
        let [lock, locked] = control::lock_queue(business_id);
        let [_, mut found] = self.ask_both(lock, locked)?;
        if found.is_empty() {
            self.ask(control::make_queue(business_id))?;
            let [lock, locked] = control::lock_queue(business_id);
            [_, found] = self.ask_both(lock, locked)?;
        }
        self.now = self.read(&found, control::read_clock)?.pop();
        let queue = self.read(&found, control::read_queue)?.pop().unwrap_or_default();
        self.queue = Some((queue.clone(), true));
        Ok(queue)
    }
}

/// Rows that were changed, and what the queue is told.
fn writes<'a>(
    kept: &'a [(i64, Row)],
    accepted: Option<&'a (String, Option<Millis>, bool)>,
) -> Vec<Statement<'a>> {
    let kept = (!kept.is_empty()).then(|| events::keep(kept));
    let accepted = accepted.map(|(id, at, is_new)| control::accepted(id, *at, *is_new));
    kept.into_iter().chain(accepted).collect()
}

/// Whether nothing stops the queue.
fn is_calm(queue: &Queue) -> bool {
    let Queue { paused_before, probed_at, probed_id, last_accepted_at, .. } = *queue;
    *queue == Queue { paused_before, probed_at, probed_id, last_accepted_at, ..Queue::default() }
}

impl Table for Tables<'_> {
    fn now(&mut self) -> Result<Millis> {
        if self.begin.is_some() {
            self.ask_all(Vec::new())?;
        }
        if let Some(now) = self.now {
            return Ok(now);
        }
        let found = self.ask(schema::plain(events::NOW))?;
        let now = self.read(&found, |row| row.try_get(0))?.pop().unwrap_or_default();
        self.now = Some(now);
        Ok(now)
    }

    fn random(&mut self) -> f64 {
        fastrand::f64()
    }

    /// A queue that nothing stops is not locked: most of the time a worker changes nothing of it.
    /// Where it does all the same, its job is run again with the lock.
    fn queue(&mut self, business_id: &str) -> Result<Queue> {
        if self.locks_queue {
            return self.lock_queue(business_id);
        }
        let found = self.ask(control::queue(business_id))?;
        let found = self.read(&found, control::read_queue)?.pop();
        let queue = found.clone().unwrap_or_default();
        if self.mode == Mode::Writes && !is_calm(&queue) {
            return self.lock_queue(business_id);
        }
        self.queue = Some((queue.clone(), false));
        Ok(queue)
    }

    fn put_queue(&mut self, business_id: &str, queue: &Queue) -> Result<()> {
        let before = match &self.queue {
            Some((_, true)) => return self.ask(control::put_queue(business_id, queue)).map(drop),
            Some((before, false)) => before.clone(),
            None => Queue::default(),
        };
        if *queue != (Queue { last_accepted_at: queue.last_accepted_at, ..before.clone() }) {
            self.must_lock_queue = true;
            return Err(Error::internal("a queue was changed that is not locked"));
        }
        let (was, is) = (before.last_accepted_at, queue.last_accepted_at);
        if was.zip(is).is_none_or(|(was, is)| is >= was.saturating_add(ROUGHLY)) {
            self.accepted = Some((business_id.to_owned(), is, was.is_none()));
        }
        Ok(())
    }

    fn find(&mut self, business_id: &str, which: &Which) -> Result<Vec<(i64, Row)>> {
        self.lock(events::find(business_id, which, self.mode == Mode::Writes))
    }

    fn find_all(&mut self, business_id: &str, ids: &[i64]) -> Result<Vec<(i64, Row)>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.lock(events::find_all(business_id, ids, self.mode == Mode::Writes))
    }

    fn insert(&mut self, row: &Row, entry: &Entry) -> Result<i64> {
        let id = self.insert_if_new(row, entry)?;
        // Whoever has added it since was not there when it was asked for.
        id.ok_or_else(|| {
            let broken = Broken::overtaken();
            self.broken.get_or_insert_with(|| broken.clone());
            broken.failure.into()
        })
    }

    fn insert_if_new(&mut self, row: &Row, entry: &Entry) -> Result<Option<i64>> {
        let found = self.ask(events::insert(row, entry))?;
        self.now = None;
        Ok(self.read(&found, |row| row.try_get(0))?.pop())
    }

    fn update(&mut self, id: i64, row: &Row, change: Change<'_>) -> Result<()> {
        match change {
            Change::Keep => {
                self.kept.retain(|(other, _)| *other != id);
                self.kept.push((id, row.clone()));
                Ok(())
            }
            Change::Take(entry) => self.ask(events::take(id, row, entry)).map(drop),
            Change::Erase => self.ask(events::erase(id, row)).map(drop),
        }
    }

    fn expired(&mut self, business_id: &str, now: Millis, most: usize) -> Result<Vec<(i64, Row)>> {
        let from = self.on.scans.borrow_mut().at(business_id, now).leases;
        let found = self.ask(events::expired(business_id, now, most, from))?;
        if found.len() < most {
            self.on.scans.borrow_mut().leases_from(business_id, now);
        }
        self.read(&found, rows::read)
    }

    fn due(
        &mut self,
        business_id: &str,
        now: Millis,
        most: usize,
        last: Option<i64>,
    ) -> Result<Vec<Due>> {
        // One more, in case that the last is among the first.
        let wanted = most.saturating_add(last.is_some().into());
        let mut from = self.on.scans.borrow_mut().at(business_id, now).due;
        let mut due = loop {
            let found = self.ask(events::due(business_id, now, wanted, from))?;
            if found.len() >= wanted || from == 0 {
                break self.read(&found, events::read_due)?;
            }
            // There may be more before.
            from = 0;
        };
        let first = due.iter().filter_map(|due| due.row.due_at).find(|due| *due <= now);
        self.on.scans.borrow_mut().due_from(business_id, first.unwrap_or(now));
        due.sort_by_key(|due| Some(due.id) == last);
        due.truncate(most);
        Ok(due)
    }

    fn next_due(&mut self, business_id: &str) -> Result<Option<Millis>> {
        let scan = self.on.scans.borrow().last(business_id);
        let found = self.ask(events::next_due(business_id, scan.due, scan.leases))?;
        Ok(self.read(&found, events::read_next_due)?.pop().flatten())
    }

    fn records(&mut self, business_id: &str, filter: &Filter) -> Result<Vec<Record>> {
        let (sql, params) = people::records(business_id, filter);
        let found = self.ask(Statement { sql: &sql, params })?;
        self.read(&found, people::read_record)
    }

    fn counts(&mut self, business_id: &str) -> Result<Counts> {
        let found = self.ask(control::counts(business_id))?;
        let counts = control::read_counts(&found);
        self.tell(counts)
    }

    fn ages(
        &mut self,
        business_id: &str,
        now: Millis,
        placed_before: i64,
    ) -> Result<(Option<Millis>, u64)> {
        let found = self.ask(people::ages(business_id, now, placed_before))?;
        Ok(self.read(&found, people::read_ages)?.pop().unwrap_or_default())
    }

    /// Only whoever looks is told: a server has limits of its own, and a counter of what waits would
    /// be one row that every checkout waits for.
    fn live(&mut self) -> Result<Live> {
        if self.mode == Mode::Writes {
            return Ok(Live::default());
        }
        let found = self.ask(control::live())?;
        let live = control::read_live(&found);
        self.tell(live)
    }

    fn retire(&mut self, business_id: &str, before: Millis, most: usize) -> Result<usize> {
        Ok(self.ask(events::retire(business_id, before, most))?.len())
    }
}

/// Every question that a ledger of any length is asked, and how many values it takes.
#[cfg(test)]
pub(super) fn questions(business_id: &str, filters: &[Filter]) -> Vec<(String, usize)> {
    use crate::outbox::hash::Hash;

    let which = [Which::Key(Hash::of(b"k")), Which::Tracking(Hash::of(b"t"))];
    let found = which
        .iter()
        .flat_map(|which| [false, true].map(|locks| events::find(business_id, which, locks)));
    let records = filters.iter().map(|filter| people::records(business_id, filter));
    let records: Vec<_> = records.map(|(sql, params)| (sql, params.len())).collect();
    let asked = [
        events::expired(business_id, 0, 10, 0),
        events::due(business_id, 0, 10, 0),
        events::next_due(business_id, 0, 0),
        events::retire(business_id, 0, 10),
        control::queue(business_id),
        control::counts(business_id),
        people::ages(business_id, 0, 0),
    ];
    let asked = asked.into_iter().chain(found).chain(control::lock_queue(business_id));
    asked.map(|of| (of.sql.to_owned(), of.params.len())).chain(records).collect()
}

/// The question for what is due, whatever the time.
#[cfg(test)]
pub(super) fn due_of(business_id: &str, most: usize) -> Statement<'_> {
    events::due(business_id, Millis::MAX, most, 0)
}
