//! Events and inputs that the properties share.

use connectly_conversions::{ConversionEvent, Error, EventOptions, IssueCode, TrackingParams};
use proptest::prelude::*;
use serde_json::value::RawValue;

/// Ten minutes after the documentation's example.
pub(crate) const NOW: i64 = 1_746_480_600;
pub(crate) const EVENT_TIME: i64 = 1_746_480_000;

pub(crate) fn options() -> EventOptions {
    // Given, so that the environment says nothing.
    EventOptions::new().now(NOW).extra_currencies(["QQQ"])
}

pub(crate) fn tracking() -> TrackingParams {
    TrackingParams::new("trk-7f9c", "so-4815", "ARAkLkA8rmlF", "120215559412340678").unwrap()
}

pub(crate) fn wire(event: &ConversionEvent) -> &str {
    std::str::from_utf8(event.to_wire()).unwrap()
}

/// The text of one member of an object, digit by digit.
pub(crate) fn member(json: &str, path: &[&str]) -> String {
    path.iter().fold(json.to_owned(), |json, name| {
        let members: std::collections::HashMap<String, &RawValue> =
            serde_json::from_str(&json).unwrap();
        members[*name].get().to_owned()
    })
}

/// A refused document says at least one reason, and each has a path and words.
pub(crate) fn is_explained(error: &Error) -> bool {
    error.issues().iter().any(connectly_conversions::Issue::is_error)
        && error.issues().iter().all(|issue| !issue.message().is_empty())
}

/// An accepted event goes out as a document that gives the same bytes again.
pub(crate) fn reads_back(event: &ConversionEvent) -> Result<(), TestCaseError> {
    prop_assert!(event.to_wire().len() <= 1_000_000);
    let restored = ConversionEvent::from_json(&event.to_json());
    prop_assert!(restored.is_ok(), "{:?} of {}", restored, event.to_json());
    let restored = restored.unwrap();
    prop_assert_eq!(wire(&restored), wire(event));
    prop_assert_eq!(restored.warnings(), event.warnings());
    let strict = ConversionEvent::from_wire(event.to_wire(), &options());
    prop_assert!(strict.is_ok(), "{:?} of {}", strict, wire(event));
    let strict = strict.unwrap();
    prop_assert_eq!(wire(&strict), wire(event));
    let undeclared = |code| code == IssueCode::UndeclaredField;
    if event.warnings().iter().any(|issue| undeclared(issue.code())) {
        // Its extra members stand where an input document has none.
        serde_json::from_str::<&RawValue>(wire(event)).unwrap();
        return Ok(());
    }
    match ConversionEvent::from_json_with(wire(event), &options()) {
        Ok(again) => prop_assert_eq!(wire(&again), wire(event)),
        // A text may have 18 digits; a JSON number with a fraction may have 15.
        Err(error) => prop_assert!(
            error
                .issues()
                .iter()
                .filter(|issue| issue.is_error())
                .all(|issue| issue.code() == IssueCode::InvalidAmount),
            "{error}"
        ),
    }
    Ok(())
}
