//! How an event is read and checked.

use super::money::Rounding;

/// Options of an event's construction; the defaults suit nearly every shop.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventOptions {
    pub(crate) rounding: Rounding,
    pub(crate) extra_currencies: Option<Vec<String>>,
    pub(crate) now: Option<i64>,
    pub(crate) javascript_numbers: bool,
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

    /// The moment of construction in Unix seconds; the current time unless given.
    #[must_use]
    pub fn now(mut self, seconds: i64) -> Self {
        self.now = Some(seconds);
        self
    }

    /// The document was printed by JavaScript, whose integers past 2^53 have lost digits: such an
    /// id or amount is refused.
    #[must_use]
    pub fn javascript_numbers(mut self, javascript: bool) -> Self {
        self.javascript_numbers = javascript;
        self
    }
}
