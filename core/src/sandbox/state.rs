//! What a sandbox remembers, and how it decides about a request: in one step, so that whoever
//! asks the journal never sees half of it.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use tokio::sync::watch;
use uuid::Uuid;

use super::answer::Answer;
use super::cursor::Cursor;
use super::expected::{self, Expected, NotReported};
use super::faults::{self, Fault};
use super::journal::{self, Entry, Journal, Noted, Received, Recorded};
use super::news::{AT_ONCE, AT_ONCE_BYTES, News, SHOWN, Settings, Told};
use super::reply::Reply;
use crate::event::{ConversionEvent, EventOptions, MAX_WIRE_BYTES};
use crate::issue::Issue;
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

/// Any other request.
struct Refused {
    answer: Answer,
    said: String,
    issues: Vec<Issue>,
}

impl Refused {
    fn new(status: StatusCode, message: &str) -> Box<Self> {
        let answer = Answer::error(status, message, &[]);
        Box::new(Self { answer, said: message.to_owned(), issues: Vec::new() })
    }
}

#[derive(Debug)]
pub(super) struct State {
    access: Access,
    inner: Mutex<Inner>,
    /// Told of every request.
    arrived: Condvar,
    /// Told of every change, for the pages.
    changed: watch::Sender<()>,
}

#[derive(Debug)]
struct Inner {
    faults: VecDeque<Fault>,
    journal: Journal,
    /// Tells this journal from the one before a reset, and from another sandbox's.
    epoch: u64,
    /// How often faults or clock have changed.
    settings: u64,
    /// The clock, where it was set.
    now: Option<i64>,
    /// Nothing more will arrive.
    stopped: bool,
}

impl Inner {
    fn new(stopped: bool) -> Self {
        Self {
            faults: VecDeque::new(),
            journal: Journal::default(),
            epoch: fastrand::u64(..),
            settings: 0,
            now: None,
            stopped,
        }
    }
}

impl State {
    pub(super) fn new(access: Access) -> Self {
        let (changed, _) = watch::channel(());
        Self { access, inner: Mutex::new(Inner::new(false)), arrived: Condvar::new(), changed }
    }

    /// Makes a change and tells whoever waits for one.
    fn change<T>(&self, change: impl FnOnce(&mut Inner) -> T) -> T {
        let done = change(&mut self.inner());
        self.arrived.notify_all();
        self.changed.send_replace(());
        done
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // Each change is whole by itself, so a panic elsewhere leaves nothing half done.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Decides about a request to the API and writes it down.
    pub(super) fn answer(&self, request: &Arrived) -> Reply {
        self.change(|inner| self.decide(inner, request))
    }

    fn decide(&self, inner: &mut Inner, request: &Arrived) -> Reply {
        let now = inner.now.unwrap_or_else(now);
        let judged = self.judge(request, now);
        let fault = if conversion_events(&request.path).is_some() && request.method == Method::POST
        {
            faults::next(&mut inner.faults, || order_id(&request.body))
        } else {
            None
        };
        let usual = match &judged {
            Ok(_) => Answer::received(1),
            Err(refused) => refused.answer.clone(),
        };
        let reply = match &fault {
            None => Reply::Answer(usual),
            Some(fault) => fault.reply(usual).unwrap_or_else(|why| {
                let message = format!("the fault cannot be played: {why}");
                Reply::Answer(Answer::error(StatusCode::INTERNAL_SERVER_ERROR, &message, &[]))
            }),
        };
        let reply = reply.dated(now);
        let recorded = judged.is_ok() && fault.as_ref().is_none_or(Fault::records);
        let mut duplicate = false;
        let (said, issues) = match judged {
            Ok(Accepted { business_id, event, body }) => {
                if recorded {
                    duplicate = inner.journal.record(business_id, &event, body);
                }
                (None, event.warnings().to_vec())
            }
            Err(refused) => (Some(refused.said), refused.issues),
        };
        inner.settings += u64::from(fault.is_some());
        let request = Recorded {
            method: request.method.to_string(),
            path: request.path.clone(),
            headers: journal::headers(&request.headers),
            body: String::from_utf8_lossy(&request.body).into_owned(),
            status: reply.status(),
            fault: fault.map(|fault| fault.kind.as_str()),
            recorded,
        };
        let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let at = i64::try_from(at).unwrap_or_default();
        inner.journal.note(Noted { at, duplicate, said, issues, request });
        reply
    }

    /// What the API's documentation says to this request.
    fn judge<'a>(&self, request: &'a Arrived, now: i64) -> Result<Accepted<'a>, Box<Refused>> {
        let error = |status, message: &str| Err(Refused::new(status, message));
        let Some(id) = conversion_events(&request.path) else {
            return error(StatusCode::NOT_FOUND, "the API has no such path");
        };
        if request.method != Method::POST {
            let message = "conversion events are sent by POST";
            let mut refused = Refused::new(StatusCode::METHOD_NOT_ALLOWED, message);
            refused.answer = refused.answer.header(ALLOW, HeaderValue::from_static("POST"));
            return Err(refused);
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
                let answer = Answer::error(StatusCode::BAD_REQUEST, message, issues);
                let (said, issues) = (message.to_owned(), issues.to_vec());
                Err(Box::new(Refused { answer, said, issues }))
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
        self.change(|inner| inner.stopped = true);
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

    /// One request with its headers and its body, as long as it is kept.
    pub(super) fn request_json(&self, number: u64) -> Option<String> {
        let entry = self.inner().journal.since(number).next().map(Arc::clone);
        let entry = entry.filter(|entry| entry.number == number)?;
        serde_json::to_string(&entry.request).ok()
    }

    /// The faults that are still to be played.
    pub(super) fn faults_json(&self) -> String {
        let faults: Vec<_> = self.inner().faults.iter().cloned().collect();
        json("faults", &faults)
    }

    pub(super) fn script(&self, faults: Vec<Fault>) {
        self.change(|inner| {
            inner.faults.extend(faults);
            inner.settings += 1;
        });
    }

    pub(super) fn clear_faults(&self) {
        self.change(|inner| {
            inner.faults.clear();
            inner.settings += 1;
        });
    }

    pub(super) fn set_now(&self, seconds: Option<i64>) {
        self.change(|inner| {
            inner.now = seconds;
            inner.settings += 1;
        });
    }

    pub(super) fn reset(&self) {
        self.change(|inner| *inner = Inner::new(inner.stopped));
    }

    /// Told of every change from now on.
    pub(super) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// What a page that stands at `cursor` has not been told; moves it on.
    pub(super) fn news(&self, cursor: &mut Cursor) -> News {
        let inner = self.inner();
        if inner.stopped {
            return News::End;
        }
        let (journal, totals) = (&inner.journal, inner.journal.totals());
        let oldest = journal.oldest().max((totals.requests + 1).saturating_sub(SHOWN));
        let whole = cursor.epoch != Some(inner.epoch)
            || !(oldest..=totals.requests + 1).contains(&cursor.next);
        if whole {
            *cursor = Cursor { epoch: Some(inner.epoch), next: oldest, settings: None };
        }
        let mut bytes = 0;
        let few = |entry: &&Arc<Entry>| {
            let first = bytes == 0;
            bytes += entry.request.body.len() + 1;
            first || bytes <= AT_ONCE_BYTES
        };
        let entries: Vec<_> =
            journal.since(cursor.next).take(AT_ONCE).take_while(few).map(Arc::clone).collect();
        let settings = (cursor.settings != Some(inner.settings))
            .then(|| Settings { faults: inner.faults.iter().cloned().collect(), now: inner.now });
        if !whole && entries.is_empty() && settings.is_none() {
            return News::None;
        }
        cursor.next += u64::try_from(entries.len()).unwrap_or_default();
        cursor.settings = Some(inner.settings);
        News::Some(Told { whole, entries, totals, settings })
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
