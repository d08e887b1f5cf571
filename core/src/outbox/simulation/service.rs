//! The API as it behaves over weeks: mostly well.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use tokio::time::{Instant, sleep, sleep_until};

use super::history::{End, History, Order};
use super::network::Link;
use super::world::{HOUR, MINUTE, SECOND, World};
use crate::delivery::{Answer, Attempt, Disposition, Failure, Sender};
use crate::error::{Error, ErrorCode, ErrorKind};
use crate::outbox::state::Millis;

/// How it answers for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    /// As it should.
    Well,
    /// As it should, but for one request in fifty.
    Usual,
    /// Too late, mostly.
    Slow,
    /// Nobody is there.
    Away,
    /// Connections break.
    Resets,
    /// This status, and nothing is recorded; how long it asks to wait, in seconds.
    Says(u16, Option<u64>),
    /// 500, and half of the events are recorded.
    Fails,
}

/// Until when, in real time, and what.
pub(super) type Phase = (Millis, Mood);

impl Mood {
    fn trouble() -> Self {
        match fastrand::u32(0..14) {
            0 | 1 => Self::Slow,
            2 | 3 => Self::Away,
            4 | 5 => Self::Resets,
            6 | 7 => Self::Fails,
            8 => Self::Says(503, None),
            9 => Self::Says(503, Some(fastrand::u64(1..20_000))),
            10 => Self::Says(429, Some(fastrand::u64(1..600))),
            11 => Self::Says(401, None),
            12 => Self::Says(fastrand::choice([403, 404, 302]).unwrap_or(403), None),
            _ => Self::Says(400, None),
        }
    }

    /// Well and not well in turn, for hours and days.
    pub(super) fn phases(until: Millis) -> Vec<Phase> {
        let (mut phases, mut time) = (Vec::new(), 0);
        while time < until {
            time += fastrand::i64(1..48 * HOUR);
            phases.push((time, Self::Usual));
            // From a minute to nine days, and mostly short.
            let longest = 60_000_i64 << fastrand::u32(0..14);
            time += fastrand::i64(1..longest);
            phases.push((time, Self::trouble()));
        }
        phases
    }

    /// Mostly well, and not for a few seconds now and then.
    pub(super) fn minutes(until: Millis) -> Vec<Phase> {
        let (mut phases, mut time) = (Vec::new(), 0);
        while time < until {
            time += fastrand::i64(1..3 * MINUTE);
            phases.push((time, Self::Usual));
            time += fastrand::i64(1..30 * SECOND);
            phases.push((time, Self::trouble()));
        }
        phases
    }

    /// Not well in ever other ways, and mostly too slow.
    pub(super) fn hard_phases(until: Millis) -> Vec<Phase> {
        let (mut phases, mut time) = (Vec::new(), 0);
        while time < until {
            time += fastrand::i64(1..HOUR);
            phases.push((time, Self::Slow));
            time += fastrand::i64(1..HOUR);
            phases.push((time, if fastrand::bool() { Self::Usual } else { Self::trouble() }));
        }
        phases
    }
}

/// What it does with one request.
enum Act {
    NeverReached,
    Breaks { records: bool },
    Answers { status: u16, records: bool, retry_after: Option<u64> },
}

/// A client of it, in one process.
pub(super) struct Caller {
    world: Arc<World>,
    /// What lies between, if it fails.
    link: Option<Arc<Link>>,
}

impl Sender for Caller {
    async fn post(&self, wire: Bytes, until: Instant) -> Attempt {
        let history = &self.world.history;
        let order = history.order(&wire);
        let number = history.begins(order);
        let mut open = Open { history, order, number, end: End::MayBeRecorded };
        let answer = self.answer(order, until);
        let answer = match &self.link {
            Some(link) => link.carries(answer, until).await,
            None => answer.await,
        };
        let is_known = |failure: &Failure| failure.disposition != Disposition::Ambiguous;
        if answer.as_ref().is_err_and(is_known) {
            open.end = End::NotRecorded;
        }
        answer
    }
}

impl Caller {
    pub(super) fn new(world: Arc<World>) -> Self {
        Self { world, link: None }
    }

    pub(super) fn over(world: Arc<World>, link: Arc<Link>) -> Self {
        Self { world, link: Some(link) }
    }

    async fn answer(&self, order: Order, until: Instant) -> Attempt {
        let mood = self.world.mood();
        let act = mood.acts(self.world.history.life(order).is_poison, self.world.is_lonely(order));
        let takes = Duration::from_millis(match mood {
            Mood::Slow => fastrand::u64(1_000..40_000),
            _ => fastrand::u64(20..800),
        });
        let (records, never) = match act {
            Act::NeverReached => (false, true),
            Act::Breaks { records } | Act::Answers { records, .. } => (records, false),
        };
        // The moment of recording lies before all of the waiting, or behind it.
        let is_early = fastrand::bool();
        if records && is_early {
            self.world.history.recorded(order);
        }
        if Instant::now() + takes >= until {
            sleep_until(until).await;
            return Err(failure(if never {
                Disposition::NeverSent
            } else {
                Disposition::Ambiguous
            }));
        }
        sleep(takes).await;
        if records && !is_early {
            self.world.history.recorded(order);
        }
        match act {
            Act::NeverReached => Err(failure(Disposition::NeverSent)),
            Act::Breaks { .. } => Err(failure(Disposition::Ambiguous)),
            Act::Answers { status, retry_after, .. } => read(status, retry_after),
        }
    }
}

impl Mood {
    fn acts(self, is_poison: bool, is_lonely: bool) -> Act {
        let says = |status, retry_after| Act::Answers { status, records: false, retry_after };
        match self {
            Self::Well | Self::Usual | Self::Slow if is_poison => says(400, None),
            Self::Well | Self::Usual | Self::Slow if is_lonely => says(404, None),
            Self::Usual if fastrand::u32(0..50) == 0 => Self::trouble().acts(false, false),
            Self::Well | Self::Usual | Self::Slow => {
                Act::Answers { status: 200, records: true, retry_after: None }
            }
            Self::Away => Act::NeverReached,
            Self::Resets => Act::Breaks { records: fastrand::bool() },
            Self::Fails => {
                Act::Answers { status: 500, records: fastrand::bool(), retry_after: None }
            }
            Self::Says(status, retry_after) => says(status, retry_after),
        }
    }
}

/// As the shipped reader reads it.
fn read(status: u16, retry_after: Option<u64>) -> Attempt {
    let mut headers = HeaderMap::new();
    headers
        .extend(retry_after.map(|seconds| (http::header::RETRY_AFTER, HeaderValue::from(seconds))));
    let body = br#"{"events_received":1}"#.to_vec();
    Answer { status, headers, body, damage: None }.read(SystemTime::UNIX_EPOCH)
}

fn failure(disposition: Disposition) -> Failure {
    let error = Error::new(ErrorKind::Network, ErrorCode::ConnectionLost, "broken");
    Failure { error, disposition }
}

/// An attempt that is under way. If it is dropped, its worker was killed.
struct Open<'a> {
    history: &'a History,
    order: Order,
    number: usize,
    end: End,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.history.ended(self.order, self.number, self.end);
    }
}
