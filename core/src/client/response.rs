//! What an answer means: status, headers and body become a count of events or a failure.

use std::time::{Duration, SystemTime};

use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use super::retry::Disposition;
use crate::error::{Error, ErrorCode, ErrorKind};

/// No honest answer is longer.
pub(crate) const MAX_BODY_BYTES: usize = 64 * 1024;

/// One attempt's failure, and what it means for the event.
#[derive(Debug)]
pub struct Failure {
    /// What happened.
    pub error: Error,
    /// Whether the event may be sent again.
    pub disposition: Disposition,
}

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
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as far as it came.
    pub body: Vec<u8>,
    /// Why that is not all of it.
    pub damage: Option<Damage>,
}

impl Answer {
    /// How many events the API says it received, at least 1; or why the event is not known to be.
    ///
    /// # Errors
    /// For everything but a whole 2xx that says so. `now` is for a `Retry-After` date where the
    /// answer has no `Date`.
    pub fn read(&self, now: SystemTime) -> Result<u64, Failure> {
        let (error, disposition) = match self.status.as_u16() {
            200..=299 => match self.received() {
                Ok(count) => return Ok(count),
                Err(failure) => failure,
            },
            300..=399 => (
                self.error(ErrorKind::Configuration, ErrorCode::Redirected),
                Disposition::Misconfigured,
            ),
            401 => (
                self.error(ErrorKind::Authentication, ErrorCode::Unauthenticated),
                Disposition::Misconfigured,
            ),
            403 => (
                self.error(ErrorKind::Authentication, ErrorCode::Forbidden),
                Disposition::Misconfigured,
            ),
            404 => {
                (self.error(ErrorKind::NotFound, ErrorCode::NotFound), Disposition::Misconfigured)
            }
            408 => {
                (self.error(ErrorKind::Timeout, ErrorCode::RequestTimeout), Disposition::Ambiguous)
            }
            425 => {
                (self.error(ErrorKind::RateLimited, ErrorCode::TooEarly), Disposition::NotRecorded)
            }
            429 => (
                self.error(ErrorKind::RateLimited, ErrorCode::RateLimited),
                Disposition::NotRecorded,
            ),
            503 => {
                (self.error(ErrorKind::Server, ErrorCode::Unavailable), Disposition::NotRecorded)
            }
            500..=599 => {
                (self.error(ErrorKind::Server, ErrorCode::ServerError), Disposition::Ambiguous)
            }
            400..=499 => {
                (self.error(ErrorKind::Rejected, ErrorCode::Rejected), Disposition::Refused)
            }
            // HTTP has no such final status.
            _ => (
                self.error(ErrorKind::Response, ErrorCode::UnreadableResponse),
                Disposition::Ambiguous,
            ),
        };
        let retry_after = match disposition {
            Disposition::NotRecorded | Disposition::Ambiguous => retry_after(&self.headers, now),
            _ => None,
        };
        let error = error
            .with_status(self.status.as_u16())
            .with_raw_body(self.text())
            .with_retry_after(retry_after);
        Err(Failure { error, disposition })
    }

    /// The body as text; what is not UTF-8 becomes replacement characters.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn received(&self) -> Result<u64, (Error, Disposition)> {
        let unreadable =
            |kind, code, message: String| (Error::new(kind, code, message), Disposition::Ambiguous);
        match self.damage {
            Some(Damage::TimedOut) => {
                let message = "the answer did not end in time".to_owned();
                return Err(unreadable(ErrorKind::Timeout, ErrorCode::AttemptTimeout, message));
            }
            Some(Damage::TooLarge) => {
                let message = format!("the answer is over {MAX_BODY_BYTES} bytes");
                return Err(unreadable(ErrorKind::Response, ErrorCode::ResponseTooLarge, message));
            }
            Some(Damage::CutShort) => {
                let message = "the answer was cut short".to_owned();
                return Err(unreadable(
                    ErrorKind::Response,
                    ErrorCode::UnreadableResponse,
                    message,
                ));
            }
            None => {}
        }
        match events_received(&self.body) {
            Some(0) => {
                let message = "the API says that it received no event";
                let error = Error::new(ErrorKind::Response, ErrorCode::NotReceived, message);
                Err((error, Disposition::Refused))
            }
            Some(count) => Ok(count),
            None => {
                let message = format!("a {} without events_received", self.status.as_u16());
                Err(unreadable(ErrorKind::Response, ErrorCode::UnreadableResponse, message))
            }
        }
    }

    /// An error with the API's own words, where it has any.
    fn error(&self, kind: ErrorKind, code: ErrorCode) -> Error {
        let text = String::from_utf8_lossy(&self.body);
        let message = words(text.trim()).unwrap_or_else(|| match code {
            ErrorCode::Redirected => format!(
                "the API answered {} with a redirect, which is never followed: check the base URL",
                self.status.as_u16()
            ),
            _ => format!("the API answered {}", self.status),
        });
        Error::new(kind, code, message)
    }
}

/// The count, if the body is an object that has it as a whole number.
fn events_received(body: &[u8]) -> Option<u64> {
    #[derive(Deserialize)]
    struct Body {
        events_received: Value,
    }
    // serde would read the members of a struct from an array too.
    let body = body.trim_ascii_start();
    let is_object = body.starts_with(b"{");
    let body: Body = is_object.then(|| serde_json::from_slice(body).ok())??;
    body.events_received.as_u64()
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
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
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
