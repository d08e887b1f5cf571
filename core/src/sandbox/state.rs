//! What a sandbox remembers, and how it decides about a request: in one step, so that whoever
//! asks the journal never sees half of it.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use uuid::Uuid;

use super::answer::Answer;
use super::expected::{self, Expected, NotReported};
use super::faults::{self, Fault};
use super::journal::{self, Journal, Received, Recorded};
use super::reply::Reply;
use crate::event::{ConversionEvent, EventOptions, MAX_WIRE_BYTES};
use crate::model::now;

/// Who is let in.
#[derive(Debug)]
pub(super) struct Access {
    /// Any that is not empty, unless given.
    pub api_key: Option<SecretString>,
    /// Any, unless given.
    pub business_id: Option<Uuid>,
}

/// A request to the API, read whole.
#[derive(Debug)]
pub(super) struct Arrived {
    pub method: Method,
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The body is longer than what was kept of it.
    pub too_long: bool,
}

/// A valid request.
struct Accepted<'a> {
    business_id: Uuid,
    event: ConversionEvent,
    body: &'a str,
}

#[derive(Debug)]
pub(super) struct State {
    access: Access,
    inner: Mutex<Inner>,
    /// Told of every request.
    arrived: Condvar,
}

#[derive(Debug, Default)]
struct Inner {
    faults: VecDeque<Fault>,
    journal: Journal,
    /// The clock, where it was set.
    now: Option<i64>,
    /// Nothing more will arrive.
    stopped: bool,
}

impl State {
    pub(super) fn new(access: Access) -> Self {
        Self { access, inner: Mutex::default(), arrived: Condvar::new() }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // Each change is whole by itself, so a panic elsewhere leaves nothing half done.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Decides about a request to the API and writes it down.
    pub(super) fn answer(&self, request: &Arrived) -> Reply {
        let mut inner = self.inner();
        let judged = self.judge(request, inner.now.unwrap_or_else(now));
        let fault = if conversion_events(&request.path).is_some() && request.method == Method::POST
        {
            faults::next(&mut inner.faults, || order_id(&request.body))
        } else {
            None
        };
        let usual = match &judged {
            Ok(_) => Answer::received(1),
            Err(answer) => Answer::clone(answer),
        };
        let reply = match &fault {
            None => Reply::Answer(usual),
            Some(fault) => fault.reply(usual).unwrap_or_else(|why| {
                let message = format!("the fault cannot be played: {why}");
                Reply::Answer(Answer::error(StatusCode::INTERNAL_SERVER_ERROR, &message, &[]))
            }),
        };
        let accepted = judged.ok().filter(|_| fault.as_ref().is_none_or(Fault::records));
        if let Some(accepted) = &accepted {
            inner.journal.record(accepted.business_id, &accepted.event, accepted.body);
        }
        inner.journal.note(Recorded {
            method: request.method.to_string(),
            path: request.path.clone(),
            headers: journal::headers(&request.headers),
            body: String::from_utf8_lossy(&request.body).into_owned(),
            status: reply.status(),
            fault: fault.map(|fault| fault.kind.as_str()),
            recorded: accepted.is_some(),
        });
        self.arrived.notify_all();
        reply
    }

    /// What the API's documentation says to this request.
    fn judge<'a>(&self, request: &'a Arrived, now: i64) -> Result<Accepted<'a>, Box<Answer>> {
        let error = |status, message: &str| Err(Box::new(Answer::error(status, message, &[])));
        let Some(id) = conversion_events(&request.path) else {
            return error(StatusCode::NOT_FOUND, "the API has no such path");
        };
        if request.method != Method::POST {
            let message = "conversion events are sent by POST";
            let answer = Answer::error(StatusCode::METHOD_NOT_ALLOWED, message, &[]);
            return Err(Box::new(answer.header(ALLOW, HeaderValue::from_static("POST"))));
        }
        let key = request.headers.get("x-api-key").map_or(&b""[..], HeaderValue::as_bytes);
        let expected = self.access.api_key.as_ref().map(|key| key.expose_secret().as_bytes());
        if key.is_empty() || expected.is_some_and(|expected| expected != key) {
            return error(StatusCode::UNAUTHORIZED, "the header X-API-KEY is missing or wrong");
        }
        let business_id = Uuid::try_parse(id)
            .ok()
            .filter(|id| self.access.business_id.is_none_or(|known| known == *id));
        let Some(business_id) = business_id else {
            return error(StatusCode::NOT_FOUND, "there is no such business");
        };
        if request.too_long {
            let message = format!("the body has more than {MAX_WIRE_BYTES} bytes");
            return error(StatusCode::BAD_REQUEST, &message);
        }
        if !is_json(&request.headers) {
            return error(StatusCode::BAD_REQUEST, "the Content-Type is not application/json");
        }
        let Ok(body) = std::str::from_utf8(&request.body) else {
            return error(StatusCode::BAD_REQUEST, "the body is not UTF-8");
        };
        match ConversionEvent::from_wire(body.as_bytes(), &EventOptions::new().now(now)) {
            Ok(event) => Ok(Accepted { business_id, event, body }),
            Err(invalid) => {
                let (message, issues) = (invalid.message(), invalid.issues());
                Err(Box::new(Answer::error(StatusCode::BAD_REQUEST, message, issues)))
            }
        }
    }

    pub(super) fn received(&self) -> Vec<Received> {
        self.inner().journal.received()
    }

    /// Waits until so many conversions were accepted, or until nothing more will arrive. Whether
    /// the wait is over.
    pub(super) fn wait_for(&self, count: usize, timeout: Duration) -> bool {
        let missing = |inner: &mut Inner| inner.journal.accepted() < count && !inner.stopped;
        let waited = self.arrived.wait_timeout_while(self.inner(), timeout, missing);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    /// What a wait for so many has come to.
    pub(super) fn waited(
        &self,
        count: usize,
        timeout: Duration,
    ) -> Result<Vec<Received>, NotReported> {
        let inner = self.inner();
        let received = inner.journal.received();
        if inner.journal.accepted() >= count {
            return Ok(received);
        }
        let how = if inner.stopped {
            "before the sandbox was stopped".to_owned()
        } else {
            format!("within {} s", timeout.as_secs_f64())
        };
        Err(expected::missing(count, &how, &received, &inner.journal.requests()))
    }

    pub(super) fn assert_reported(&self, expected: &Expected) -> Result<Received, NotReported> {
        let inner = self.inner();
        expected.among(&inner.journal.received(), &inner.journal.requests())
    }

    /// Ends every wait.
    pub(super) fn stop(&self) {
        self.inner().stopped = true;
        self.arrived.notify_all();
    }

    pub(super) fn requests(&self) -> Vec<Recorded> {
        self.inner().journal.requests()
    }

    pub(super) fn received_json(&self) -> String {
        json("received", &self.received())
    }

    pub(super) fn requests_json(&self) -> String {
        json("requests", &self.requests())
    }

    pub(super) fn script(&self, faults: Vec<Fault>) {
        self.inner().faults.extend(faults);
    }

    pub(super) fn clear_faults(&self) {
        self.inner().faults.clear();
    }

    pub(super) fn set_now(&self, seconds: Option<i64>) {
        self.inner().now = seconds;
    }

    pub(super) fn reset(&self) {
        let mut inner = self.inner();
        *inner = Inner { stopped: inner.stopped, ..Inner::default() };
    }
}

/// The business id of a path of the API.
fn conversion_events(path: &str) -> Option<&str> {
    path.strip_prefix("/external/v1/businesses/")?
        .strip_suffix("/conversion_events")
        .filter(|id| !id.contains('/'))
}

fn is_json(headers: &HeaderMap) -> bool {
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

/// The order of a body, whether it is valid or not.
fn order_id(body: &[u8]) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    body.pointer("/payload/order_id")?.as_str().map(str::to_owned)
}

/// An entry of the journal.
pub(super) fn json_of(received: &Received) -> String {
    serde_json::to_string(received).unwrap_or_default()
}

fn json<T: Serialize>(name: &str, entries: &[T]) -> String {
    // Texts, numbers and JSON that was parsed before: writing them cannot fail.
    let entries = serde_json::to_string(entries).unwrap_or_else(|_| "[]".to_owned());
    format!("{{\"{name}\":{entries}}}")
}
