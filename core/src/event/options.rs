//! How an event is read and checked.

use crate::clock::ServerClock;
use crate::document::{Form, Reader, Spelling};
use crate::error::Result;
use crate::model::{EventTime, Rounding, now};
use crate::validation::{self, Rules};

/// Options of an event's construction; the defaults suit nearly every shop.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventOptions {
    rounding: Rounding,
    extra_currencies: Option<Vec<String>>,
    now: Option<Now>,
    /// The process's unless given.
    clock: Option<ServerClock>,
    javascript_numbers: bool,
    spelling: Spelling,
}

/// The moment of construction.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Now {
    /// As the caller says.
    Fixed(EventTime),
    /// By a clock of the caller's that may be wrong.
    ByClock(EventTime),
}

impl EventOptions {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What to do with an amount that is finer than its currency's minor unit.
    #[must_use]
    pub fn rounding(mut self, rounding: Rounding) -> Self {
        self.rounding = rounding;
        self
    }

    /// Currency codes newer than this release. Unless given, the comma-separated codes of the
    /// environment variable `CONNECTLY_EXTRA_CURRENCIES`.
    #[must_use]
    pub fn extra_currencies(mut self, codes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.extra_currencies = Some(codes.into_iter().map(Into::into).collect());
        self
    }

    /// The moment of construction, in any form that an event's time may have; the current time
    /// unless given. One that cannot be a present moment refuses the event (`invalid_option`).
    ///
    /// The current time is the machine's. Where answers of the API have told that its clock
    /// differs by more than a minute, it is the API's.
    #[must_use]
    pub fn now(mut self, moment: impl Into<EventTime>) -> Self {
        self.now = Some(Now::Fixed(moment.into()));
        self
    }

    /// For a binding: the current time by its language's own clock, in place of the machine's.
    #[doc(hidden)]
    #[must_use]
    pub fn now_by_clock(mut self, moment: impl Into<EventTime>) -> Self {
        self.now = Some(Now::ByClock(moment.into()));
        self
    }

    /// What is known of the API's clock.
    pub(crate) fn clock(mut self, clock: ServerClock) -> Self {
        self.clock = Some(clock);
        self
    }

    /// The document was printed by JavaScript, whose integers past 2^53 have lost digits: such an
    /// id or amount is refused.
    #[must_use]
    pub fn javascript_numbers(mut self, javascript: bool) -> Self {
        self.javascript_numbers = javascript;
        self
    }

    /// Whose names the hints use: a binding's own.
    #[doc(hidden)]
    #[must_use]
    pub fn spelling(mut self, spelling: Spelling) -> Self {
        self.spelling = spelling;
        self
    }

    pub(crate) fn reader(&self, form: Form) -> Reader {
        let Self { javascript_numbers: javascript, spelling, .. } = *self;
        Reader { javascript, spelling, ..Reader::new(form) }
    }

    pub(super) fn rules(&self) -> Result<Rules> {
        Ok(Rules {
            now: self.moment()?,
            rounding: self.rounding,
            extra_currencies: self.extra_currencies.clone(),
        })
    }

    fn moment(&self) -> Result<i64> {
        let wall = match &self.now {
            Some(Now::Fixed(moment)) => return validation::plausible("now", moment),
            Some(Now::ByClock(moment)) => validation::plausible("now", moment)?,
            None => now(),
        };
        Ok(self.clock.as_ref().unwrap_or(ServerClock::of_process()).corrected(wall))
    }
}
