//! An event before its validation: what was given, whichever way it came.

use rust_decimal::Decimal;

use super::money::Amount;
use super::time::EventTime;

/// A member that may be missing, or whose problem has been reported already.
#[derive(Debug, Clone, Default)]
pub(crate) enum Field<T> {
    #[default]
    Absent,
    Refused,
    Given(T),
}

impl<T> Field<T> {
    pub(crate) fn given(self) -> Option<T> {
        match self {
            Self::Given(value) => Some(value),
            Self::Absent | Self::Refused => None,
        }
    }
}

impl<T> From<Option<T>> for Field<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Self::Given)
    }
}

/// A quantity as it was given: a decimal, or the text of a number that is none.
#[derive(Debug, Clone)]
pub(crate) enum Count {
    Number(Decimal),
    Unreadable(String),
}

#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub cnct_tracking_id: Field<String>,
    pub event_name: Field<String>,
    pub sendout_id: Field<String>,
    pub ctwa_clid: Field<String>,
    pub ad_id: Field<String>,
    pub captured_at: Field<EventTime>,
    pub currency: Field<String>,
    pub value: Field<Amount>,
    pub order_id: Field<String>,
    pub content_type: Field<String>,
    pub content_ids: Field<Vec<Field<String>>>,
    pub num_items: Field<Count>,
    pub contents: Field<Vec<DraftLine>>,
    pub event_time: Field<EventTime>,
    pub extra_payload: Vec<ExtraMember>,
}

/// One line of the order, as it was given.
#[derive(Debug, Default)]
pub(crate) struct DraftLine {
    pub id: Field<String>,
    pub quantity: Field<Count>,
    pub item_price: Field<Amount>,
    /// The line itself is no object; that has been reported.
    pub refused: bool,
}

/// A member of `payload` that the wire does not know, given on purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExtraMember {
    pub name: String,
    /// Compact JSON, as it goes out.
    pub json: String,
}
