//! An input document; its first byte chooses the options.
#![no_main]

use connectly_conversions::{ConversionEvent, ErrorCode, EventOptions, IssueCode, Rounding};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((flags, document)) = data.split_first() else { return };
    let mut options = EventOptions::new()
        .now(1_746_480_600)
        .extra_currencies(["QQQ"])
        .javascript_numbers(flags & 1 != 0);
    if flags & 2 != 0 {
        options = options.rounding(Rounding::Currency);
    }
    let event = match ConversionEvent::from_json_bytes(document, &options) {
        Ok(event) => event,
        Err(error) => {
            assert_eq!(error.code(), ErrorCode::InvalidEvent);
            assert!(error.issues().iter().any(|issue| issue.is_error()));
            return;
        }
    };
    assert!(event.to_wire().len() <= 1_000_000);
    assert!(event.warnings().iter().all(|issue| !issue.is_error()));
    let wire = std::str::from_utf8(event.to_wire()).expect("UTF-8");
    serde_json::from_str::<&serde_json::value::RawValue>(wire).expect("JSON");
    let restored = ConversionEvent::from_json(&event.to_json()).expect("a stored event");
    assert_eq!((&restored, restored.warnings()), (&event, event.warnings()));
    // Members of extra_payload stand where an input document has none.
    if event.warnings().iter().any(|issue| issue.code() == IssueCode::UndeclaredField) {
        return;
    }
    let options = options.rounding(Rounding::Never).javascript_numbers(false);
    match ConversionEvent::from_json_with(wire, &options) {
        Ok(again) => assert_eq!(again.to_wire(), event.to_wire()),
        // A text may have 18 digits, a JSON number with a fraction 15.
        Err(error) => {
            for issue in error.issues().iter().filter(|issue| issue.is_error()) {
                assert_eq!(issue.code(), IssueCode::InvalidAmount, "{issue}");
            }
        }
    }
});
