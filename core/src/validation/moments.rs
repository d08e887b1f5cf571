//! The rules of time.

use super::checker::Checker;
use crate::error::{Error, Result};
use crate::issue::{Issue, IssueCode};
use crate::model::{EARLIEST, EventTime, Field, MILLISECONDS, display, in_seconds};

const EVENT_TIME: &str = "payload.event_time";

/// Shops' clocks differ by this much at most, in seconds.
const TOLERANCE: i64 = 5 * 60;

/// Meta refuses older events, and credits no click that is older.
const WINDOW: i64 = 7 * 24 * 60 * 60;

/// The Unix seconds of a moment that is an option, such as that of construction.
///
/// # Errors
/// `invalid_option` where it cannot be a moment of this world: every rule of time would be void.
pub(crate) fn plausible(option: &str, moment: &EventTime) -> Result<i64> {
    let seconds = moment.read().map_err(|(_, why)| Error::invalid_option(option, &why))?;
    let why = match seconds {
        MILLISECONDS.. => finer_than_seconds(seconds),
        ..EARLIEST => before_2015(seconds),
        _ => return Ok(seconds),
    };
    Err(Error::invalid_option(option, &why))
}

fn finer_than_seconds(given: i64) -> String {
    format!("{given} looks like milliseconds; give Unix seconds")
}

fn before_2015(seconds: i64) -> String {
    format!("{} is before 2015", display(seconds))
}

impl Checker<'_> {
    /// The moment of construction unless given.
    pub(super) fn event_time(&mut self, field: Field<EventTime>) -> Option<i64> {
        let seconds = match field {
            Field::Given(time) => self.seconds(EVENT_TIME, &time)?,
            Field::Absent => return Some(self.rules.now),
            Field::Refused => return None,
        };
        let now = self.rules.now;
        if seconds >= MILLISECONDS {
            let message = finer_than_seconds(seconds);
            let issue = Issue::new(IssueCode::EventTimeInMilliseconds, EVENT_TIME, message);
            self.issues.push(issue.suggest(in_seconds(seconds)));
            return None;
        }
        if seconds < EARLIEST {
            let message = before_2015(seconds);
            self.report(IssueCode::EventTimeImplausible, EVENT_TIME, message);
            return None;
        }
        if seconds > now.saturating_add(TOLERANCE) {
            let message = format!(
                "{} lies in the future; it is {} now: check the time zone and the clock",
                display(seconds),
                display(now)
            );
            self.report(IssueCode::EventTimeInFuture, EVENT_TIME, message);
            return None;
        }
        if now.saturating_sub(seconds) > WINDOW {
            let message = "Meta refuses events older than 7 days; Connectly still records it in \
                           the campaign's analytics";
            self.report(IssueCode::EventOlderThanSevenDays, EVENT_TIME, message);
        }
        Some(seconds)
    }

    /// A click that Meta no longer credits; a moment that cannot be read is an error here too.
    pub(super) fn click_age(&mut self, captured_at: Field<EventTime>, event_time: Option<i64>) {
        const CAPTURED_AT: &str = "captured_at";
        let Some(captured_at) = captured_at.given().and_then(|at| self.seconds(CAPTURED_AT, &at))
        else {
            return;
        };
        let Some(event_time) = event_time else { return };
        if event_time.saturating_sub(captured_at) > WINDOW {
            let message = "Meta credits an ad for 7 days after the click; this one is older";
            self.report(IssueCode::ClickOlderThanSevenDays, CAPTURED_AT, message);
        }
    }

    fn seconds(&mut self, path: &str, time: &EventTime) -> Option<i64> {
        time.read().map_err(|(code, message)| self.report(code, path, message)).ok()
    }
}
