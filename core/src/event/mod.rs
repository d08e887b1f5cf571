//! The model: an event that exists is valid.

mod builder;
pub(crate) mod draft;
mod facts;
pub(crate) mod input;
mod item;
pub(crate) mod money;
mod options;
pub(crate) mod path;
mod record;
mod scalar;
mod shape;
mod skip;
pub(crate) mod time;
mod visit;
mod wire;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use bytes::Bytes;
use rust_decimal::Decimal;
use serde::Deserializer;

pub use builder::{EventBuilder, OrderId};
pub(crate) use facts::{Facts, Line, unique_ids};
pub use item::Item;
pub use money::{Amount, Rounding};
pub use options::EventOptions;
pub use time::EventTime;

use crate::config;
use crate::error::{Error, ErrorCode, Result};
use crate::issue::{Issue, IssueCode};
use crate::named::named;
use crate::validation::{self, Rules};
use draft::Draft;

/// The wire form has at most this many bytes.
pub(crate) const MAX_WIRE_BYTES: usize = 1_000_000;

named! {
    /// The events that the API knows.
    EventName {
        /// An order.
        Purchase = "Purchase",
        /// A product page.
        ViewContent = "ViewContent",
    }
}

impl FromStr for EventName {
    type Err = Error;

    /// # Errors
    /// `invalid_option` for anything but the two names, letter by letter.
    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.iter().copied().find(|name| name.as_str() == text).ok_or_else(|| {
            Error::invalid_option("event_name", "use \"Purchase\" or \"ViewContent\"")
        })
    }
}

/// A valid conversion event with its wire form; immutable and cheap to clone.
///
/// ```
/// use connectly_conversions::{ConversionEvent, Item, TrackingParams};
///
/// let tracking = TrackingParams::new("t1", "s1", "c1", "23851234567890123")?;
/// let event = ConversionEvent::purchase(tracking, "ORD-7821", "USD", "99.97")
///     .item(Item::new("data-pass-30d").item_price("49.99"))
///     .item(Item::new("phone-case-blk").item_price("49.98"))
///     .build()?;
/// assert!(event.warnings().is_empty());
/// # Ok::<(), connectly_conversions::Error>(())
/// ```
#[derive(Clone)]
pub struct ConversionEvent {
    inner: Arc<Inner>,
}

struct Inner {
    facts: Facts,
    wire: Bytes,
    warnings: Vec<Issue>,
}

impl ConversionEvent {
    /// Starts a Purchase: one order, however many items it has.
    ///
    /// `order_id` is the shop's immutable id of the order, the key that keeps it from being
    /// counted twice; [`OrderId::NONE`] passes with a warning. `value` is the order's total in `currency`.
    pub fn purchase(
        tracking: impl Into<crate::TrackingParams>,
        order_id: impl Into<OrderId>,
        currency: impl Into<String>,
        value: impl Into<Amount>,
    ) -> EventBuilder {
        EventBuilder::new(EventName::Purchase, tracking.into())
            .order_id(order_id)
            .currency(currency)
            .value(value)
    }

    /// Starts a `ViewContent`: a product page was looked at.
    pub fn view_content(tracking: impl Into<crate::TrackingParams>) -> EventBuilder {
        EventBuilder::new(EventName::ViewContent, tracking.into())
    }

    /// Reads an input document (`schema/event.schema.json`).
    ///
    /// # Errors
    /// `invalid_event` with every problem of the document.
    pub fn from_json(text: &str) -> Result<Self> {
        Self::from_json_with(text, &EventOptions::default())
    }

    /// Reads an input document with options.
    ///
    /// # Errors
    /// As [`ConversionEvent::from_json`].
    pub fn from_json_with(text: &str, options: &EventOptions) -> Result<Self> {
        let (draft, issues) = input::from_json(text, options.javascript_numbers);
        Self::from_draft(draft, issues, options)
    }

    /// Reads an input document that may not even be text.
    ///
    /// # Errors
    /// As [`ConversionEvent::from_json`].
    pub fn from_json_bytes(bytes: &[u8], options: &EventOptions) -> Result<Self> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::from_json_with(text, options),
            Err(error) => {
                let message = format!("the document cannot be read: it is not UTF-8 ({error})");
                let issue = Issue::new(IssueCode::InvalidJson, "", message);
                Err(Error::invalid(ErrorCode::InvalidEvent, vec![issue]))
            }
        }
    }

    /// Reads an input document from a language's own objects; see `event::input` for what the
    /// deserializer must tell.
    ///
    /// # Errors
    /// As [`ConversionEvent::from_json`].
    pub fn from_deserializer<'de, D: Deserializer<'de>>(
        deserializer: D,
        options: &EventOptions,
    ) -> Result<Self> {
        let (draft, issues) = input::from_deserializer(deserializer);
        Self::from_draft(draft, issues, options)
    }

    /// Reads the body of a request, strictly, as the API would.
    ///
    /// # Errors
    /// `invalid_event` with every problem of the body.
    #[cfg(feature = "sandbox")]
    pub(crate) fn from_wire(text: &str, now: i64) -> Result<Self> {
        let (draft, issues) = input::from_wire(text);
        Self::from_draft(draft, issues, &EventOptions::new().now(now))
    }

    fn from_draft(draft: Draft, mut issues: Vec<Issue>, options: &EventOptions) -> Result<Self> {
        let unreadable = issues.iter().any(|issue| issue.path().is_empty() && issue.is_error());
        if unreadable {
            return Err(Error::invalid(ErrorCode::InvalidEvent, issues));
        }
        let extra_currencies =
            || options.extra_currencies.clone().unwrap_or_else(config::extra_currencies);
        let rules = Rules {
            now: options.now.unwrap_or_else(time::now),
            rounding: options.rounding,
            extra_currencies: &extra_currencies,
        };
        let facts = validation::check(draft, &rules, &mut issues);
        let facts = facts.filter(|_| !issues.iter().any(Issue::is_error));
        let Some(facts) = facts else {
            return Err(Error::invalid(ErrorCode::InvalidEvent, issues));
        };
        let wire = wire::write(&facts);
        if wire.len() > MAX_WIRE_BYTES {
            let message =
                format!("it has {} bytes, at most {MAX_WIRE_BYTES} are allowed", wire.len());
            issues.push(Issue::new(IssueCode::EventTooLarge, "", message));
            return Err(Error::invalid(ErrorCode::InvalidEvent, issues));
        }
        let inner = Inner { facts, wire: Bytes::from(wire), warnings: issues };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The same event with other warnings, in place of those of its making.
    fn with_warnings(self, warnings: Vec<Issue>) -> Self {
        match Arc::try_unwrap(self.inner) {
            Ok(inner) => Self { inner: Arc::new(Inner { warnings, ..inner }) },
            Err(inner) => Self { inner },
        }
    }

    /// The exact bytes that go out.
    #[must_use]
    pub fn to_wire(&self) -> &[u8] {
        &self.inner.wire
    }

    pub(crate) fn wire(&self) -> Bytes {
        self.inner.wire.clone()
    }

    /// Problems that do not refuse the event.
    #[must_use]
    pub fn warnings(&self) -> &[Issue] {
        &self.inner.warnings
    }

    /// `Purchase` or `ViewContent`.
    #[must_use]
    pub fn event_name(&self) -> EventName {
        self.inner.facts.event_name
    }

    /// The order's id: the key that keeps it from being counted twice.
    #[must_use]
    pub fn order_id(&self) -> Option<&str> {
        self.inner.facts.order_id.as_deref()
    }

    /// The currency, in upper case.
    #[must_use]
    pub fn currency(&self) -> Option<&str> {
        self.inner.facts.currency.as_deref()
    }

    /// The total, in the currency's major unit.
    #[must_use]
    pub fn value(&self) -> Option<Decimal> {
        self.inner.facts.value
    }

    /// What kind of ids the products have: as given, or `product` for an event with items.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.inner.facts.content_type()
    }

    /// The products' ids: as given, or those of the items, each once.
    #[must_use]
    pub fn content_ids(&self) -> Vec<&str> {
        self.inner.facts.content_ids()
    }

    /// How many pieces: as given, or the sum of the items' quantities.
    #[must_use]
    pub fn num_items(&self) -> Option<u64> {
        self.inner.facts.num_items()
    }

    /// When the order was placed, in Unix seconds.
    #[must_use]
    pub fn event_time(&self) -> i64 {
        self.inner.facts.event_time
    }
}

impl PartialEq for ConversionEvent {
    /// Events are equal when the same bytes go out.
    fn eq(&self, other: &Self) -> bool {
        self.inner.wire == other.inner.wire
    }
}

impl Eq for ConversionEvent {}

impl fmt::Debug for ConversionEvent {
    /// Without the tracking values: they tell who the customer is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConversionEvent")
            .field("event_name", &self.event_name())
            .field("order_id", &self.order_id())
            .field("currency", &self.currency())
            .field("value", &self.value())
            .field("event_time", &self.event_time())
            .finish_non_exhaustive()
    }
}
