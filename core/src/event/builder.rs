//! The typed way to an event.

use std::fmt;

use rust_decimal::Decimal;

use super::conversion_event::ConversionEvent;
use super::options::EventOptions;
use crate::document::{self, Form};
use crate::error::Result;
use crate::model::{Amount, Count, Draft, DraftLine, EventName, EventTime, Field, Item, Rounding};
use crate::tracking::TrackingParams;

impl ConversionEvent {
    /// Starts a Purchase: one order, however many items it has.
    ///
    /// `order_id` is the shop's immutable id of the order, the key that keeps it from being
    /// counted twice; [`OrderId::NONE`] passes with a warning. `value` is the order's total in `currency`.
    pub fn purchase(
        tracking: impl Into<TrackingParams>,
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
    pub fn view_content(tracking: impl Into<TrackingParams>) -> EventBuilder {
        EventBuilder::new(EventName::ViewContent, tracking.into())
    }
}

/// The shop's immutable id of an order, a text or an integer; `None` where there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderId(Option<String>);

impl OrderId {
    /// No order id: nothing protects the purchase from being counted twice.
    pub const NONE: Self = Self(None);
}

macro_rules! order_id_from {
    ($($given:ty),+) => {$(
        impl From<$given> for OrderId {
            fn from(id: $given) -> Self {
                Self(Some(id.to_string()))
            }
        }

        impl From<Option<$given>> for OrderId {
            fn from(id: Option<$given>) -> Self {
                Self(id.map(|id| id.to_string()))
            }
        }
    )+};
}
order_id_from!(&str, String, &String, i64, u64, i32, u32);

/// Collects an event's members; [`EventBuilder::build`] checks them all at once.
#[must_use = "an event exists once it is built"]
pub struct EventBuilder {
    draft: Draft,
    contents: Vec<DraftLine>,
    extra_payload: Vec<(String, serde_json::Value)>,
    options: EventOptions,
}

impl EventBuilder {
    fn new(event_name: EventName, tracking: TrackingParams) -> Self {
        let draft = Draft {
            cnct_tracking_id: Field::Given(tracking.cnct_tracking_id),
            event_name: Field::Given(event_name.as_str().to_owned()),
            sendout_id: Field::Given(tracking.sendout_id),
            ctwa_clid: Field::Given(tracking.ctwa_clid),
            ad_id: Field::Given(tracking.ad_id),
            captured_at: tracking.captured_at.map(EventTime::from).into(),
            ..Draft::default()
        };
        let options = EventOptions::default();
        Self { draft, contents: Vec::new(), extra_payload: Vec::new(), options }
    }

    /// The shop's immutable id of the order, at most 256 bytes.
    pub fn order_id(mut self, id: impl Into<OrderId>) -> Self {
        self.draft.order_id = id.into().0.into();
        self
    }

    /// An ISO 4217 code in any case.
    pub fn currency(mut self, code: impl Into<String>) -> Self {
        self.draft.currency = Field::Given(code.into());
        self
    }

    /// The total, in the currency's major unit: 99.97 is 99 dollars and 97 cents.
    pub fn value(mut self, value: impl Into<Amount>) -> Self {
        self.draft.value = Field::Given(value.into());
        self
    }

    /// Adds one line of the order.
    pub fn item(mut self, item: Item) -> Self {
        self.contents.push(DraftLine {
            id: Field::Given(item.id),
            quantity: Field::Given(Count::Number(Decimal::from(item.quantity))),
            item_price: item.item_price.into(),
            refused: false,
        });
        self
    }

    /// Adds lines of the order.
    pub fn items(self, items: impl IntoIterator<Item = Item>) -> Self {
        items.into_iter().fold(self, Self::item)
    }

    /// When the order was placed; the moment of construction unless given.
    pub fn event_time(mut self, time: impl Into<EventTime>) -> Self {
        self.draft.event_time = Field::Given(time.into());
        self
    }

    /// `product` (the default for an event with items) or `product_group`.
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.draft.content_type = Field::Given(content_type.into());
        self
    }

    /// The products' ids; those of the items unless given.
    pub fn content_ids(mut self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let ids = ids.into_iter().map(|id| Field::Given(id.into())).collect();
        self.draft.content_ids = Field::Given(ids);
        self
    }

    /// How many pieces; the sum of the items' quantities unless given.
    pub fn num_items(mut self, count: u32) -> Self {
        self.draft.num_items = Field::Given(Count::Number(Decimal::from(count)));
        self
    }

    /// A member of `payload` that the API has gained since this release; gives a warning. One
    /// that this release knows is refused here, as is one given twice.
    pub fn extra_payload(
        mut self,
        name: impl Into<String>,
        value: impl Into<serde_json::Value>,
    ) -> Self {
        self.extra_payload.push((name.into(), value.into()));
        self
    }

    /// What to do with an amount that is finer than its currency's minor unit.
    pub fn rounding(mut self, rounding: Rounding) -> Self {
        self.options = self.options.rounding(rounding);
        self
    }

    /// Options for everything else.
    pub fn options(mut self, options: EventOptions) -> Self {
        self.options = options;
        self
    }

    /// Checks the event.
    ///
    /// # Errors
    /// `invalid_event` with every problem.
    pub fn build(self) -> Result<ConversionEvent> {
        let Self { mut draft, contents, extra_payload, options } = self;
        draft.contents = Field::Given(contents);
        let mut reader = options.reader(Form::Input);
        draft.extra_payload = document::extra_members(&mut reader, extra_payload);
        ConversionEvent::from_draft(draft, reader.issues, &options)
    }
}

impl fmt::Debug for EventBuilder {
    /// Without the members: the tracking values tell who the customer is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventBuilder").field("options", &self.options).finish_non_exhaustive()
    }
}
