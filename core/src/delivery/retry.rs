//! When to send again, and when to give up. Pure: time and chance are arguments.

use std::fmt::Display;
use std::time::Duration;

use super::disposition::{Disposition, Resend};
use crate::defaults;
use crate::error::{Error, ErrorCode, Result};

/// An attempt with less time than this is not worth its risk.
const SHORTEST_ATTEMPT: Duration = Duration::from_millis(100);

/// How often and how patiently a call tries again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    retries: u32,
    base: Duration,
    cap: Duration,
}

impl Default for RetryPolicy {
    /// Two retries, the first after up to 0.25 s, none after more than 4 s.
    fn default() -> Self {
        Self::new(defaults::RETRY_RETRIES, defaults::RETRY_BASE, defaults::RETRY_CAP)
    }
}

impl RetryPolicy {
    /// Waits are drawn evenly from zero to `base` · 2ⁿ, at most to `cap` (full jitter).
    #[must_use]
    pub const fn new(retries: u32, base: Duration, cap: Duration) -> Self {
        Self { retries, base, cap }
    }

    /// The policy of numbers as a binding gets them, waits in seconds; `None` is the default's.
    ///
    /// # Errors
    /// `invalid_retry_policy` for negative, infinite or missing numbers.
    #[doc(hidden)]
    pub fn from_seconds(retries: Option<i64>, base: Option<f64>, cap: Option<f64>) -> Result<Self> {
        Self::from_numbers(retries, base, cap, ("seconds", 1.0))
    }

    /// As [`RetryPolicy::from_seconds`], in milliseconds.
    ///
    /// # Errors
    /// The same.
    #[doc(hidden)]
    pub fn from_milliseconds(
        retries: Option<i64>,
        base: Option<f64>,
        cap: Option<f64>,
    ) -> Result<Self> {
        Self::from_numbers(retries, base, cap, ("milliseconds", 1e3))
    }

    fn from_numbers(
        retries: Option<i64>,
        base: Option<f64>,
        cap: Option<f64>,
        (unit, of_a_second): (&str, f64),
    ) -> Result<Self> {
        let refuse = |name: &str, needed: &str, given: &dyn Display| {
            let message = format!("retry.{name}: must be {needed}, 0 or more, not {given}");
            Error::configuration(ErrorCode::InvalidRetryPolicy, message)
        };
        let default = Self::default();
        let wait = |given: Option<f64>, default, name| match given {
            None => Ok(default),
            Some(given) => Duration::try_from_secs_f64(given / of_a_second)
                .map_err(|_| refuse(name, &format!("a number of {unit}"), &given)),
        };
        let retries = match retries {
            None => default.retries,
            Some(given) => {
                u32::try_from(given).map_err(|_| refuse("retries", "a whole number", &given))?
            }
        };
        Ok(Self::new(retries, wait(base, default.base, "base")?, wait(cap, default.cap, "cap")?))
    }

    /// One attempt and no more.
    #[must_use]
    pub const fn none() -> Self {
        Self { retries: 0, base: Duration::ZERO, cap: Duration::ZERO }
    }

    /// How often a call tries again at most.
    #[must_use]
    pub fn retries(&self) -> u32 {
        self.retries
    }

    /// The longest first wait.
    #[must_use]
    pub fn base(&self) -> Duration {
        self.base
    }

    /// The longest wait.
    #[must_use]
    pub fn cap(&self) -> Duration {
        self.cap
    }

    /// Decides after a failed attempt.
    #[doc(hidden)]
    #[must_use]
    pub fn decide(&self, situation: &Situation) -> Decision {
        let is_spent = situation.attempts > self.retries;
        let wait = self.jittered(situation).max(situation.retry_after.unwrap_or_default());
        let next_try = if is_spent { Duration::ZERO } else { wait };
        let resend = situation.resend_after(next_try);
        if is_spent || resend != Resend::Safe {
            return Decision::GiveUp(resend);
        }
        let left = situation.remaining.saturating_sub(wait);
        // Without an order id, an attempt that the deadline cuts off turns an outcome that was
        // known into one that is not.
        let needed = if situation.has_order_id { Duration::ZERO } else { SHORTEST_ATTEMPT };
        if left <= needed {
            return Decision::GiveUp(resend);
        }
        Decision::RetryAfter(wait)
    }

    fn jittered(&self, situation: &Situation) -> Duration {
        let doublings = situation.attempts.saturating_sub(1).min(31);
        let longest = self.base.saturating_mul(1 << doublings).min(self.cap);
        // Rounding must neither pass the longest wait nor the range of a duration.
        Duration::try_from_secs_f64(longest.as_secs_f64() * situation.random.clamp(0.0, 1.0))
            .map_or(longest, |wait| wait.min(longest))
    }
}

/// All that a decision depends on.
#[derive(Debug, Clone, PartialEq)]
pub struct Situation {
    /// Attempts made so far; 1 after the first.
    pub attempts: u32,
    /// What the last attempt means.
    pub disposition: Disposition,
    /// Whether Meta can tell a resend from a second order.
    pub has_order_id: bool,
    /// How long the API asked to wait.
    pub retry_after: Option<Duration>,
    /// Until the whole call's deadline.
    pub remaining: Duration,
    /// Since the first attempt began.
    pub since_first_try: Duration,
    /// Chance, from 0 to 1.
    pub random: f64,
}

impl Situation {
    /// Whether the same bytes may be sent again after this wait.
    #[must_use]
    pub fn resend_after(&self, wait: Duration) -> Resend {
        self.disposition.resend(self.has_order_id, self.since_first_try.saturating_add(wait))
    }
}

/// What to do after a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// Send the same bytes again after this wait.
    RetryAfter(Duration),
    /// Give up; whether a later call may send the bytes again.
    GiveUp(Resend),
}
