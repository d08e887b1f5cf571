//! Events: built from an input document, held by a handle.

use connectly_conversions::{ConversionEvent, EventOptions, Issue, Result};
use napi::Either;
use napi::bindgen_prelude::{Buffer, External};
use napi_derive::napi;
use serde::Serialize;

use crate::record;

/// A handle, or the record of an error.
pub type Made<T> = Either<External<T>, String>;

pub(crate) fn made<T>(result: Result<T>) -> Made<T> {
    match result {
        Ok(value) => Either::A(External::new(value)),
        Err(error) => Either::B(record::error(&error)),
    }
}

/// Reads and checks an input document.
#[napi(catch_unwind)]
pub fn build_event(
    document: String,
    javascript_numbers: bool,
    rounding: Option<String>,
    extra_currencies: Option<Vec<String>>,
    now: Option<i64>,
) -> Made<ConversionEvent> {
    let build = || {
        let mut options = EventOptions::new().javascript_numbers(javascript_numbers);
        if let Some(rounding) = rounding {
            options = options.rounding(rounding.parse()?);
        }
        if let Some(codes) = extra_currencies {
            options = options.extra_currencies(codes);
        }
        if let Some(now) = now {
            options = options.now(now);
        }
        ConversionEvent::from_json_with(&document, &options)
    };
    made(build())
}

/// The exact bytes that go out.
#[napi(catch_unwind)]
pub fn event_wire(event: &External<ConversionEvent>) -> Buffer {
    event.to_wire().into()
}

/// What the getters of an event tell.
#[napi(catch_unwind)]
pub fn event_facts(event: &External<ConversionEvent>) -> String {
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
    record::text(&Facts {
        event_name: event.event_name().as_str(),
        order_id: event.order_id(),
        currency: event.currency(),
        value: event.value().map(|value| value.normalize().to_string()),
        event_time: event.event_time(),
        warnings: event.warnings(),
    })
}
