//! What is on the disk: rows, queues, and indexes of the rows that a question is about.

use std::collections::{BTreeMap, BTreeSet};

use crate::outbox::entry::Entry;
use crate::outbox::hash::Hash;
use crate::outbox::queue::Queue;
use crate::outbox::row::Row;
use crate::outbox::state::{Millis, State};
use crate::outbox::transition::{LEASE, LONGEST_WAIT};

/// Rows by a moment of theirs.
type Moments = BTreeSet<(Option<Millis>, i64)>;

/// What is on the disk.
#[derive(Default)]
pub(super) struct Tables {
    rows: BTreeMap<i64, Stored>,
    queues: BTreeMap<String, Queue>,
    keys: BTreeMap<Hash, i64>,
    /// Held and pending, by when they are due.
    waiting: Moments,
    /// Leased, by when the lease is over.
    leased: Moments,
    live_bytes: u64,
}

#[derive(Clone)]
pub(super) struct Stored {
    pub(super) row: Row,
    pub(super) entry: Entry,
}

impl Tables {
    pub(super) fn rows(&self) -> impl Iterator<Item = (i64, &Stored)> {
        self.rows.iter().map(|(id, stored)| (*id, stored))
    }

    pub(super) fn rows_after(&self, id: i64) -> impl Iterator<Item = (i64, &Stored)> {
        self.rows.range(id + 1..).map(|(id, stored)| (*id, stored))
    }

    pub(super) fn row(&self, id: i64) -> Option<&Stored> {
        self.rows.get(&id)
    }

    pub(super) fn of_key(&self, key: Hash) -> Option<(i64, &Stored)> {
        let id = *self.keys.get(&key)?;
        Some((id, self.rows.get(&id)?))
    }

    pub(super) fn next_id(&self) -> i64 {
        self.rows.last_key_value().map_or(1, |(last, _)| last + 1)
    }

    /// Whether nothing becomes due by itself.
    pub(super) fn is_idle(&self) -> bool {
        self.next_moment().is_none() && self.leased.is_empty()
    }

    /// Puts a row, or takes it away; gives what was there.
    pub(super) fn put(&mut self, id: i64, stored: Option<Stored>) -> Option<Stored> {
        let before = self.rows.remove(&id);
        if let Some(before) = &before {
            if let Some(key) = before.entry.key {
                self.keys.remove(&key);
            }
            if let Some((moments, moment)) = self.index(&before.row) {
                moments.remove(&(moment, id));
                self.live_bytes -= before.entry.bytes();
            }
        }
        if let Some(stored) = stored {
            if let Some(key) = stored.entry.key {
                self.keys.insert(key, id);
            }
            if let Some((moments, moment)) = self.index(&stored.row) {
                moments.insert((moment, id));
                self.live_bytes += stored.entry.bytes();
            }
            self.rows.insert(id, stored);
        }
        before
    }

    fn index(&mut self, row: &Row) -> Option<(&mut Moments, Option<Millis>)> {
        match row.state {
            State::Leased => Some((&mut self.leased, row.lease_until)),
            state if state.is_live() => Some((&mut self.waiting, row.due_at)),
            _ => None,
        }
    }

    fn stored<'a>(
        &'a self,
        moments: impl Iterator<Item = &'a (Option<Millis>, i64)>,
    ) -> impl Iterator<Item = (i64, &'a Stored)> {
        moments.filter_map(|(_, id)| Some((*id, self.rows.get(id)?)))
    }

    /// What is still to be sent.
    pub(super) fn live_rows(&self) -> impl Iterator<Item = (i64, &Stored)> {
        self.stored(self.waiting.iter().chain(&self.leased))
    }

    pub(super) fn live(&self) -> (u64, u64) {
        ((self.waiting.len() + self.leased.len()) as u64, self.live_bytes)
    }

    /// Pending and held events that are due, oldest first.
    pub(super) fn due(&self, now: Millis) -> impl Iterator<Item = (i64, &Stored)> {
        let is_due = move |row: &Row| match row.state {
            State::Held => row.due_at.is_some_and(|due| due <= now),
            _ => row.due_at.is_none_or(|due| due <= now || due > now + LONGEST_WAIT),
        };
        let past = self.waiting.range(..=(Some(now), i64::MAX));
        let beyond = self.waiting.range((Some(now + LONGEST_WAIT), i64::MAX)..);
        self.stored(past.chain(beyond)).filter(move |(_, stored)| is_due(&stored.row))
    }

    /// Leased events whose lease is over, or cannot be as long as it seems.
    pub(super) fn expired(&self, now: Millis) -> impl Iterator<Item = (i64, &Stored)> {
        let over = self.leased.range(..=(Some(now), i64::MAX));
        self.stored(over.chain(self.leased.range((Some(now + LEASE), i64::MAX)..)))
    }

    /// The earliest moment at which an event becomes due or a lease expires.
    pub(super) fn next_moment(&self) -> Option<Millis> {
        let first = |moments: &Moments| moments.range((Some(Millis::MIN), 0)..).next()?.0;
        [first(&self.waiting), first(&self.leased)].into_iter().flatten().min()
    }

    pub(super) fn queue(&self, business_id: &str) -> Option<&Queue> {
        self.queues.get(business_id)
    }

    /// Puts a queue, or takes it away; gives what was there.
    pub(super) fn put_queue(&mut self, business_id: &str, queue: Option<Queue>) -> Option<Queue> {
        match queue {
            Some(queue) => self.queues.insert(business_id.to_owned(), queue),
            None => self.queues.remove(business_id),
        }
    }
}
