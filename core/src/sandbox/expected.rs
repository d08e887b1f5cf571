//! What a test expects to have been reported: one meaning and one wording for every language.

use std::fmt;

use rust_decimal::Decimal;
use serde::Deserialize;

use super::journal::{Received, Recorded};
use crate::error::{Error, Result};

/// So many conversions are listed in a message.
const LISTED: usize = 20;

/// What must have been reported.
///
/// ```
/// # use connectly_conversions::{Decimal, Expected, Sandbox};
/// # let sandbox = Sandbox::start()?;
/// let expected = Expected::order("ORD-7821").value(Decimal::new(9_997, 2)).currency("usd");
/// let missing = sandbox.assert_reported(&expected).unwrap_err();
/// assert!(missing.to_string().contains("received: nothing"));
/// # Ok::<(), connectly_conversions::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "it is compared by `Sandbox::assert_reported`"]
pub struct Expected {
    event_name: Option<String>,
    order_id: Option<String>,
    value: Option<Decimal>,
    currency: Option<String>,
    times: u64,
}

/// The same as JSON; amounts are texts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    event_name: Option<String>,
    order_id: Option<String>,
    value: Option<String>,
    currency: Option<String>,
    times: Option<i64>,
}

impl Expected {
    /// An event of this order, reported once.
    pub fn order(order_id: impl Into<String>) -> Self {
        Self { order_id: Some(order_id.into()), ..Self::anything() }
    }

    /// An event of this name, `Purchase` or `ViewContent`, reported once.
    pub fn event(event_name: impl Into<String>) -> Self {
        Self { event_name: Some(event_name.into()), ..Self::anything() }
    }

    fn anything() -> Self {
        Self { event_name: None, order_id: None, value: None, currency: None, times: 1 }
    }

    /// Its total. Amounts are compared as decimals: 99.9 is 99.90.
    pub fn value(mut self, value: Decimal) -> Self {
        self.value = Some(value);
        self
    }

    /// Its currency, in upper or lower case.
    pub fn currency(mut self, currency: impl Into<String>) -> Self {
        self.currency = Some(currency.into());
        self
    }

    /// How often it must have come: 1 unless given.
    pub fn times(mut self, times: u64) -> Self {
        self.times = times;
        self
    }

    /// As a binding gets it.
    ///
    /// # Errors
    /// `invalid_option`.
    pub(super) fn from_json(text: &str) -> Result<Self> {
        let document: Document = serde_json::from_str(text)
            .map_err(|error| Error::invalid_option("expected", &error.to_string()))?;
        let amount = |text: String| {
            let parsed = text.parse().or_else(|_| Decimal::from_scientific(&text));
            let refuse = |_| Error::invalid_option("value", &format!("{text:?} is not an amount"));
            parsed.map_err(refuse)
        };
        let times = document.times.unwrap_or(1);
        let refuse = |_| Error::invalid_option("times", &format!("{times} is less than 1"));
        Ok(Self {
            event_name: document.event_name,
            order_id: document.order_id,
            value: document.value.map(amount).transpose()?,
            currency: document.currency,
            times: u64::try_from(times).map_err(refuse)?,
        })
    }

    /// The last of the events that were expected.
    ///
    /// # Errors
    /// What came instead.
    pub(super) fn among(
        &self,
        received: &[Received],
        requests: &[Recorded],
    ) -> Result<Received, NotReported> {
        if self.times == 0 {
            let message = "an event cannot be expected 0 times: assert that it was not reported";
            return Err(NotReported(message.to_owned()));
        }
        let found: Vec<_> = received.iter().filter(|event| self.is_about(event)).collect();
        let came = u64::try_from(found.len()).unwrap_or(u64::MAX);
        if came != self.times {
            let message = format!(
                "{self} was expected {} and {}; received: {}{}",
                times(self.times),
                if came == 0 { "did not come".to_owned() } else { format!("came {}", times(came)) },
                list(received),
                unrecorded(requests),
            );
            return Err(NotReported(message));
        }
        for event in &found {
            if let Some(value) = self.value.filter(|value| event.value != Some(*value)) {
                let message = format!(
                    "{self} was expected with the value {value} and came as {}",
                    Told(event)
                );
                return Err(NotReported(message));
            }
            let same = |code: &String| {
                event.currency.as_ref().is_some_and(|came| came.eq_ignore_ascii_case(code))
            };
            if let Some(code) = self.currency.as_ref().filter(|code| !same(code)) {
                let message = format!("{self} was expected in {code} and came as {}", Told(event));
                return Err(NotReported(message));
            }
        }
        let last = found.last().map(|event| Received::clone(event));
        last.ok_or_else(|| NotReported(format!("{self} did not come")))
    }

    fn is_about(&self, event: &Received) -> bool {
        self.order_id.as_ref().is_none_or(|id| event.order_id.as_ref() == Some(id))
            && self.event_name.as_ref().is_none_or(|name| event.event_name.as_str() == name)
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.event_name, &self.order_id) {
            (Some(name), Some(id)) => write!(f, "{name} of order {id}"),
            (Some(name), None) => f.write_str(name),
            (None, Some(id)) => write!(f, "order {id}"),
            (None, None) => f.write_str("an event"),
        }
    }
}

/// Fails where an event of this order came.
pub(super) fn absent(order_id: &str, received: &[Received]) -> Result<(), NotReported> {
    let expected = Expected::order(order_id);
    let found: Vec<_> = received.iter().filter(|event| expected.is_about(event)).cloned().collect();
    if found.is_empty() {
        return Ok(());
    }
    let message = format!("{expected} was not expected and came: {}", list(&found));
    Err(NotReported(message))
}

/// What came while more was waited for.
pub(super) fn missing(
    count: usize,
    how: &str,
    received: &[Received],
    requests: &[Recorded],
) -> NotReported {
    let came = format!("received: {}{}", list(received), unrecorded(requests));
    let verb = if count == 1 { "was" } else { "were" };
    NotReported(format!("{count} {verb} expected {how}, {} came; {came}", received.len()))
}

/// What was expected is not what arrived; the text says both, in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotReported(String);

impl fmt::Display for NotReported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotReported {}

/// An event in a list.
struct Told<'a>(&'a Received);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(event) = self;
        f.write_str(event.event_name.as_str())?;
        let value = event.value.map(|value| value.to_string());
        for part in [&event.order_id, &value, &event.currency].into_iter().flatten() {
            write!(f, " {part}")?;
        }
        Ok(())
    }
}

fn list(received: &[Received]) -> String {
    if received.is_empty() {
        return "nothing".to_owned();
    }
    let mut told: Vec<_> =
        received.iter().take(LISTED).map(|event| Told(event).to_string()).collect();
    if received.len() > LISTED {
        told.push(format!("and {} more", received.len() - LISTED));
    }
    told.join(", ")
}

/// Requests that recorded nothing are often the reason.
fn unrecorded(requests: &[Recorded]) -> String {
    let unrecorded: Vec<_> = requests.iter().filter(|request| !request.recorded).collect();
    let Some(last) = unrecorded.last() else { return String::new() };
    let answered = last.status.map_or("no status".to_owned(), |status| status.to_string());
    format!(
        " (requests that recorded nothing: {}, the last answered with {answered})",
        unrecorded.len()
    )
}

fn times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        count => format!("{count} times"),
    }
}
