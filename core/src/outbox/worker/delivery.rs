//! The loop: claim, send, tell. No transaction is open while a request is.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::FuturesUnordered;
use tokio::time::{Instant, sleep};

use super::pace::Pace;
use super::term::Term;
use crate::delivery::{Attempt, Disposition, Sender};
use crate::error::{Error, ErrorCode, Result};
use crate::outbox::api::Outbox;
use crate::outbox::command::Outcome;
use crate::outbox::exchange::{self, Claimed, Ended, Reply, Request, Told, is_of_the_event};
use crate::outbox::queue::Admission;
use crate::outbox::record::{Attempted, Delivered};
use crate::outbox::state::{Millis, State};
use crate::outbox::store::{self, Kind};
use crate::outbox::transition::{ATTEMPT, LEASE, span};
use crate::text::one_line;

/// Other processes enqueue too: an idle worker looks this often.
const POLL: Duration = Duration::from_secs(1);

/// After the store failed.
const AFTER_AN_ERROR: Duration = Duration::from_millis(500);

/// Old payloads are erased this often.
const UPKEEP: Duration = Duration::from_secs(3_600);

/// So many at once, so that nobody waits for it.
const RETIRED_AT_ONCE: usize = 500;

/// A server's words are kept up to this length, in characters.
const MESSAGE: usize = 500;

pub(super) struct Delivery<'a, S> {
    outbox: &'a Outbox,
    sender: &'a S,
    pace: &'a Pace,
    flight: FuturesUnordered<BoxFuture<'a, Flown>>,
    /// Attempts whose outcome is not on the disk yet.
    flown: Vec<Flown>,
    /// When the next request may begin.
    next_start: Instant,
    next_upkeep: Instant,
    /// Since when the store has failed.
    failing: Option<Instant>,
    delivered: Delivered,
}

/// An attempt that has ended.
#[derive(Debug, Clone)]
struct Flown {
    ended: Ended,
    attempted: Attempted,
}

/// What a turn of the loop leads to.
enum Next {
    /// There may be more at once.
    Again,
    /// Nothing is due; this long until it is worth a look.
    Empty(Duration),
    /// Something may be due, but not before this time: the rate, or a store that fails.
    Later(Duration),
}

impl<'a, S: Sender> Delivery<'a, S> {
    pub(super) fn new(outbox: &'a Outbox, sender: &'a S, pace: &'a Pace) -> Self {
        let now = Instant::now();
        Self {
            outbox,
            sender,
            pace,
            flight: FuturesUnordered::new(),
            flown: Vec::new(),
            next_start: now,
            next_upkeep: now,
            failing: None,
            delivered: Delivered::default(),
        }
    }

    pub(super) fn delivered(&self) -> Delivered {
        self.delivered
    }

    pub(super) async fn run(&mut self, mut term: Term) -> Result<()> {
        loop {
            let next = match self.turn(&term).await {
                Ok(next) => {
                    self.failing = None;
                    next
                }
                Err(error) => self.failed(error, &term)?,
            };
            let is_idle = self.flight.is_empty() && self.flown.is_empty();
            if term.is_over() || is_idle && !self.may_claim(&term) {
                return Ok(());
            }
            match next {
                Next::Again => {}
                Next::Empty(_) if is_idle && term.until_empty => return Ok(()),
                Next::Empty(wait) | Next::Later(wait) => self.rest(&mut term, wait).await,
            }
        }
    }

    /// Tells what came of attempts, and starts others.
    async fn turn(&mut self, term: &Term) -> Result<Next> {
        let room = if self.may_claim(term) { self.room() } else { 0 };
        if room == 0 && self.flown.is_empty() {
            return Ok(Next::Later(self.until_next()));
        }
        if self.may_claim(term) && Instant::now() >= self.next_upkeep {
            self.keep_up().await?;
        }
        let asked = Instant::now();
        let reply = self.exchange(room).await?;
        self.account(&reply);
        // An attempt ends within its lease, or never begins: a disk may hang for longer than one.
        let is_late = asked.elapsed() > span(LEASE - ATTEMPT);
        let stopped = is_late || !self.may_claim(term);
        for claimed in reply.claimed {
            if stopped {
                self.flown.push(Flown::unsent(claimed));
            } else {
                self.start(claimed, term);
            }
        }
        // Whoever died took the place of an event that may be due.
        let is_short = reply.died > 0 && self.room() > 0;
        if is_short || stopped && !self.flown.is_empty() {
            return Ok(Next::Again);
        }
        Ok(match self.free() {
            // What the rate holds back may well be due.
            1.. if self.room() == 0 => Next::Later(self.until_next()),
            _ => Next::Empty(wait(reply.wait, reply.admission)),
        })
    }

    /// Whether events may still be claimed. A client that its process has closed says nothing of
    /// the queue, which other processes deliver.
    fn may_claim(&self, term: &Term) -> bool {
        term.may_claim() && !self.sender.is_closed()
    }

    /// How many requests may begin now.
    fn room(&self) -> usize {
        match self.pace.spacing {
            // One at a time keeps the distance between two.
            Some(_) => self.free().min(usize::from(Instant::now() >= self.next_start)),
            None => self.free(),
        }
    }

    /// How long the rate holds back the next request.
    fn until_next(&self) -> Duration {
        self.next_start.saturating_duration_since(Instant::now())
    }

    /// How many more requests may run.
    fn free(&self) -> usize {
        self.pace.concurrency.saturating_sub(self.flight.len())
    }

    async fn exchange(&mut self, room: usize) -> Result<Reply> {
        let settings = &self.outbox.inner.settings;
        let request = Request {
            business_id: settings.business_id.clone(),
            give_up_after: settings.give_up_after,
            ended: self.flown.iter().map(|flown| flown.ended.clone()).collect(),
            room,
        };
        let written = self.flown.len();
        let store = &*self.outbox.inner.store;
        let mut reply = Box::pin(store::write(store, Kind::Change, move |table| {
            exchange::exchange(table, &request)
        }));
        // Requests go on meanwhile.
        let reply = loop {
            tokio::select! {
                biased;
                reply = &mut reply => break reply?,
                Some(flown) = self.flight.next() => self.flown.push(flown),
            }
        };
        for (flown, told) in self.flown.drain(..written).zip(&reply.told) {
            tell(self.outbox, self.pace, flown, told, &mut self.delivered);
        }
        Ok(reply)
    }

    fn account(&mut self, reply: &Reply) {
        let died = Delivered { dead: reply.died, ..Delivered::default() };
        self.outbox.inner.totals.add(died);
        self.delivered = self.delivered.plus(died);
    }

    fn start(&mut self, claimed: Claimed, term: &Term) {
        if let Some(spacing) = self.pace.spacing {
            self.next_start = Instant::now() + spacing;
        }
        let (sender, until) = (self.sender, term.attempt_ends());
        let attempt = async move {
            let began = Instant::now();
            let attempt = sender.post(claimed.wire.clone(), until).await;
            if was_closed(&attempt) {
                return Flown::unsent(claimed);
            }
            Flown::new(claimed, &attempt, began.elapsed())
        };
        self.flight.push(attempt.boxed());
    }

    /// Waits for the end of an attempt, for news, or for a while.
    async fn rest(&mut self, term: &mut Term, wait: Duration) {
        let may_claim = self.may_claim(term) && self.free() > 0;
        let hears = may_claim && self.room() > 0;
        let tells = !self.flown.is_empty();
        tokio::select! {
            biased;
            Some(flown) = self.flight.next() => self.flown.push(flown),
            () = term.changes() => {}
            () = self.outbox.inner.news.notified(), if hears => {}
            () = sleep(wait), if may_claim || tells => {}
        }
        // What ended at the same time is written together.
        while let Some(Some(flown)) = self.flight.next().now_or_never() {
            self.flown.push(flown);
        }
    }

    /// The store failed: a worker waits; what has an end of its own gives up, unless outcomes wait
    /// to be written: these are told as long as their leases last.
    fn failed(&mut self, error: Error, term: &Term) -> Result<Next> {
        if let (None, Some(alarm)) = (self.failing, &self.pace.alarm) {
            alarm(&error);
        }
        let since = *self.failing.get_or_insert_with(Instant::now);
        let waits = !self.flight.is_empty() || !self.flown.is_empty();
        if term.has_end() && (!waits || since.elapsed() > span(LEASE)) || term.is_over() {
            return Err(error);
        }
        tracing::warn!(%error, "the outbox's store failed; trying again");
        Ok(Next::Later(AFTER_AN_ERROR))
    }

    /// Erases payloads that nobody needs any longer, and warns of holds that last too long.
    async fn keep_up(&mut self) -> Result<()> {
        self.next_upkeep = Instant::now() + UPKEEP;
        let settings = &self.outbox.inner.settings;
        let store = &*self.outbox.inner.store;
        loop {
            let (business_id, keep) = (settings.business_id.clone(), settings.keep_payloads);
            let retired = store::write(store, Kind::Change, move |table| {
                let before = table.now()?.saturating_sub(keep);
                table.retire(&business_id, before, RETIRED_AT_ONCE)
            });
            if retired.await? < RETIRED_AT_ONCE {
                break;
            }
        }
        let holds = self.outbox.metrics().await?.overdue_holds;
        if holds > 0 {
            tracing::warn!(
                holds,
                "orders are held for more than six days: after seven they do not count"
            );
        }
        Ok(())
    }
}

impl Flown {
    fn new(claimed: Claimed, attempt: &Attempt, took: Duration) -> Self {
        let outcome = match attempt {
            Ok(receipt) => Outcome::Accepted { status: receipt.status() },
            Err(failure) => {
                let error = &failure.error;
                let message = one_line(error.message()).to_string();
                Outcome::Failed {
                    disposition: failure.disposition,
                    code: error.code().as_str().to_owned(),
                    status: error.status(),
                    message: message.chars().take(MESSAGE).collect(),
                    retry_after: error.retry_after().map(in_millis),
                }
            }
        };
        let (code, status, disposition) = match &outcome {
            Outcome::Accepted { status } => (None, Some(*status), None),
            Outcome::Failed { code, status, disposition, .. } => {
                (Some(code.clone()), *status, Some(*disposition))
            }
        };
        let unsent = Self::unsent(claimed);
        Self {
            ended: Ended { outcome: Some(outcome), ..unsent.ended },
            attempted: Attempted {
                code,
                status,
                disposition,
                took: in_millis(took),
                ..unsent.attempted
            },
        }
    }

    fn unsent(claimed: Claimed) -> Self {
        let Claimed { id, lease_no, event_name, order_id, traceparent, .. } = claimed;
        Self {
            ended: Ended { id, lease_no, outcome: None },
            attempted: Attempted {
                id,
                event_name,
                order_id,
                state: State::Pending,
                attempts: 0,
                code: None,
                status: None,
                took: 0,
                traceparent,
                disposition: None,
            },
        }
    }
}

/// Counts an attempt that is on the disk, and tells of it.
fn tell(outbox: &Outbox, pace: &Pace, flown: Flown, told: &Told, delivered: &mut Delivered) {
    if flown.ended.outcome.is_none() {
        return;
    }
    if told.lease_lost {
        outbox.inner.totals.add_lost_lease();
    }
    let Some(row) = &told.row else { return };
    let attempted = Attempted { state: row.state, attempts: row.attempts, ..flown.attempted };
    let mut one = Delivered::default();
    if !told.lease_lost && is_counted(&attempted) {
        one.count(row.state);
    }
    outbox.inner.totals.add(one);
    *delivered = delivered.plus(one);
    let (id, code) = (attempted.id, attempted.code.as_deref());
    match row.state {
        State::Dead => tracing::warn!(id, code, "given up; `replay` may send it again"),
        State::Rejected => tracing::warn!(id, code, "rejected by the API"),
        state => tracing::debug!(id, code, state = state.as_str(), "attempted"),
    }
    if let Some(hook) = &pace.hook {
        hook(&attempted);
    }
}

/// A refusal of the sender is no attempt of the event.
fn is_counted(attempted: &Attempted) -> bool {
    attempted.state != State::Pending || is_of_the_event(attempted.disposition)
}

/// Whether nothing was sent, since the client is closed.
fn was_closed(attempt: &Attempt) -> bool {
    attempt.as_ref().is_err_and(|failure| {
        failure.disposition == Disposition::Misconfigured
            && failure.error.code() == ErrorCode::ClientClosed
    })
}

/// How long to wait where nothing happens: at most until the next look, never all at once.
fn wait(next: Option<Millis>, admission: Admission) -> Duration {
    let longest = POLL.mul_f64(0.75 + fastrand::f64() / 2.0);
    match (next, admission) {
        (Some(next), Admission::All | Admission::Probe) => span(next.max(1)).min(longest),
        _ => longest,
    }
}

fn in_millis(time: Duration) -> Millis {
    Millis::try_from(time.as_millis()).unwrap_or(Millis::MAX)
}
