//! Events: built from an input document, each behind a handle of its own.

use connectly_conversions::{ConversionEvent, EventOptions, Issue, Result, binding};
use napi::Either;
use napi::bindgen_prelude::{Buffer, External};
use napi_derive::napi;
use serde::Serialize;

use crate::record;

/// Reads and checks an input document, with these currency codes or those of the text of
/// `CONNECTLY_EXTRA_CURRENCIES`. `from_arguments`: it was made of a call's arguments, so that hints
/// use their names. Gives the record of an error where it is refused.
#[napi(catch_unwind)]
pub fn build_event(
    document: String,
    javascript_numbers: bool,
    from_arguments: bool,
    rounding: Option<String>,
    extra_currencies: Either<Vec<String>, String>,
    now: Option<i64>,
    // JavaScript's own, which tests may have set.
    clock: i64,
) -> Either<External<ConversionEvent>, String> {
    let build = || {
        let mut options = EventOptions::new().javascript_numbers(javascript_numbers);
        if from_arguments {
            options = options.spelling(binding::Spelling::Node);
        }
        if let Some(rounding) = rounding {
            options = options.rounding(rounding.parse()?);
        }
        options = options.extra_currencies(codes(extra_currencies));
        options = match now {
            Some(now) => options.now(now),
            None => options.now_by_clock(clock),
        };
        ConversionEvent::from_json_with(&document, &options)
    };
    handle(build())
}

/// Reads and checks the exact bytes that go out.
#[napi(catch_unwind)]
pub fn read_wire(
    wire: &[u8],
    extra_currencies: Either<Vec<String>, String>,
    now: i64,
) -> Either<External<ConversionEvent>, String> {
    let options = EventOptions::new().extra_currencies(codes(extra_currencies)).now(now);
    handle(ConversionEvent::from_wire(wire, &options))
}

pub(crate) fn codes(given: Either<Vec<String>, String>) -> Vec<String> {
    match given {
        Either::A(codes) => codes,
        Either::B(variable) => binding::currency_codes(&variable),
    }
}

fn handle(built: Result<ConversionEvent>) -> Either<External<ConversionEvent>, String> {
    match built {
        Ok(event) => Either::A(External::new(event)),
        Err(error) => Either::B(record::error(&error)),
    }
}

/// The exact bytes that go out.
#[napi(catch_unwind)]
pub fn event_wire(event: &External<ConversionEvent>) -> Buffer {
    event.to_wire().into()
}

/// The stored form.
#[napi(catch_unwind)]
pub fn event_json(event: &External<ConversionEvent>) -> String {
    event.to_json()
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
        content_type: Option<&'a str>,
        content_ids: Vec<&'a str>,
        num_items: Option<u64>,
        event_time: i64,
        warnings: &'a [Issue],
    }
    record::text(&Facts {
        event_name: event.event_name().as_str(),
        order_id: event.order_id(),
        currency: event.currency(),
        value: event.value().map(|value| value.normalize().to_string()),
        content_type: event.content_type(),
        content_ids: event.content_ids(),
        num_items: event.num_items(),
        event_time: event.event_time(),
        warnings: event.warnings(),
    })
}

/// The Unix seconds of an option that is a point in time, or the record of an error.
#[napi(catch_unwind)]
pub fn unix_seconds(name: String, given: Either<f64, String>) -> Either<i64, String> {
    let given = match given {
        Either::A(seconds) => binding::Value::float(seconds),
        Either::B(text) => binding::Value::Text(text.into()),
    };
    match binding::unix_seconds(&name, given) {
        Ok(seconds) => Either::A(seconds),
        Err(error) => Either::B(record::error(&error)),
    }
}
