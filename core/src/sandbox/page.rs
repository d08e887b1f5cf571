//! The page that shows what arrived.

use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};

use super::answer::Answer;

const PAGE: &str = include_str!("page.html");

/// Nothing from elsewhere, whatever an event may hold.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
                      connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

pub(super) fn answer() -> Answer {
    Answer::json(http::StatusCode::OK, PAGE)
        .header(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))
        .header(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY))
}
