//! How an event is read and checked.

use crate::document::{Form, Reader, Spelling};
use crate::error::Result;
use crate::model::{EventTime, Rounding, now};
use crate::validation::{self, Rules};

/// Options of an event's construction; the defaults suit nearly every shop.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventOptions {
    rounding: Rounding,
    extra_currencies: Option<Vec<String>>,
    now: Option<EventTime>,
    javascript_numbers: bool,
    spelling: Spelling,
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
    #[must_use]
    pub fn now(mut self, moment: impl Into<EventTime>) -> Self {
        self.now = Some(moment.into());
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
            now: self
                .now
                .as_ref()
                .map_or_else(|| Ok(now()), |now| validation::plausible("now", now))?,
            rounding: self.rounding,
            extra_currencies: self.extra_currencies.clone(),
        })
    }
}
