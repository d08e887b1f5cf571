//! Events; a payload crosses as one input document of JSON text.

use std::sync::Arc;

use connectly_conversions::binding::Spelling;
use connectly_conversions::{ConversionEvent, EventOptions, Rounding};

use crate::error::{Failure, IssueRecord, Result};
use crate::moment;

/// How an event is made.
#[derive(uniffi::Record)]
pub(crate) struct EventOptionsRecord {
    pub(crate) rounding: Option<String>,
    pub(crate) extra_currencies: Option<Vec<String>>,
    /// Unix seconds.
    pub(crate) now: Option<f64>,
    pub(crate) javascript_numbers: bool,
}

impl TryFrom<EventOptionsRecord> for EventOptions {
    type Error = Failure;

    fn try_from(given: EventOptionsRecord) -> Result<Self> {
        let mut options = Self::new().javascript_numbers(given.javascript_numbers);
        if let Some(rounding) = given.rounding {
            options = options.rounding(rounding.parse::<Rounding>()?);
        }
        if let Some(codes) = given.extra_currencies {
            options = options.extra_currencies(codes);
        }
        if let Some(now) = moment::unix_seconds("now", given.now)? {
            options = options.now(now);
        }
        Ok(options)
    }
}

/// What can be read of an event.
#[derive(uniffi::Record)]
pub(crate) struct EventRecord {
    pub(crate) event_name: String,
    pub(crate) order_id: Option<String>,
    pub(crate) currency: Option<String>,
    /// A plain decimal.
    pub(crate) value: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) content_ids: Vec<String>,
    pub(crate) num_items: Option<u64>,
    /// Unix seconds.
    pub(crate) event_time: i64,
    pub(crate) warnings: Vec<IssueRecord>,
    pub(crate) wire: Vec<u8>,
}

/// A valid event.
#[derive(uniffi::Object)]
pub(crate) struct Event {
    pub(crate) event: ConversionEvent,
}

#[uniffi::export]
impl Event {
    /// Reads an input document, or what `to_json` wrote.
    #[uniffi::constructor]
    pub(crate) fn from_json(text: &str, options: EventOptionsRecord) -> Result<Arc<Self>> {
        let event = ConversionEvent::from_json_with(text, &options.try_into()?)?;
        Ok(Arc::new(Self { event }))
    }

    /// Reads the input document that Swift writes of the arguments of a call.
    #[uniffi::constructor]
    pub(crate) fn from_arguments(text: &str, options: EventOptionsRecord) -> Result<Arc<Self>> {
        let options = EventOptions::try_from(options)?.spelling(Spelling::Swift);
        let event = ConversionEvent::from_json_with(text, &options)?;
        Ok(Arc::new(Self { event }))
    }

    /// Reads the bytes that go out.
    #[uniffi::constructor]
    pub(crate) fn from_wire(bytes: &[u8], options: EventOptionsRecord) -> Result<Arc<Self>> {
        let event = ConversionEvent::from_wire(bytes, &options.try_into()?)?;
        Ok(Arc::new(Self { event }))
    }

    /// The stored form.
    pub(crate) fn to_json(&self) -> Result<String> {
        Ok(self.event.to_json())
    }

    pub(crate) fn record(&self) -> Result<EventRecord> {
        let event = &self.event;
        Ok(EventRecord {
            event_name: event.event_name().as_str().to_owned(),
            order_id: event.order_id().map(str::to_owned),
            currency: event.currency().map(str::to_owned),
            value: event.value().map(|value| value.to_string()),
            content_type: event.content_type().map(str::to_owned),
            content_ids: event.content_ids().into_iter().map(str::to_owned).collect(),
            num_items: event.num_items(),
            event_time: event.event_time(),
            warnings: event.warnings().iter().map(IssueRecord::from).collect(),
            wire: event.to_wire().to_vec(),
        })
    }
}
