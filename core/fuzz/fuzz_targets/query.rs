//! A landing URL's query, as anybody may type it.
#![no_main]

use connectly_conversions::{COOKIE_NAME, Capture, TrackingParams};
use libfuzzer_sys::fuzz_target;

/// A cookie's name and value together, as browsers count.
const COOKIE_BYTES: usize = 4_096;
/// The JSON that still fits into it: base64url takes four bytes for three.
const JSON_BYTES: usize = (COOKIE_BYTES - COOKIE_NAME.len() - "=v1.".len()) / 4 * 3 + 2;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let capture = Capture::new().extra_params(["coupon"]).now(1_746_480_000);
    check(capture.query(&text));
    check(capture.url(&text));
    check(capture.url(&format!("https://shop.example/?{text}")));
    check(capture.pairs(text.split('&').filter_map(|pair| pair.split_once('='))));
});

fn check(captured: Result<Option<TrackingParams>, connectly_conversions::Error>) {
    let params = match captured {
        Ok(Some(params)) => params,
        Ok(None) => return,
        Err(error) => return assert!(error.issues().iter().any(|issue| issue.is_error())),
    };
    let (json, cookie) = (params.to_json(), params.to_cookie());
    assert_eq!(TrackingParams::from_json(&json).as_ref().ok(), Some(&params));
    assert_eq!(TrackingParams::from_cookie(&cookie).as_ref().ok(), Some(&params));
    if params.extra().next().is_some() {
        assert!(json.len() <= JSON_BYTES, "an extra went in that does not fit");
    }
    let length = COOKIE_NAME.len() + 1 + cookie.len();
    assert!(length <= COOKIE_BYTES || json.len() > JSON_BYTES, "{length}");
    for value in
        [params.cnct_tracking_id(), params.sendout_id(), params.ctwa_clid(), params.ad_id()]
    {
        assert!((1..=1_024).contains(&value.len()) && !value.chars().any(char::is_control));
    }
}
