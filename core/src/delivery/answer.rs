//! What an answer means: status, headers and body become a count of events or a failure.

use std::time::{Duration, SystemTime};

use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use super::disposition::Disposition;
use super::failure::Failure;
use super::receipt::Receipt;
use super::sender::Attempt;
use crate::error::{Error, ErrorCode, ErrorKind};

/// No honest answer is longer.
pub(crate) const MAX_BODY_BYTES: usize = 64 * 1024;

/// Why a body is not whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// The connection broke.
    CutShort,
    /// It did not end in time.
    TimedOut,
    /// It is over 64 KiB.
    TooLarge,
}

/// An answer as it came; `body` holds at most 64 KiB.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as far as it came.
    pub body: Vec<u8>,
    /// Why that is not all of it.
    pub damage: Option<Damage>,
}

impl Answer {
    /// What the answer means: a receipt, or why the event is not known to be received.
    ///
    /// # Errors
    /// For everything but a whole 2xx that says so. `now` is for a `Retry-After` date where the
    /// answer has no `Date`.
    pub fn read(&self, now: SystemTime) -> Attempt {
        use {Disposition as D, ErrorCode as C, ErrorKind as K};
        let (kind, code, disposition) = match self.status {
            200..=299 => match self.received() {
                Ok(count) => return Ok(Receipt::new(count, self.status, self.text())),
                Err((error, disposition)) => return Err(self.failure(error, disposition, now)),
            },
            300..=399 => (K::Configuration, C::Redirected, D::Misconfigured),
            401 => (K::Authentication, C::Unauthenticated, D::Misconfigured),
            403 => (K::Authentication, C::Forbidden, D::Misconfigured),
            404 => (K::NotFound, C::NotFound, D::Misconfigured),
            408 => (K::Timeout, C::RequestTimeout, D::Ambiguous),
            425 => (K::RateLimited, C::TooEarly, D::NotRecorded),
            429 => (K::RateLimited, C::RateLimited, D::NotRecorded),
            400..=499 => (K::Rejected, C::Rejected, D::Refused),
            503 => (K::Server, C::Unavailable, D::NotRecorded),
            500..=599 => (K::Server, C::ServerError, D::Ambiguous),
            // HTTP has no such final status.
            _ => (K::Response, C::UnreadableResponse, D::Ambiguous),
        };
        let error = Error::new(kind, code, self.message(code));
        Err(self.failure(error, disposition, now))
    }

    fn failure(&self, error: Error, disposition: Disposition, now: SystemTime) -> Failure {
        let retry_after = match disposition {
            Disposition::NotRecorded | Disposition::Ambiguous => retry_after(&self.headers, now),
            _ => None,
        };
        let error =
            error.with_status(self.status).with_raw_body(self.text()).with_retry_after(retry_after);
        Failure { error, disposition }
    }

    /// The body as text; what is not UTF-8 becomes replacement characters.
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn received(&self) -> Result<u64, (Error, Disposition)> {
        use {ErrorCode as C, ErrorKind as K};
        let ambiguous = |kind, code, message: String| {
            Err((Error::new(kind, code, message), Disposition::Ambiguous))
        };
        match (self.damage, events_received(&self.body)) {
            (Some(Damage::TimedOut), _) => {
                ambiguous(K::Timeout, C::AttemptTimeout, "the answer did not end in time".into())
            }
            (Some(Damage::TooLarge), _) => {
                let message = format!("the answer is over {MAX_BODY_BYTES} bytes");
                ambiguous(K::Response, C::ResponseTooLarge, message)
            }
            (Some(Damage::CutShort), _) => {
                ambiguous(K::Response, C::UnreadableResponse, "the answer was cut short".into())
            }
            (None, Some(0)) => {
                let message = "the API says that it received no event";
                Err((Error::new(K::Response, C::NotReceived, message), Disposition::Refused))
            }
            (None, Some(count)) => Ok(count),
            (None, None) => {
                let message = format!("a {} without events_received", self.status);
                ambiguous(K::Response, C::UnreadableResponse, message)
            }
        }
    }

    /// The API's own words, where it has any; a redirect's say nothing of what is wrong.
    fn message(&self, code: ErrorCode) -> String {
        if code == ErrorCode::Redirected {
            return format!(
                "the API answered {} with a redirect, which is never followed: check the base URL",
                self.status
            );
        }
        let text = String::from_utf8_lossy(without_bom(&self.body));
        words(text.trim()).unwrap_or_else(|| match StatusCode::from_u16(self.status) {
            Ok(status) => format!("the API answered {status}"),
            Err(_) => format!("the API answered {}", self.status),
        })
    }
}

fn without_bom(body: &[u8]) -> &[u8] {
    body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body)
}

/// The count, if the body is an object that has it as a whole number, in whichever way it is
/// written: gRPC gateways print integers of 64 bits as text, and others give numbers a point.
fn events_received(body: &[u8]) -> Option<u64> {
    #[derive(Deserialize)]
    struct Body {
        events_received: Value,
    }
    // serde would read the members of a struct from an array too.
    let body = without_bom(body).trim_ascii_start();
    let is_object = body.starts_with(b"{");
    let body: Body = is_object.then(|| serde_json::from_slice(body).ok())??;
    match body.events_received {
        Value::Number(number) => number.as_u64().or_else(|| whole(number.as_f64()?)),
        Value::String(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
        _ => None,
    }
}

fn whole(number: f64) -> Option<u64> {
    let is_whole = number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it fits")]
    is_whole.then_some(number as u64)
}

/// The message of an error body: gRPC's JSON gateway, Meta's, a bare string, or plain text.
fn words(body: &str) -> Option<String> {
    if body.is_empty() || body.starts_with('<') {
        return None;
    }
    let Ok(json) = serde_json::from_str::<Value>(body) else {
        return Some(body.to_owned());
    };
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let error = json.get("error");
    text(&json)
        .or_else(|| json.get("message").and_then(text))
        .or_else(|| error.and_then(|error| error.get("message")).and_then(text))
        .or_else(|| error.and_then(text))
        .or_else(|| json.get("detail").and_then(text))
}

/// How long the server asks to wait: seconds, or a date in any form of RFC 9110, seen from the
/// answer's own `Date` where it has one, since clocks differ.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than 64 bits hold mean "never": so does this.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    let sent = headers.get(DATE).and_then(|date| date.to_str().ok());
    let reference = sent.and_then(|date| httpdate::parse_http_date(date).ok()).unwrap_or(now);
    Some(date.duration_since(reference).unwrap_or_default())
}
