//! Points in time: Unix seconds on the wire, RFC 3339 or seconds from the shop.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::civil::DateTime;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::issue::IssueCode;

/// A point in time as the shop has it.
///
/// Made from Unix seconds (`i64`, `f64`), a [`SystemTime`], or an RFC 3339 text with an offset. A
/// fraction of a second is floored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventTime(Moment);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Moment {
    /// Unix seconds.
    Seconds(i64),
    /// A date-time with no offset, as it was given.
    WithoutZone(String),
    /// Neither, as it was given.
    Unreadable(String),
}

/// 2015-01-01T00:00:00Z: there were no such ads before.
pub(crate) const EARLIEST: i64 = 1_420_070_400;

/// In seconds this is the year 5138; in milliseconds, 1973.
pub(crate) const MILLISECONDS: i64 = 100_000_000_000;

/// The seconds that were meant: of milliseconds, microseconds or nanoseconds, whichever gives a
/// plausible second.
pub(crate) fn in_seconds(finer: i64) -> Option<i64> {
    [1_000, 1_000_000, 1_000_000_000]
        .into_iter()
        .map(|units| finer / units)
        .find(|seconds| *seconds < MILLISECONDS)
}

impl EventTime {
    /// Unix seconds, or what keeps it from being a point in time.
    pub(crate) fn read(&self) -> Result<i64, (IssueCode, String)> {
        match &self.0 {
            Moment::Seconds(seconds) => Ok(*seconds),
            Moment::WithoutZone(given) => Err((
                IssueCode::EventTimeWithoutZone,
                format!("{given:?} has no offset: add one, such as Z or +02:00"),
            )),
            Moment::Unreadable(given) => Err((
                IssueCode::WrongType,
                format!("{given:?} is neither Unix seconds nor RFC 3339"),
            )),
        }
    }

    pub(crate) fn from_decimal(seconds: Decimal) -> Self {
        let floored = seconds.floor();
        Self(floored.to_i64().map_or_else(
            // Beyond 64 bits: milliseconds or finer in any case.
            || Moment::Seconds(if floored.is_sign_negative() { i64::MIN } else { i64::MAX }),
            Moment::Seconds,
        ))
    }

    fn from_text(text: &str) -> Self {
        Self(match text.parse::<Timestamp>() {
            Ok(moment) => Moment::Seconds(floor_to_second(moment)),
            Err(_) if text.parse::<DateTime>().is_ok() => Moment::WithoutZone(text.to_owned()),
            Err(_) => Moment::Unreadable(text.to_owned()),
        })
    }
}

/// `Timestamp::as_second` truncates toward zero; before 1970 that would round up.
fn floor_to_second(moment: Timestamp) -> i64 {
    moment.as_second() - i64::from(moment.subsec_nanosecond() < 0)
}

impl From<i64> for EventTime {
    fn from(seconds: i64) -> Self {
        Self(Moment::Seconds(seconds))
    }
}

impl From<f64> for EventTime {
    /// Unix seconds; a fraction is floored.
    fn from(seconds: f64) -> Self {
        match Decimal::from_f64_retain(seconds) {
            Some(seconds) => Self::from_decimal(seconds),
            None => Self(Moment::Unreadable(seconds.to_string())),
        }
    }
}

impl From<SystemTime> for EventTime {
    fn from(moment: SystemTime) -> Self {
        Self(Moment::Seconds(unix_seconds(moment)))
    }
}

impl From<&str> for EventTime {
    fn from(text: &str) -> Self {
        Self::from_text(text)
    }
}

/// Whole Unix seconds, floored.
pub(crate) fn unix_seconds(moment: SystemTime) -> i64 {
    match moment.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(before) => {
            let before = before.duration();
            let seconds = i64::try_from(before.as_secs()).unwrap_or(i64::MAX);
            -seconds - i64::from(before.subsec_nanos() > 0)
        }
    }
}

/// The current time in Unix seconds.
pub(crate) fn now() -> i64 {
    unix_seconds(SystemTime::now())
}

/// The second as RFC 3339 in UTC, for messages.
pub(crate) fn display(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |t| t.to_string())
}
