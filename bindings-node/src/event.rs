//! Events: built from an input document, held on shelves.

use std::cell::RefCell;

use connectly_conversions::{ConversionEvent, EventOptions, Issue, binding};
use napi::Either;
use napi::bindgen_prelude::{Buffer, External};
use napi_derive::napi;
use serde::Serialize;

use crate::record;

/// Some events of one JavaScript thread, each known by its place: a handle costs the garbage
/// collector dearly, so events share one. They go together, once none of them is referred to.
#[derive(Default)]
pub struct Shelf(RefCell<Vec<ConversionEvent>>);

impl Shelf {
    /// Gives the event's place.
    fn put(&self, event: ConversionEvent) -> u32 {
        let mut events = self.0.borrow_mut();
        events.push(event);
        // TypeScript begins another long before this one has so many.
        u32::try_from(events.len() - 1).unwrap_or(u32::MAX)
    }

    /// The event at this place.
    pub(crate) fn event(&self, place: u32) -> napi::Result<ConversionEvent> {
        let found = self.0.borrow().get(place as usize).cloned();
        found.ok_or_else(|| napi::Error::from_reason("there is no such event"))
    }
}

/// An empty shelf.
#[napi(catch_unwind)]
pub fn create_shelf() -> External<Shelf> {
    External::new(Shelf::default())
}

/// Reads and checks the input document in the first `length` bytes, with these currency codes or
/// those of the text of `CONNECTLY_EXTRA_CURRENCIES`; gives the event's place on the
/// shelf, or the record of an error.
#[napi(catch_unwind)]
pub fn build_event(
    shelf: &External<Shelf>,
    bytes: &[u8],
    length: u32,
    javascript_numbers: bool,
    rounding: Option<String>,
    extra_currencies: Either<Vec<String>, String>,
    now: Option<i64>,
) -> Either<u32, String> {
    let build = || {
        let mut options = EventOptions::new().javascript_numbers(javascript_numbers);
        if let Some(rounding) = rounding {
            options = options.rounding(rounding.parse()?);
        }
        options = options.extra_currencies(match extra_currencies {
            Either::A(codes) => codes,
            Either::B(variable) => binding::currency_codes(&variable),
        });
        if let Some(now) = now {
            options = options.now(now);
        }
        let document = bytes.get(..length as usize).unwrap_or_default();
        ConversionEvent::from_json_bytes(document, &options)
    };
    match build() {
        Ok(event) => Either::A(shelf.put(event)),
        Err(error) => Either::B(record::error(&error)),
    }
}

/// The exact bytes that go out.
#[napi(catch_unwind)]
pub fn event_wire(shelf: &External<Shelf>, place: u32) -> napi::Result<Buffer> {
    Ok(shelf.event(place)?.to_wire().into())
}

/// What the getters of an event tell.
#[napi(catch_unwind)]
pub fn event_facts(shelf: &External<Shelf>, place: u32) -> napi::Result<String> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Facts<'a> {
        event_name: &'static str,
        order_id: Option<&'a str>,
        currency: Option<&'a str>,
        value: Option<String>,
        event_time: i64,
        warnings: &'a [Issue],
    }
    let event = shelf.event(place)?;
    Ok(record::text(&Facts {
        event_name: event.event_name().as_str(),
        order_id: event.order_id(),
        currency: event.currency(),
        value: event.value().map(|value| value.normalize().to_string()),
        event_time: event.event_time(),
        warnings: event.warnings(),
    }))
}
