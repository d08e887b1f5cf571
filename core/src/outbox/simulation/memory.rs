//! A transaction on the outbox's tables in memory.

use std::sync::Arc;

use tokio::sync::OwnedMutexGuard;

use super::broken::Broken;
use super::history::History;
use super::tables::{Stored, Tables};
use crate::error::Result;
use crate::outbox::entry::Entry;
use crate::outbox::queue::Queue;
use crate::outbox::record::{Counts, Record};
use crate::outbox::row::Row;
use crate::outbox::state::{Millis, State};
use crate::outbox::table::{Change, Due, Filter, Live, Table, Which};
use crate::outbox::transition::LEASE;

enum Undo {
    Row(i64, Option<Box<Stored>>),
    Queue(String, Option<Queue>),
}

/// All of it, or nothing: what is dropped before `commit` was never there.
pub(super) struct Transaction {
    tables: OwnedMutexGuard<Tables>,
    history: Arc<History>,
    undo: Vec<Undo>,
    /// How far the clock of whoever asks is from the server's.
    skew: Millis,
}

impl Transaction {
    pub(super) fn new(tables: OwnedMutexGuard<Tables>, history: Arc<History>) -> Self {
        Self { tables, history, undo: Vec::new(), skew: 0 }
    }

    /// Of a host whose clock is wrong by so much.
    pub(super) fn of_host(mut self, skew: Millis) -> Self {
        self.skew = skew;
        self
    }

    /// Whether a worker gets an event by it.
    pub(super) fn claims(&self) -> bool {
        let is_leased = |undo: &Undo| match undo {
            Undo::Row(id, _) => {
                let stored = self.tables.row(*id);
                stored.is_some_and(|stored| stored.row.state == State::Leased)
            }
            Undo::Queue(..) => false,
        };
        self.undo.iter().any(is_leased)
    }

    pub(super) fn commit(mut self) {
        for undo in std::mem::take(&mut self.undo) {
            if let Undo::Row(id, _) = undo
                && let Some(stored) = self.tables.row(id)
            {
                self.history.durable(id, &stored.row, &stored.entry);
            }
        }
    }

    fn broken(&self) -> Broken {
        self.history.broken
    }

    fn put(&mut self, id: i64, stored: Stored) {
        let before = self.tables.put(id, Some(stored));
        self.undo.push(Undo::Row(id, before.map(Box::new)));
    }

    /// A row as a question gives it.
    fn read(&self, row: &Row) -> Row {
        match self.broken() {
            Broken::ForgetsOrderIds => Row { has_order_id: true, ..row.clone() },
            Broken::NoWindow => Row {
                ambiguous_since: row.ambiguous_since.map(|_| self.history.clock.wall()),
                ..row.clone()
            },
            Broken::NoFencing => {
                Row { lease_no: i64::from(row.state == State::Leased), ..row.clone() }
            }
            _ => row.clone(),
        }
    }

    /// A row as it is stored.
    fn written(&self, row: &Row) -> Row {
        let shorter = if self.broken() == Broken::ShortLease { LEASE - 2_000 } else { 0 };
        Row { lease_until: row.lease_until.map(|until| until - shorter), ..row.clone() }
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        for undo in std::mem::take(&mut self.undo).into_iter().rev() {
            match undo {
                Undo::Row(id, before) => drop(self.tables.put(id, before.map(|stored| *stored))),
                Undo::Queue(business, queue) => drop(self.tables.put_queue(&business, queue)),
            }
        }
    }
}

impl Table for Transaction {
    fn now(&mut self) -> Result<Millis> {
        let skew = if self.broken() == Broken::HostClocks { self.skew } else { 0 };
        Ok(self.history.clock.wall() + skew)
    }

    fn random(&mut self) -> f64 {
        fastrand::f64()
    }

    fn queue(&mut self, business_id: &str) -> Result<Queue> {
        let mut queue = self.tables.queue(business_id).cloned().unwrap_or_default();
        if self.broken() == Broken::NeverResumes && queue.refused_code.is_some() {
            queue.probed_at = Some(self.history.clock.wall());
        }
        Ok(queue)
    }

    fn put_queue(&mut self, business_id: &str, queue: &Queue) -> Result<()> {
        let before = self.tables.put_queue(business_id, Some(queue.clone()));
        self.undo.push(Undo::Queue(business_id.to_owned(), before));
        Ok(())
    }

    fn find(&mut self, _: &str, which: &Which) -> Result<Vec<(i64, Row)>> {
        let read = |(id, stored): (i64, &Stored)| (id, self.read(&stored.row));
        Ok(match which {
            Which::Id(id) => self.tables.row(*id).map(|row| read((*id, row))).into_iter().collect(),
            Which::Key(key) => self.tables.of_key(*key).map(read).into_iter().collect(),
            Which::Tracking(_) => {
                let found = self.tables.rows().filter(|(id, stored)| is_meant(which, *id, stored));
                found.map(read).collect()
            }
        })
    }

    fn insert(&mut self, row: &Row, entry: &Entry) -> Result<i64> {
        let id = self.tables.next_id();
        let row = self.written(row);
        self.put(id, Stored { row, entry: entry.clone() });
        Ok(id)
    }

    fn update(&mut self, id: i64, row: &Row, change: Change<'_>) -> Result<()> {
        let Some(stored) = self.tables.row(id) else { return Ok(()) };
        let entry = match change {
            Change::Keep => stored.entry.clone(),
            Change::Take(entry) => entry.clone(),
            Change::Erase => erased(&stored.entry),
        };
        let row = self.written(row);
        self.put(id, Stored { row, entry });
        Ok(())
    }

    fn expired(&mut self, _: &str, now: Millis, most: usize) -> Result<Vec<(i64, Row)>> {
        let mut found: Vec<_> = self.tables.expired(now).collect();
        found.sort_by_key(|(id, _)| *id);
        let found = found.into_iter().take(most);
        Ok(found.map(|(id, stored)| (id, self.read(&stored.row))).collect())
    }

    fn due(&mut self, _: &str, now: Millis, most: usize, last: Option<i64>) -> Result<Vec<Due>> {
        // One more, which takes the last one's place.
        let mut found: Vec<_> = self.tables.due(now).take(most + 1).collect();
        found.sort_by_key(|(id, _)| Some(*id) == last);
        let due = found.into_iter().take(most).filter_map(|(id, stored)| {
            Some(Due {
                id,
                row: self.read(&stored.row),
                wire: stored.entry.wire.clone()?,
                event_name: stored.entry.event_name.clone(),
                order_id: stored.entry.order_id.clone(),
                traceparent: None,
            })
        });
        Ok(due.collect())
    }

    fn next_due(&mut self, _: &str) -> Result<Option<Millis>> {
        Ok(self.tables.next_moment())
    }

    fn records(&mut self, _: &str, filter: &Filter) -> Result<Vec<Record>> {
        let found = self.tables.rows_after(filter.after).filter(|(id, stored)| {
            filter.states.contains(&stored.row.state)
                && filter.code.as_ref().is_none_or(|code| stored.row.code.as_ref() == Some(code))
                && filter.which.as_ref().is_none_or(|which| is_meant(which, *id, stored))
        });
        Ok(found.take(filter.most).map(|(id, stored)| record(id, stored)).collect())
    }

    fn counts(&mut self, _: &str) -> Result<Counts> {
        let mut counts = Counts::default();
        for (_, stored) in self.tables.rows() {
            let count = match stored.row.state {
                State::Held => &mut counts.held,
                State::Pending => &mut counts.pending,
                State::Leased => &mut counts.leased,
                State::Accepted => &mut counts.accepted,
                State::Rejected => &mut counts.rejected,
                State::Dead => &mut counts.dead,
                State::Cancelled => &mut counts.cancelled,
                State::Skipped => &mut counts.skipped,
            };
            *count += 1;
        }
        Ok(counts)
    }

    fn ages(&mut self, _: &str, now: Millis, _: i64) -> Result<(Option<Millis>, u64)> {
        let due = self.tables.live_rows().filter_map(|(_, stored)| stored.row.due_at);
        Ok((due.filter(|due| *due <= now).min(), 0))
    }

    fn live(&mut self) -> Result<Live> {
        let (rows, bytes) = self.tables.live();
        Ok(Live { rows, bytes })
    }

    fn retire(&mut self, _: &str, before: Millis, most: usize) -> Result<usize> {
        let is_old = |row: &Row| {
            matches!(row.state, State::Accepted | State::Cancelled)
                && row.has_payload
                && row.finished_at.is_some_and(|at| at < before)
        };
        let found = self.tables.rows().filter(|(_, stored)| is_old(&stored.row)).take(most);
        let old: Vec<_> = found.map(|(id, stored)| (id, stored.clone())).collect();
        let count = old.len();
        for (id, stored) in old {
            let row = Row { has_payload: false, ..stored.row };
            self.put(id, Stored { row, entry: Entry { wire: None, ..stored.entry } });
        }
        Ok(count)
    }
}

fn is_meant(which: &Which, id: i64, stored: &Stored) -> bool {
    match which {
        Which::Id(meant) => id == *meant,
        Which::Key(key) => stored.entry.key == Some(*key),
        Which::Tracking(hash) => stored.entry.tracking_hash == Some(*hash),
    }
}

fn erased(entry: &Entry) -> Entry {
    let Entry { business_id, event_name, key, .. } = entry.clone();
    Entry { key, ..Entry::of_order(&business_id, &event_name, None) }
}

fn record(id: i64, stored: &Stored) -> Record {
    let (row, entry) = (&stored.row, &stored.entry);
    Record {
        id,
        event_name: entry.event_name.clone(),
        order_id: entry.order_id.clone(),
        state: row.state,
        due_at: row.due_at,
        attempts: row.attempts,
        enqueued_at: row.enqueued_at,
        first_attempt_at: row.first_attempt_at,
        ambiguous_since: row.ambiguous_since,
        finished_at: row.finished_at,
        code: row.code.clone(),
        status: row.status,
        message: row.message.clone(),
        reason: row.reason.clone(),
        event_time: entry.event_time,
        currency: entry.currency.clone(),
        value: entry.value.clone(),
        has_payload: row.has_payload,
        issues: entry.issues.clone(),
        forgotten_at: row.forgotten_at,
    }
}
