//! What happened to each event, as an observer with a true clock sees it, and the checker: it
//! knows the promises and nothing of how they are kept.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

use bytes::Bytes;

use super::broken::Broken;
use super::clock::Clock;
use crate::outbox::entry::Entry;
use crate::outbox::row::Row;
use crate::outbox::state::{Millis, State};

const SECOND: Millis = 1_000;
const HOUR: Millis = 3_600 * SECOND;
/// Meta's.
const WINDOW: Millis = 48 * HOUR;

/// One conversion.
pub(super) type Order = usize;

pub(super) struct History {
    pub(super) broken: Broken,
    pub(super) clock: Clock,
    told: Mutex<Told>,
}

#[derive(Default)]
struct Told {
    orders: Vec<Life>,
    of_wire: HashMap<Bytes, Order>,
    of_row: BTreeMap<i64, Order>,
    violation: Option<String>,
}

/// What was promised of an event, and what became of it.
#[derive(Debug, Default, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Life {
    pub(super) has_order_id: bool,
    /// The shop was told that it is on the disk.
    pub(super) acknowledged: bool,
    /// The shop was told that it is cancelled or forgotten.
    pub(super) withdrawn: bool,
    /// It is held, and nobody has begun to release it.
    pub(super) is_held: bool,
    /// It is held until this moment, by the clock.
    pub(super) held_until: Option<Millis>,
    /// Somebody has asked to cancel or forget it.
    pub(super) asked: bool,
    /// The API refuses it, whatever its state.
    pub(super) is_poison: bool,
    /// Its acceptance is on the disk.
    pub(super) accepted: bool,
    /// It was so when the last claim was made. Whoever claimed before could not know: a receipt
    /// may be told after its lease has passed on.
    pub(super) accepted_before_claim: bool,
    /// Since when it is dead on the disk.
    pub(super) died: Option<Millis>,
    /// The last claim, and the first of which nobody knows whether it was recorded.
    pub(super) claimed: Millis,
    pub(super) unknown_since: Option<Millis>,
    pub(super) attempts: Vec<Attempt>,
    /// How often the API has recorded it.
    pub(super) recorded: usize,
}

#[derive(Debug, Clone)]
pub(super) struct Attempt {
    began: Millis,
    end: Option<End>,
}

/// How an attempt ended for its worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The worker was killed meanwhile, or nobody told it whether the event was recorded; or it
    /// was told, and it has to write that down.
    MayBeRecorded,
    /// It knows that the event was not recorded.
    NotRecorded,
}

impl Life {
    /// When its attempts began.
    pub(super) fn began(&self) -> Vec<Millis> {
        self.attempts.iter().map(|attempt| attempt.began).collect()
    }
}

impl History {
    pub(super) fn new(broken: Broken) -> Self {
        Self { broken, clock: Clock::new(), told: Mutex::default() }
    }

    pub(super) fn violation(&self) -> Option<String> {
        self.told.lock().unwrap().violation.clone()
    }

    pub(super) fn violated(&self, what: &str) {
        let at = self.clock.real();
        let mut told = self.told.lock().unwrap();
        told.violation.get_or_insert_with(|| format!("after {at} ms: {what}"));
    }

    pub(super) fn expect(&self, life: Life, wires: impl IntoIterator<Item = Bytes>) -> Order {
        let mut told = self.told.lock().unwrap();
        told.orders.push(life);
        let order = told.orders.len() - 1;
        told.of_wire.extend(wires.into_iter().map(|wire| (wire, order)));
        order
    }

    pub(super) fn change(&self, order: Order, change: impl FnOnce(&mut Life)) {
        change(&mut self.told.lock().unwrap().orders[order]);
    }

    pub(super) fn life(&self, order: Order) -> Life {
        self.told.lock().unwrap().orders[order].clone()
    }

    pub(super) fn order(&self, wire: &Bytes) -> Order {
        self.told.lock().unwrap().of_wire[wire]
    }

    /// A row is on the disk as it is now.
    pub(super) fn durable(&self, id: i64, row: &Row, entry: &Entry) {
        let mut told = self.told.lock().unwrap();
        if let Some(order) = entry.wire.as_ref().and_then(|wire| told.of_wire.get(wire).copied()) {
            told.of_row.insert(id, order);
        }
        if let Some(order) = told.of_row.get(&id).copied() {
            let life = &mut told.orders[order];
            life.accepted |= row.state == State::Accepted;
            let now = self.clock.real();
            life.died = (row.state == State::Dead).then_some(life.died.unwrap_or(now));
            if row.state == State::Leased {
                life.claimed = now;
                life.accepted_before_claim = life.accepted;
            }
            let since = life.unknown_since.unwrap_or(life.claimed);
            life.unknown_since = row.ambiguous_since.map(|_| since);
        }
    }

    /// A worker begins to send.
    pub(super) fn begins(&self, order: Order) -> usize {
        let now = self.clock.real();
        let life = self.life(order);
        if let Some(what) = self.is_forbidden(&life, now) {
            self.violated(&format!("{what}: event {order}, {life:?}"));
        }
        self.told.lock().unwrap().orders[order].attempts.push(Attempt { began: now, end: None });
        life.attempts.len()
    }

    fn is_forbidden(&self, life: &Life, now: Millis) -> Option<&'static str> {
        if life.withdrawn {
            return Some("sent though it was cancelled or forgotten");
        }
        if life.is_held {
            return Some("sent though it is held");
        }
        // Who held it by a clock that is wrong gets what that clock says.
        let is_early = |until| self.clock.wall() < until && self.clock.wrong_since(0) == 0;
        if life.held_until.is_some_and(is_early) {
            return Some("sent before its hold was over");
        }
        if life.accepted_before_claim {
            return Some("claimed and sent though its acceptance was on the disk");
        }
        // A lease that the clock has ended is no longer live.
        let is_open = |attempt: &&Attempt| {
            attempt.end.is_none() && self.clock.wrong_since(attempt.began - 60 * SECOND) == 0
        };
        if life.attempts.iter().any(|attempt| is_open(&attempt)) {
            return Some("sent under two live leases");
        }
        let unknown = |attempt: &&Attempt| attempt.end != Some(End::NotRecorded);
        let first = life.attempts.iter().find(unknown)?;
        if !life.has_order_id {
            return Some("sent again without an order id, though it may have been recorded");
        }
        let since = life.unknown_since.map_or(first.began, |since| since.min(first.began));
        let slack = self.clock.wrong_since(since);
        (now - first.began > WINDOW + slack).then_some("sent again when Meta's window was over")
    }

    /// Replayed by force, everything is sent anew, at the operator's risk.
    pub(super) fn forgives(&self) {
        for life in &mut self.told.lock().unwrap().orders {
            life.attempts.clear();
        }
    }

    /// Events, attempts, and events that were sent again though they may have been recorded.
    pub(super) fn figures(&self) -> (u64, u64, u64) {
        let told = self.told.lock().unwrap();
        let attempts = told.orders.iter().map(|life| life.attempts.len()).sum::<usize>();
        let resent = told.orders.iter().filter(|life| life.recorded > 1).count();
        (told.orders.len() as u64, attempts as u64, resent as u64)
    }

    pub(super) fn recorded(&self, order: Order) {
        self.change(order, |life| life.recorded += 1);
    }

    pub(super) fn ended(&self, order: Order, attempt: usize, end: End) {
        self.change(order, |life| life.attempts[attempt].end = Some(end));
    }

    /// What the disk shows in the end, when nothing is under way any more.
    pub(super) fn check_end<'a>(
        &self,
        rows: impl Iterator<Item = (i64, &'a Row)>,
        is_healed: bool,
    ) {
        let rows: BTreeMap<i64, &Row> = rows.collect();
        let told = self.told.lock().unwrap();
        let found: BTreeMap<Order, &Row> =
            told.of_row.iter().filter_map(|(id, order)| Some((*order, *rows.get(id)?))).collect();
        let orders = told.orders.clone();
        drop(told);
        for (order, life) in orders.iter().enumerate() {
            if let Some(what) = self.is_wrong(life, found.get(&order).copied(), is_healed) {
                self.violated(&format!("{what}: event {order}, {life:?}, {:?}", found.get(&order)));
            }
        }
    }

    fn is_wrong(&self, life: &Life, row: Option<&Row>, is_healed: bool) -> Option<&'static str> {
        let Some(row) = row else {
            return life.acknowledged.then_some("lost");
        };
        match row.state {
            State::Leased | State::Pending => Some("never delivered, though the service is back"),
            State::Accepted if life.recorded == 0 => {
                Some("accepted, though the API never recorded it")
            }
            State::Cancelled if !life.asked => Some("cancelled, though nobody asked for it"),
            State::Rejected if is_healed && !life.is_poison && !life.asked => {
                Some("rejected for no reason")
            }
            State::Dead if is_healed && !life.asked => {
                Some("still dead, though it was replayed by force")
            }
            State::Dead => self.died_too_early(life, row),
            _ => None,
        }
    }

    /// The definition of dead.
    fn died_too_early(&self, life: &Life, row: &Row) -> Option<&'static str> {
        if row.lost_claims >= 12 || row.lone_refusals >= 3 {
            return None;
        }
        let slack = self.clock.wrong_since(0);
        let tried_for = |since: Option<Millis>| {
            life.died.zip(since).map_or(0, |(died, since)| died - since) + slack
        };
        match (row.ambiguous_since.is_some(), life.has_order_id) {
            // But for the longest wait, and an attempt.
            (true, true) if tried_for(life.unknown_since) < WINDOW - HOUR - 60 * SECOND => {
                Some("given up within Meta's window")
            }
            (false, _)
                if tried_for(life.attempts.first().map(|first| first.began)) < 7 * 24 * HOUR =>
            {
                Some("given up before seven days")
            }
            _ => None,
        }
    }
}
