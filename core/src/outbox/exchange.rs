//! What a worker and the tables tell each other, in one transaction: what came of its attempts,
//! and what to try next.

use std::collections::HashMap;

use bytes::Bytes;

use super::command::{Command, Outcome};
use super::decision::{Decision, Effect};
use super::queue::{Admission, Queue};
use super::row::Row;
use super::state::{Millis, State};
use super::table::{Change, Due, Table};
use super::transition::{Context, transition};
use crate::delivery::Disposition;
use crate::error::Result;

/// More expired leases are left to the next time.
const MOST_EXPIRED: usize = 100;

/// What a worker asks.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) business_id: String,
    /// How long an event that was surely not recorded is tried.
    pub(super) give_up_after: Millis,
    /// What came of earlier claims.
    pub(super) ended: Vec<Ended>,
    /// How many events it can take.
    pub(super) room: usize,
}

/// The end of a claim.
#[derive(Debug, Clone)]
pub(super) struct Ended {
    pub(super) id: i64,
    pub(super) lease_no: i64,
    /// `None` where it was not tried.
    pub(super) outcome: Option<Outcome>,
}

/// What it gets.
#[derive(Debug)]
pub(super) struct Reply {
    /// One for each that ended, in their order.
    pub(super) told: Vec<Told>,
    pub(super) claimed: Vec<Claimed>,
    /// Events that died without an attempt: their lease, or Meta's window, was over.
    pub(super) died: u64,
    /// How long until there may be more, if that is known.
    pub(super) wait: Option<Millis>,
    /// What stops the queue.
    pub(super) admission: Admission,
}

/// What became of an event.
#[derive(Debug, Clone)]
pub(super) struct Told {
    /// The outcome came too late.
    pub(super) lease_lost: bool,
    /// `None` where the row is gone.
    pub(super) row: Option<Row>,
}

/// An event to be tried.
#[derive(Debug, Clone)]
pub(super) struct Claimed {
    pub(super) id: i64,
    pub(super) lease_no: i64,
    pub(super) wire: Bytes,
    pub(super) event_name: String,
    pub(super) order_id: Option<String>,
    pub(super) traceparent: Option<String>,
}

pub(super) fn exchange(table: &mut dyn Table, request: &Request) -> Result<Reply> {
    let business_id = request.business_id.as_str();
    let queue = table.queue(business_id)?;
    let ids: Vec<_> = request.ended.iter().map(|ended| ended.id).collect();
    let found = table.find_all(business_id, &ids)?;
    // After the queue and the rows, whose locks another worker may have held until now: a time
    // before that would make its leases seem to lie in the future.
    let now = table.now()?;
    let mut turn = Turn { before: queue.clone(), queue, now, request, table };
    let told = turn.finish(found.into_iter().collect())?;
    let mut died = turn.expire()?;
    let claimed = turn.claim(&mut died)?;
    if turn.queue != turn.before {
        turn.table.put_queue(business_id, &turn.queue)?;
    }
    let admission = turn.queue.admits(now);
    let wait = turn.wait(admission)?;
    Ok(Reply { told, claimed, died, wait, admission })
}

struct Turn<'a> {
    table: &'a mut dyn Table,
    request: &'a Request,
    now: Millis,
    before: Queue,
    queue: Queue,
}

impl Turn<'_> {
    /// Decides and writes.
    fn apply(&mut self, id: i64, row: &Row, command: &Command) -> Result<Decision> {
        let context = Context {
            now: self.now,
            random: self.table.random(),
            paused: self.queue.paused(self.now),
            last_accepted_at: self.queue.last_accepted_at,
            give_up_after: self.request.give_up_after,
        };
        let decision = transition(Some(row), command, &context);
        if let Some(after) = &decision.row {
            self.table.update(id, after, Change::of(decision.payload, None))?;
        }
        Ok(decision)
    }

    fn finish(&mut self, mut rows: HashMap<i64, Row>) -> Result<Vec<Told>> {
        let ended = &self.request.ended;
        let mut order: Vec<_> = (0..ended.len()).collect();
        // Receipts first: they tell that a refusal was for its event alone.
        order.sort_by_key(|index| !matches!(ended[*index].outcome, Some(Outcome::Accepted { .. })));
        let mut told = vec![Told { lease_lost: true, row: None }; ended.len()];
        for index in order {
            told[index] = self.finish_one(&ended[index], &mut rows)?;
        }
        Ok(told)
    }

    fn finish_one(&mut self, ended: &Ended, rows: &mut HashMap<i64, Row>) -> Result<Told> {
        let (id, lease_no) = (ended.id, ended.lease_no);
        let Some(row) = rows.get(&id) else { return Ok(Told { lease_lost: true, row: None }) };
        let command = match &ended.outcome {
            None => Command::GiveBack { lease_no },
            Some(outcome) => Command::Finish { lease_no, outcome: outcome.clone() },
        };
        let decision = self.apply(id, row, &command)?;
        let after = decision.row.unwrap_or_else(|| row.clone());
        if let Some(outcome) = &ended.outcome {
            let alone = after.lone_refusals > row.lone_refusals;
            let random = self.table.random();
            self.queue.after(id, outcome, alone, self.now, random);
        }
        rows.insert(id, after.clone());
        Ok(Told { lease_lost: decision.effect == Effect::LeaseLost, row: Some(after) })
    }

    /// Leases of workers that are gone.
    fn expire(&mut self) -> Result<u64> {
        let mut died = 0;
        for (id, row) in self.table.expired(&self.request.business_id, self.now, MOST_EXPIRED)? {
            let decision = self.apply(id, &row, &Command::Elapse)?;
            died += u64::from(decision.state == Some(State::Dead));
        }
        Ok(died)
    }

    fn claim(&mut self, died: &mut u64) -> Result<Vec<Claimed>> {
        let admission = self.queue.admits(self.now);
        let room = match admission {
            Admission::All => self.request.room,
            Admission::Probe => self.request.room.min(1),
            Admission::Nothing(_) => 0,
        };
        if room == 0 {
            return Ok(Vec::new());
        }
        let last = self.queue.probed_id.filter(|_| admission == Admission::Probe);
        let found = self.table.due(&self.request.business_id, self.now, room, last)?;
        let mut claimed = Vec::with_capacity(found.len());
        for due in found {
            let decision = self.apply(due.id, &due.row, &Command::Claim)?;
            match decision.row {
                Some(row) if decision.effect == Effect::Claimed => {
                    if admission == Admission::Probe {
                        self.queue.probe(due.id, self.now);
                    }
                    claimed.push(Claimed::new(due, row.lease_no));
                }
                _ => *died += u64::from(decision.state == Some(State::Dead)),
            }
        }
        Ok(claimed)
    }

    /// How long a worker with nothing in flight has nothing to do.
    fn wait(&mut self, admission: Admission) -> Result<Option<Millis>> {
        let due = self.table.next_due(&self.request.business_id)?;
        let Some(due) = due else { return Ok(None) };
        Ok(match admission {
            Admission::Nothing(until) => until.map(|until| (until.max(due) - self.now).max(0)),
            _ => Some((due - self.now).max(0)),
        })
    }
}

impl Claimed {
    fn new(due: Due, lease_no: i64) -> Self {
        let Due { id, wire, event_name, order_id, traceparent, .. } = due;
        Self { id, lease_no, wire, event_name, order_id, traceparent }
    }
}

/// Whether an outcome of this kind concerns the event and not its sender.
pub(super) fn is_of_the_event(disposition: Option<Disposition>) -> bool {
    disposition != Some(Disposition::Misconfigured)
}
