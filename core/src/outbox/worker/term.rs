//! How long a delivery goes on.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::outbox::transition::{ATTEMPT, span};

/// How long a delivery goes on: until it is stopped, until nothing is due, or until a moment.
pub(super) struct Term {
    pub(super) until_empty: bool,
    /// After this nothing more is claimed: an attempt must not be cut off by the end.
    last_claim: Option<Instant>,
    /// By then it has ended.
    end: Option<Instant>,
    stop: watch::Receiver<Option<Instant>>,
}

impl Term {
    pub(super) fn until_stopped(stop: watch::Receiver<Option<Instant>>) -> Self {
        Self { until_empty: false, last_claim: None, end: None, stop }
    }

    pub(super) fn of(
        until_empty: bool,
        limit: Option<Duration>,
        stop: watch::Receiver<Option<Instant>>,
    ) -> Self {
        let limit = limit.map(|limit| limit.min(Duration::from_secs(366 * 24 * 3_600)));
        let end = limit.map(|limit| Instant::now() + limit);
        // Half of a short time, so that something is sent at all.
        let last_claim = limit.map(|limit| Instant::now() + limit - span(ATTEMPT).min(limit / 2));
        Self { until_empty, last_claim, end, stop }
    }

    /// Whether it was told to stop.
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.borrow().is_some()
    }

    /// Whether events may still be claimed.
    pub(super) fn may_claim(&self) -> bool {
        !self.is_stopped() && self.last_claim.is_none_or(|last| Instant::now() < last)
    }

    /// Whether even attempts under way are cut off.
    pub(super) fn is_over(&self) -> bool {
        self.ends_at().is_some_and(|end| Instant::now() >= end)
    }

    /// Whether it ends by itself.
    pub(super) fn has_end(&self) -> bool {
        self.until_empty || self.end.is_some()
    }

    fn ends_at(&self) -> Option<Instant> {
        let stopped = *self.stop.borrow();
        match (self.end, stopped) {
            (Some(end), Some(stop)) => Some(end.min(stop)),
            (end, stop) => end.or(stop),
        }
    }

    /// By when an attempt that begins now is to end.
    pub(super) fn attempt_ends(&self) -> Instant {
        let longest = Instant::now() + span(ATTEMPT);
        // What came of it is still to be written.
        let end = self.ends_at().map(|end| end - Duration::from_millis(50));
        end.map_or(longest, |end| end.min(longest))
    }

    /// Waits until something of it changes: it is stopped, the last claim was, or it is over.
    pub(super) async fn changes(&mut self) {
        let now = Instant::now();
        let next = [self.last_claim, self.ends_at()].into_iter().flatten().filter(|t| *t > now);
        match next.min() {
            Some(next) => {
                tokio::select! {
                    () = sleep_until(next) => {}
                    () = told_to_stop(&mut self.stop) => {}
                }
            }
            None => told_to_stop(&mut self.stop).await,
        }
    }
}

async fn told_to_stop(stop: &mut watch::Receiver<Option<Instant>>) {
    if stop.changed().await.is_err() {
        // Nobody is left who could.
        std::future::pending::<()>().await;
    }
}
