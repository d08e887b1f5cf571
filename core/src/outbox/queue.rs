//! What concerns every event of a business: the operator's pause, the pause after a refusal of the
//! sender, and the circuit breaker. Pure: time and chance are arguments.

use serde::{Deserialize, Serialize};

use super::command::Outcome;
use super::state::Millis;
use super::transition::{ATTEMPT, LONGEST_WAIT, span};
use crate::delivery::{Decision, Disposition, RetryPolicy, Situation};

/// While the sender is refused, one event at a time asks whether it still is.
const PROBE_EVERY: Millis = 60_000;

/// So many failures in a row mean that the service is down.
const FAILURES_THAT_OPEN: u32 = 5;

/// How long the breaker stays open at most, unless the API asks for longer.
const REST: RetryPolicy = RetryPolicy::new(
    u32::MAX,
    std::time::Duration::from_secs(2),
    std::time::Duration::from_secs(60),
);

/// A pause that only `resume` ends.
pub(crate) const FOR_EVER: Millis = Millis::MAX;

/// The state of one business's queue.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Queue {
    /// Until when the operator has paused it; the largest number is until `resume`.
    pub paused_until: Option<Millis>,
    /// The code of the answer that says that key, business or address are wrong.
    pub refused_code: Option<String>,
    /// Since when it has been paused, by either.
    pub paused_since: Option<Millis>,
    /// How long it was paused before that.
    pub paused_before: Millis,
    /// The last probe of a refused sender.
    pub probed_at: Option<Millis>,
    /// The event that it was made with.
    pub probed_id: Option<i64>,
    /// Failures in a row, of any event.
    pub failures: u32,
    /// How often in a row the breaker opened.
    pub opened: u32,
    /// Until when the breaker is open.
    pub open_until: Option<Millis>,
    /// When the API last accepted an event.
    pub last_accepted_at: Option<Millis>,
}

/// How many events may be claimed now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// As many as a worker likes.
    All,
    /// One, to see whether the service is back.
    Probe,
    /// None before this time; `None` is until `resume`.
    Nothing(Option<Millis>),
}

impl Queue {
    /// How long it has been paused in all.
    #[must_use]
    pub fn paused(&self, now: Millis) -> Millis {
        let end = self.pause_ends(now);
        self.paused_before + self.paused_since.map_or(0, |since| (end - since).max(0))
    }

    /// An operator's pause ends by itself; time after that is not paused.
    fn pause_ends(&self, now: Millis) -> Millis {
        match self.paused_until {
            Some(until) if self.refused_code.is_none() => until.min(now),
            _ => now,
        }
    }

    /// How many events may be claimed.
    #[must_use]
    pub fn admits(&self, now: Millis) -> Admission {
        if let Some(until) = self.paused_until.filter(|until| *until > now) {
            return Admission::Nothing((until != FOR_EVER).then_some(until));
        }
        if self.refused_code.is_some() {
            return match self.probed_at {
                // A clock that was set back does not stop the probes.
                Some(last) if (last..last + PROBE_EVERY).contains(&now) => {
                    Admission::Nothing(Some(last + PROBE_EVERY))
                }
                _ => Admission::Probe,
            };
        }
        match self.open_until {
            None => Admission::All,
            Some(until) if (until - LONGEST_WAIT..until).contains(&now) => {
                Admission::Nothing(Some(until))
            }
            Some(_) => Admission::Probe,
        }
    }

    /// This event was claimed as a probe.
    pub fn probe(&mut self, id: i64, now: Millis) {
        (self.probed_at, self.probed_id) = (Some(now), Some(id));
        if self.refused_code.is_none() {
            // Nobody else tries before this one has told.
            self.open_until = Some(now + 2 * ATTEMPT);
        }
    }

    /// The operator pauses it.
    pub fn pause(&mut self, until: Option<Millis>, now: Millis) {
        self.settle(now);
        self.paused_until = Some(until.unwrap_or(FOR_EVER));
        self.paused_since = Some(now);
    }

    /// The operator lets it go on, whatever stopped it.
    pub fn resume(&mut self, now: Millis) {
        self.settle(now);
        *self = Self {
            paused_before: self.paused_before,
            last_accepted_at: self.last_accepted_at,
            ..Self::default()
        };
    }

    /// An attempt of the event `id` came to an end; `alone` says that its refusal was for this
    /// event only.
    pub fn after(&mut self, id: i64, outcome: &Outcome, alone: bool, now: Millis, random: f64) {
        match outcome {
            Outcome::Accepted { .. } => {
                self.last_accepted_at = Some(now);
                self.works(now);
            }
            Outcome::Failed { disposition: Disposition::Misconfigured, code, .. } if !alone => {
                if self.refused_code.is_none() {
                    self.settle(now);
                    self.paused_since = Some(now);
                }
                self.refused_code = Some(code.clone());
                (self.probed_at, self.probed_id) = (Some(now), Some(id));
            }
            Outcome::Failed {
                disposition: Disposition::Misconfigured | Disposition::Refused,
                ..
            } => self.works(now),
            Outcome::Failed { status, retry_after, .. } => {
                if status.is_some() {
                    self.not_refused(now);
                }
                self.fails(*retry_after, now, random);
            }
        }
    }

    /// The service answers as it should.
    fn works(&mut self, now: Millis) {
        self.not_refused(now);
        (self.failures, self.opened, self.open_until) = (0, 0, None);
    }

    fn not_refused(&mut self, now: Millis) {
        if self.refused_code.is_some() {
            self.settle(now);
            self.refused_code = None;
            self.paused_since = self.paused_until.filter(|until| *until > now).map(|_| now);
        }
    }

    fn fails(&mut self, retry_after: Option<Millis>, now: Millis, random: f64) {
        self.failures = self.failures.saturating_add(1);
        let asked = retry_after.map(|wait| now + wait.clamp(0, LONGEST_WAIT));
        if self.failures >= FAILURES_THAT_OPEN {
            self.opened = self.opened.saturating_add(1);
            self.open_until = self.open_until.max(Some(now + rest(self.opened, random)));
        }
        self.open_until = self.open_until.max(asked);
    }

    /// Adds the pause until now to those before.
    fn settle(&mut self, now: Millis) {
        self.paused_before = self.paused(now);
        self.paused_since = self.paused_since.map(|_| now);
    }
}

fn rest(attempts: u32, random: f64) -> Millis {
    let decision = REST.decide(&Situation {
        attempts,
        disposition: Disposition::NeverSent,
        has_order_id: true,
        retry_after: None,
        remaining: std::time::Duration::MAX,
        since_first_try: span(0),
        random,
    });
    match decision {
        Decision::RetryAfter(wait) => Millis::try_from(wait.as_millis()).unwrap_or(LONGEST_WAIT),
        Decision::GiveUp(_) => LONGEST_WAIT,
    }
}

#[cfg(test)]
mod tests;
