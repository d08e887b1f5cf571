//! An event that exists is valid, and its bytes never change.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use rust_decimal::Decimal;

use super::options::EventOptions;
use super::wire;
use crate::document::{self, Form, Value};
use crate::error::{Error, ErrorCode, Result};
use crate::issue::{Issue, IssueCode};
use crate::model::{Draft, EventName, ValidEvent};
use crate::validation;

/// The wire form has at most this many bytes.
pub(crate) const MAX_WIRE_BYTES: usize = 1_000_000;

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

/// What is behind an event.
pub(super) struct Inner {
    valid: ValidEvent,
    wire: Bytes,
    pub(super) warnings: Vec<Issue>,
}

impl ConversionEvent {
    pub(super) fn from_draft(
        draft: Draft,
        issues: Vec<Issue>,
        options: &EventOptions,
    ) -> Result<Self> {
        Inner::check(draft, issues, options).map(Self::from)
    }

    /// The exact bytes that go out.
    #[must_use]
    pub fn to_wire(&self) -> &[u8] {
        &self.inner.wire
    }

    pub(crate) fn wire(&self) -> Bytes {
        self.inner.wire.clone()
    }

    /// What tells two events of one order apart: currency, value and contents as on the wire.
    #[cfg(feature = "outbox")]
    pub(crate) fn content(&self) -> Vec<u8> {
        wire::write_content(&self.inner.valid)
    }

    /// The customer's tracking id.
    #[cfg(feature = "outbox")]
    pub(crate) fn tracking_id(&self) -> &str {
        &self.inner.valid.cnct_tracking_id
    }

    pub(super) fn valid(&self) -> &ValidEvent {
        &self.inner.valid
    }

    /// Problems that do not refuse the event.
    #[must_use]
    pub fn warnings(&self) -> &[Issue] {
        &self.inner.warnings
    }

    /// `Purchase` or `ViewContent`.
    #[must_use]
    pub fn event_name(&self) -> EventName {
        self.inner.valid.event_name
    }

    /// The order's id: the key that keeps it from being counted twice.
    #[must_use]
    pub fn order_id(&self) -> Option<&str> {
        self.inner.valid.order_id.as_deref()
    }

    /// The currency, in upper case.
    #[must_use]
    pub fn currency(&self) -> Option<&str> {
        self.inner.valid.currency.as_deref()
    }

    /// The total, in the currency's major unit.
    #[must_use]
    pub fn value(&self) -> Option<Decimal> {
        self.inner.valid.value
    }

    /// What kind of ids the products have: as given, or `product` for an event with items.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.inner.valid.content_type()
    }

    /// The products' ids: as given, or those of the items, each once.
    #[must_use]
    pub fn content_ids(&self) -> Vec<&str> {
        self.inner.valid.content_ids()
    }

    /// How many pieces: as given, or the sum of the items' quantities.
    #[must_use]
    pub fn num_items(&self) -> Option<u64> {
        self.inner.valid.num_items()
    }

    /// When the order was placed, in Unix seconds.
    #[must_use]
    pub fn event_time(&self) -> i64 {
        self.inner.valid.event_time
    }
}

impl Inner {
    pub(super) fn read(document: Value<'_>, form: Form, options: &EventOptions) -> Result<Self> {
        let mut reader = options.reader(form);
        let draft = document::read(document, &mut reader);
        Self::check(draft, reader.issues, options)
    }

    fn check(draft: Draft, mut issues: Vec<Issue>, options: &EventOptions) -> Result<Self> {
        let unreadable = issues.iter().any(|issue| issue.path().is_empty() && issue.is_error());
        if unreadable {
            return Err(Error::invalid(ErrorCode::InvalidEvent, issues));
        }
        let rules = options.rules()?;
        let valid = validation::check(draft, &rules, &mut issues);
        let valid = valid.filter(|_| !issues.iter().any(Issue::is_error));
        let Some(valid) = valid else {
            return Err(Error::invalid(ErrorCode::InvalidEvent, issues));
        };
        let wire = wire::write(&valid);
        if wire.len() > MAX_WIRE_BYTES {
            let message =
                format!("it has {} bytes, at most {MAX_WIRE_BYTES} are allowed", wire.len());
            issues.push(Issue::new(IssueCode::EventTooLarge, "", message));
            return Err(Error::invalid(ErrorCode::InvalidEvent, issues));
        }
        Ok(Self { valid, wire: Bytes::from(wire), warnings: issues })
    }
}

impl From<Inner> for ConversionEvent {
    fn from(inner: Inner) -> Self {
        Self { inner: Arc::new(inner) }
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
