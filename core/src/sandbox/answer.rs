//! Answers in the API's style.

use std::borrow::Cow;
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, DATE, HeaderName, HeaderValue};
use http::{HeaderMap, Response, StatusCode};
use http_body_util::Full;
use httpdate::fmt_http_date;
use serde::Serialize;

use crate::issue::Issue;

/// HTTP can write no later date.
const YEAR_10000: u64 = 253_402_300_800;

/// One HTTP answer.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// An error as gRPC's JSON gateway writes it.
#[derive(Serialize)]
struct Status<'a> {
    code: u8,
    message: Cow<'a, str>,
    details: &'a [Issue],
}

impl Answer {
    pub(super) fn json(status: StatusCode, body: impl Into<Bytes>) -> Self {
        let json = HeaderValue::from_static("application/json");
        Self { status, headers: HeaderMap::new(), body: body.into() }.header(CONTENT_TYPE, json)
    }

    /// The API's word that it has recorded so many events.
    pub(super) fn received(events: u8) -> Self {
        Self::json(StatusCode::OK, format!("{{\"events_received\":{events}}}"))
    }

    /// An error; the message starts with the name of its status in gRPC.
    pub(super) fn error(status: StatusCode, message: &str, details: &[Issue]) -> Self {
        let (code, name) = grpc(status);
        let message = Cow::Owned(format!("{name}: {message}"));
        let body = serde_json::to_vec(&Status { code, message, details }).unwrap_or_default();
        Self::json(status, body)
    }

    pub(super) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Sets these headers in place of its own of the same names.
    pub(super) fn with_headers(mut self, headers: &HeaderMap) -> Self {
        self.headers.extend(headers.clone());
        self
    }

    /// Says when it was written, unless it says so already.
    pub(super) fn dated(mut self, seconds: i64) -> Self {
        let written = u64::try_from(seconds).ok().filter(|seconds| *seconds < YEAR_10000);
        let written = written.map(|seconds| UNIX_EPOCH + Duration::from_secs(seconds));
        let date = written.and_then(|date| HeaderValue::from_str(&fmt_http_date(date)).ok());
        if let (Some(date), false) = (date, self.headers.contains_key(DATE)) {
            self.headers.insert(DATE, date);
        }
        self
    }

    pub(super) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    pub(super) fn with_body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    pub(super) fn status(&self) -> u16 {
        self.status.as_u16()
    }

    pub(super) fn body(&self) -> &[u8] {
        &self.body
    }

    pub(super) fn into_response(self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::new(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }

    /// Status line and headers for writing by hand, whatever length they claim.
    pub(super) fn head(&self, content_length: usize) -> Vec<u8> {
        let mut head = Vec::with_capacity(256);
        head.extend_from_slice(b"HTTP/1.1 ");
        head.extend_from_slice(self.status.as_str().as_bytes());
        head.push(b' ');
        head.extend_from_slice(self.status.canonical_reason().unwrap_or_default().as_bytes());
        head.extend_from_slice(b"\r\n");
        for (name, value) in &self.headers {
            head.extend_from_slice(name.as_str().as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value.as_bytes());
            head.extend_from_slice(b"\r\n");
        }
        head.extend_from_slice(format!("{CONTENT_LENGTH}: {content_length}\r\n\r\n").as_bytes());
        head
    }
}

/// gRPC's status for one of HTTP: its number and its name, `Unauthenticated` as the API's
/// documentation writes it.
fn grpc(status: StatusCode) -> (u8, &'static str) {
    match status.as_u16() {
        400 => (3, "INVALID_ARGUMENT"),
        401 => (16, "Unauthenticated"),
        403 => (7, "PERMISSION_DENIED"),
        404 => (5, "NOT_FOUND"),
        405 | 501 => (12, "UNIMPLEMENTED"),
        409 => (10, "ABORTED"),
        429 => (8, "RESOURCE_EXHAUSTED"),
        500 => (13, "INTERNAL"),
        503 => (14, "UNAVAILABLE"),
        408 | 504 => (4, "DEADLINE_EXCEEDED"),
        _ => (2, "UNKNOWN"),
    }
}
