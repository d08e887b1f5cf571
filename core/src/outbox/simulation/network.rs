//! What lies between a host and everything else: it is slow, loses messages, and is cut off.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

use super::history::History;
use super::world::{MINUTE, SECOND, span};
use crate::delivery::{Attempt, Disposition, Failure};
use crate::error::{Error, ErrorCode, ErrorKind};
use crate::outbox::state::Millis;

/// Who waits longer for an answer takes the connection for lost.
pub(super) const PATIENCE: Millis = 10 * SECOND;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weather {
    Clear,
    /// One message in ten breaks its connection, and others are late.
    Lossy,
    /// Nothing passes.
    Cut,
}

/// From when until when, in real time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spell {
    from: Millis,
    until: Millis,
    weather: Weather,
}

impl Spell {
    pub(super) fn cut(from: Millis, until: Millis) -> Self {
        Self { from, until, weather: Weather::Cut }
    }

    /// Good and bad weather in turn; a host is cut off for a moment, or for longer than a lease.
    pub(super) fn spells(until: Millis) -> Vec<Self> {
        let (mut spells, mut time) = (Vec::new(), 0);
        while time < until {
            let from = time + fastrand::i64(1..2 * MINUTE);
            let is_cut = fastrand::bool();
            time = from + fastrand::i64(1..if fastrand::bool() { 3 * MINUTE } else { 5 * SECOND });
            let weather = if is_cut { Weather::Cut } else { Weather::Lossy };
            spells.push(Self { from, until: time, weather });
        }
        spells
    }
}

/// How many transactions there were, and what became of those whose worker was told that they
/// failed.
#[derive(Debug, Default)]
pub(super) struct Doubts {
    pub(super) all: AtomicU64,
    /// Committed all the same.
    pub(super) committed: AtomicU64,
    /// Committed even later than that.
    pub(super) late: AtomicU64,
    /// Rolled back, once the server had noticed.
    pub(super) rolled_back: AtomicU64,
}

/// The network of one host.
pub(super) struct Link {
    history: Arc<History>,
    spells: Vec<Spell>,
    pub(super) doubts: Arc<Doubts>,
    /// How far its host's clock is from the server's.
    pub(super) skew: Millis,
}

impl Link {
    pub(super) fn new(
        history: &Arc<History>,
        doubts: &Arc<Doubts>,
        spells: Vec<Spell>,
        skew: Millis,
    ) -> Arc<Self> {
        Arc::new(Self { history: history.clone(), doubts: doubts.clone(), spells, skew })
    }

    fn weather(&self) -> Weather {
        self.weather_since(self.history.clock.real())
    }

    /// The worst since then.
    fn weather_since(&self, since: Millis) -> Weather {
        let now = self.history.clock.real();
        let met = self.spells.iter().filter(|spell| spell.from <= now && since < spell.until);
        met.fold(Weather::Clear, |worst, spell| match (worst, spell.weather) {
            (Weather::Cut, _) | (_, Weather::Cut) => Weather::Cut,
            (_, other) => other,
        })
    }

    /// A message goes one way; false where it does not arrive.
    pub(super) async fn passes(&self) -> bool {
        let began = self.history.clock.real();
        match self.weather() {
            Weather::Cut => return false,
            Weather::Lossy if fastrand::u32(0..10) == 0 => return false,
            Weather::Lossy => sleep(span(fastrand::i64(1..5 * SECOND))).await,
            Weather::Clear => sleep(Duration::from_micros(fastrand::u64(100..2_000))).await,
        }
        self.weather_since(began) != Weather::Cut
    }

    /// A request to the API, and its answer.
    pub(super) async fn carries(
        &self,
        answer: impl Future<Output = Attempt>,
        until: Instant,
    ) -> Attempt {
        let began = self.history.clock.real();
        if self.weather() == Weather::Cut {
            sleep_until(until).await;
            return Err(lost(Disposition::NeverSent));
        }
        let answer = answer.await;
        if self.weather_since(began) == Weather::Cut {
            sleep_until(until).await;
            return Err(lost(Disposition::Ambiguous));
        }
        answer
    }
}

impl Doubts {
    pub(super) fn count(&self) -> [u64; 4] {
        [&self.all, &self.committed, &self.late, &self.rolled_back]
            .map(|n| n.load(Ordering::Relaxed))
    }
}

fn lost(disposition: Disposition) -> Failure {
    let error = Error::new(ErrorKind::Network, ErrorCode::ConnectionLost, "the host was cut off");
    Failure { error, disposition }
}
