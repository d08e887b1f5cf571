//! The tables as a process sees them.

use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

use connectly_conversions::binding::{Change, Due, Entry, Filter, Live, Queue, Row, Table, Which};
use connectly_conversions::{Counts, Error, Record, State};

use crate::event::of_wire;
use crate::flaw::Flaw;
use crate::line::{Claim, Lease, Line, Millis};

/// Longer than any lease.
const BEYOND_LEASES: Millis = 61_000;

/// No row has this id.
const NOWHERE: i64 = 1 << 40;

pub(super) struct Through<'a> {
    table: &'a mut dyn Table,
    later: Millis,
    flaw: Option<Flaw>,
    /// The rows as they were before.
    before: HashMap<i64, Row>,
    /// Those whose lease was over.
    expired: Vec<i64>,
    names: HashMap<i64, String>,
    /// The numbers under which this process claimed rows.
    claimed: HashMap<i64, i64>,
    pub(super) history: Vec<Line>,
}

impl<'a> Through<'a> {
    pub(super) fn new(
        table: &'a mut dyn Table,
        later: Millis,
        flaw: Option<Flaw>,
        claimed: HashMap<i64, i64>,
    ) -> Self {
        let (before, names) = (HashMap::new(), HashMap::new());
        let (expired, history) = (Vec::new(), Vec::new());
        Self { table, later, flaw, before, expired, names, claimed, history }
    }

    fn has(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    fn read(&mut self, id: i64, row: &mut Row) {
        self.before.insert(id, row.clone());
        row.has_order_id |= self.has(Flaw::ResendsWithoutOrder);
    }

    /// As [`Through::read`], and as one that this process has claimed, if that is its flaw.
    fn see(&mut self, found: &mut [(i64, Row)]) {
        for (id, row) in found {
            self.read(*id, row);
            if let Some(number) = self.claimed.get(id).filter(|_| self.has(Flaw::IgnoresFencing)) {
                (row.state, row.lease_no) = (State::Leased, *number);
            }
        }
    }

    fn loses(&self, entry: &Entry) -> bool {
        let is_lost = entry.order_id.as_ref().is_some_and(|order_id| order_id.ends_with('7'));
        is_lost && self.has(Flaw::LosesRows)
    }

    /// What this writing means for the row's lease.
    fn note(&mut self, id: i64, after: &Row) {
        let Some(before) = self.before.insert(id, after.clone()) else { return };
        let is_claim = after.state == State::Leased && after.lease_no != before.lease_no;
        if before.state == State::Leased && (is_claim || after.state != State::Leased) {
            let lease = Lease { id, number: before.lease_no };
            let told = !self.expired.contains(&id);
            let is_doubtful = after.state != State::Accepted && after.ambiguous_since.is_some();
            self.history.push(Line::Ended { lease, told, state: after.state, is_doubtful });
        }
        if is_claim {
            let lease = Lease { id, number: after.lease_no };
            let (at, until) = (after.leased_at.unwrap(), after.lease_until.unwrap());
            let (at, until) = if self.has(Flaw::GoesByItsHostsClock) {
                // What an observer saw: else the wrong clocks would vouch for each other.
                (since_boot(), since_boot() + until - at)
            } else {
                (at + self.later, until + self.later)
            };
            let event = self.names[&id].clone();
            self.history.push(Line::Claimed(Claim { lease, event, at, until }));
        }
    }
}

impl Table for Through<'_> {
    fn now(&mut self) -> Result<Millis, Error> {
        if self.has(Flaw::GoesByItsHostsClock) {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
            return Ok(now.as_millis().try_into().unwrap());
        }
        self.table.now()
    }

    fn random(&mut self) -> f64 {
        self.table.random()
    }

    fn queue(&mut self, business_id: &str) -> Result<Queue, Error> {
        self.table.queue(business_id)
    }

    fn put_queue(&mut self, business_id: &str, queue: &Queue) -> Result<(), Error> {
        self.table.put_queue(business_id, queue)
    }

    fn find(&mut self, business_id: &str, which: &Which) -> Result<Vec<(i64, Row)>, Error> {
        let mut found = self.table.find(business_id, which)?;
        self.see(&mut found);
        Ok(found)
    }

    fn find_all(&mut self, business_id: &str, ids: &[i64]) -> Result<Vec<(i64, Row)>, Error> {
        let mut found = self.table.find_all(business_id, ids)?;
        self.see(&mut found);
        Ok(found)
    }

    fn insert(&mut self, row: &Row, entry: &Entry) -> Result<i64, Error> {
        if self.loses(entry) {
            return Ok(NOWHERE);
        }
        self.table.insert(row, entry)
    }

    fn insert_if_new(&mut self, row: &Row, entry: &Entry) -> Result<Option<i64>, Error> {
        if self.loses(entry) {
            return Ok(Some(NOWHERE));
        }
        self.table.insert_if_new(row, entry)
    }

    fn update(&mut self, id: i64, row: &Row, change: Change<'_>) -> Result<(), Error> {
        self.note(id, row);
        let mut row = row.clone();
        if self.has(Flaw::IgnoresLeases) && self.expired.contains(&id) && row.due_at.is_some() {
            // Before all others.
            row.due_at = Some(0);
        }
        self.table.update(id, &row, change)
    }

    fn expired(
        &mut self,
        business_id: &str,
        now: Millis,
        most: usize,
    ) -> Result<Vec<(i64, Row)>, Error> {
        let is_greedy = self.has(Flaw::IgnoresLeases);
        let at = if is_greedy { now + BEYOND_LEASES } else { now };
        let mut expired = self.table.expired(business_id, at, most)?;
        for (id, row) in &mut expired {
            self.read(*id, row);
            self.expired.push(*id);
            if is_greedy {
                // As one that is to be sent now.
                (row.state, row.due_at) = (State::Pending, None);
            }
        }
        Ok(expired)
    }

    fn due(
        &mut self,
        business_id: &str,
        now: Millis,
        most: usize,
        last: Option<i64>,
    ) -> Result<Vec<Due>, Error> {
        let mut due = self.table.due(business_id, now, most, last)?;
        for due in &mut due {
            self.read(due.id, &mut due.row);
            self.names.insert(due.id, of_wire(&due.wire));
        }
        Ok(due)
    }

    fn next_due(&mut self, business_id: &str) -> Result<Option<Millis>, Error> {
        self.table.next_due(business_id)
    }

    fn records(&mut self, business_id: &str, filter: &Filter) -> Result<Vec<Record>, Error> {
        self.table.records(business_id, filter)
    }

    fn counts(&mut self, business_id: &str) -> Result<Counts, Error> {
        self.table.counts(business_id)
    }

    fn ages(
        &mut self,
        business_id: &str,
        now: Millis,
        placed_before: i64,
    ) -> Result<(Option<Millis>, u64), Error> {
        self.table.ages(business_id, now, placed_before)
    }

    fn live(&mut self) -> Result<Live, Error> {
        self.table.live()
    }

    fn retire(&mut self, business_id: &str, before: Millis, most: usize) -> Result<usize, Error> {
        self.table.retire(business_id, before, most)
    }
}

/// The same on every host of this machine, whatever its clock shows.
fn since_boot() -> Millis {
    let uptime = std::fs::read_to_string("/proc/uptime").unwrap();
    let (seconds, hundredths) = uptime.split(' ').next().unwrap().split_once('.').unwrap();
    seconds.parse::<Millis>().unwrap() * 1_000 + hundredths.parse::<Millis>().unwrap() * 10
}
