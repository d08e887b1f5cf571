//! A cookie and its JSON, as anybody may forge them.
#![no_main]

use connectly_conversions::{ErrorCode, TrackingParams};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    for read in [TrackingParams::from_cookie(&text), TrackingParams::from_json(&text)] {
        match read {
            Ok(params) => {
                let json = params.to_json();
                let again = TrackingParams::from_json(&json).expect("what it wrote, it reads");
                assert_eq!(again, params);
                assert_eq!(again.to_json(), json);
                assert_eq!(TrackingParams::from_cookie(&params.to_cookie()).ok(), Some(params));
            }
            Err(error) => {
                assert_eq!(error.code(), ErrorCode::InvalidTracking);
                assert!(error.issues().iter().any(|issue| issue.is_error()));
            }
        }
    }
});
