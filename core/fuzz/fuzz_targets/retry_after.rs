//! `Retry-After` and, after a line end, `Date`; what the answer says and what is done about it.
#![no_main]

use std::time::{Duration, SystemTime};

use connectly_conversions::RetryPolicy;
use connectly_conversions::binding::{Answer, Decision, Situation};
use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let (value, date) = match data.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&data[..end], Some(&data[end + 1..])),
        None => (data, None),
    };
    let Ok(retry_after) = HeaderValue::from_bytes(value) else { return };
    let mut headers = HeaderMap::from_iter([(http::header::RETRY_AFTER, retry_after)]);
    if let Some(Ok(date)) = date.map(HeaderValue::from_bytes) {
        headers.insert(http::header::DATE, date);
    }
    let answer = Answer { status: 429, headers, body: Vec::new(), damage: None };
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_746_480_600);
    let Err(failure) = answer.read(now) else { panic!("a 429 is no receipt") };
    let retry_after = failure.error.retry_after();

    let digits = value.trim_ascii();
    if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) {
        let seconds = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
        assert_eq!(retry_after, Some(Duration::from_secs(seconds.unwrap_or(u64::MAX))));
    }
    let remaining = Duration::from_secs(15);
    let situation = Situation {
        attempts: 1,
        disposition: failure.disposition,
        has_order_id: false,
        retry_after,
        remaining,
        since_first_try: Duration::ZERO,
        random: 0.5,
    };
    match RetryPolicy::default().decide(&situation) {
        Decision::RetryAfter(wait) => {
            assert!(wait >= retry_after.unwrap_or_default() && wait < remaining);
        }
        _ => assert!(retry_after.is_some_and(|wait| wait >= remaining)),
    }
});
