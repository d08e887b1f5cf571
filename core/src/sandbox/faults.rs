//! Faults: what may go wrong between a client and the API, and with which requests.

use std::collections::VecDeque;
use std::time::Duration;

use http::header::{CONTENT_ENCODING, HeaderName, HeaderValue, LOCATION};
use http::{HeaderMap, StatusCode};

use super::answer::Answer;
use super::gzip;
use super::kind::FaultKind;
use super::raw::Raw;
use super::reply::Reply;

const NOT_RECEIVED: &str = "{\"events_received\":0}";
/// Over the 64 KiB that a client reads.
const OVERSIZED: usize = 80 * 1024;
const HUGE_HEADER: usize = 1024 * 1024;
const DRIP: Duration = Duration::from_millis(50);
/// A wait longer than this is a `hang`.
pub(super) const MAX_SECONDS: f64 = 86_400.0;

/// Something that goes wrong with the next request that it matches.
///
/// Unless told otherwise by [`Fault::for_order`] and [`Fault::times`], that is one request to the
/// API, whichever comes next.
#[derive(Debug, Clone)]
#[must_use = "a fault is played once it is given to `Sandbox::fail_next`"]
pub struct Fault {
    pub(super) kind: FaultKind,
    pub(super) status: Option<u16>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<String>,
    pub(super) pause: Option<Duration>,
    pub(super) order_id: Option<String>,
    /// 0: for ever.
    pub(super) times: u32,
    pub(super) recorded: Option<bool>,
}

impl Fault {
    pub(super) fn new(kind: FaultKind) -> Self {
        Self {
            kind,
            status: None,
            headers: Vec::new(),
            body: None,
            pause: None,
            order_id: None,
            times: 1,
            recorded: None,
        }
    }

    /// Answers with this status, 200 to 599. Nothing is recorded.
    pub fn status(status: u16) -> Self {
        Self { status: Some(status), ..Self::new(FaultKind::Status) }
    }

    /// Answers as usual after this time. The event is recorded.
    pub fn delay(pause: Duration) -> Self {
        Self { pause: Some(pause), ..Self::new(FaultKind::Delay) }
    }

    /// Never answers. Nothing is recorded.
    pub fn hang() -> Self {
        Self::new(FaultKind::Hang)
    }

    /// Resets the connection. Nothing is recorded.
    pub fn reset() -> Self {
        Self::new(FaultKind::Reset)
    }

    /// Resets the connection: a success that nobody is told of. The event is recorded.
    pub fn reset_after_recording() -> Self {
        Self::new(FaultKind::ResetAfterRecording)
    }

    /// Closes the connection in the middle of the answer. The event is recorded.
    pub fn half_answer() -> Self {
        Self::new(FaultKind::HalfAnswer)
    }

    /// Answers with bytes that are not HTTP. Nothing is recorded.
    pub fn garbage() -> Self {
        Self::new(FaultKind::Garbage)
    }

    /// Answers 200 with a body of 80 KiB; a client reads 64. The event is recorded.
    pub fn oversized_body() -> Self {
        Self::new(FaultKind::OversizedBody)
    }

    /// Answers 200, one byte every 50 ms, without end. The event is recorded.
    pub fn slow_drip() -> Self {
        Self::new(FaultKind::SlowDrip)
    }

    /// Answers as usual, then closes the connection, which the answer promised to keep. The event
    /// is recorded.
    pub fn close_idle() -> Self {
        Self::new(FaultKind::CloseIdle)
    }

    /// Answers 200 with a header of 1 MiB. The event is recorded.
    pub fn huge_header() -> Self {
        Self::new(FaultKind::HugeHeader)
    }

    /// Answers 200 with 48 KiB of gzip that become 48 MiB. The event is recorded.
    pub fn gzip_bomb() -> Self {
        Self::new(FaultKind::GzipBomb)
    }

    /// Answers 307 to this URL. Nothing is recorded.
    pub fn redirect(location: impl Into<String>) -> Self {
        let location = (LOCATION.as_str().to_owned(), location.into());
        Self { headers: vec![location], ..Self::new(FaultKind::Redirect) }
    }

    /// Answers 200 with `events_received` 0. Nothing is recorded.
    pub fn not_received() -> Self {
        Self::new(FaultKind::NotReceived)
    }

    /// Answers one request twice; the connection goes on. The event is recorded.
    pub fn duplicate_answer() -> Self {
        Self::new(FaultKind::DuplicateAnswer)
    }

    /// Matches requests for this order only.
    pub fn for_order(mut self, order_id: impl Into<String>) -> Self {
        self.order_id = Some(order_id.into());
        self
    }

    /// Is played on so many requests; 0 for all from now on.
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Adds a header to the answer, if the fault has one.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Adds `Retry-After` in seconds to the answer.
    pub fn retry_after(self, seconds: u64) -> Self {
        self.header("Retry-After", seconds.to_string())
    }

    /// The answer's body in place of the usual one of a status.
    pub fn body(mut self, body: impl Into<String>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Whether a valid conversion is recorded although the client is told something else.
    pub fn recorded(mut self, recorded: bool) -> Self {
        self.recorded = Some(recorded);
        self
    }

    /// Whether the API would have recorded the conversion when this goes wrong.
    pub(super) fn records(&self) -> bool {
        self.recorded.unwrap_or(self.kind.records())
    }

    /// What happens in place of `usual`, the answer that was due.
    ///
    /// # Errors
    /// Why the fault cannot be played.
    pub(super) fn reply(&self, usual: Answer) -> Result<Reply, String> {
        let headers = self.header_map()?;
        let status = self.status_or(StatusCode::OK)?;
        let ok = || Answer::received(1).with_status(status).with_headers(&headers);
        let usual = usual.with_headers(&headers);
        Ok(match self.kind {
            FaultKind::Status => {
                Reply::Answer(self.plain(StatusCode::SERVICE_UNAVAILABLE, &headers)?)
            }
            FaultKind::Redirect => {
                Reply::Answer(self.plain(StatusCode::TEMPORARY_REDIRECT, &headers)?)
            }
            FaultKind::Delay => Reply::Late(self.pause.unwrap_or_default(), usual),
            FaultKind::Hang => Reply::Never,
            FaultKind::Reset | FaultKind::ResetAfterRecording => Reply::Raw(Raw::Reset),
            FaultKind::Garbage => Reply::Raw(Raw::Garbage),
            FaultKind::HalfAnswer => Reply::Raw(Raw::Half(ok())),
            FaultKind::SlowDrip => Reply::Raw(Raw::Drip(ok(), self.pause.unwrap_or(DRIP))),
            FaultKind::DuplicateAnswer => Reply::Raw(Raw::Twice(ok())),
            FaultKind::CloseIdle => Reply::Raw(Raw::ThenClose(usual)),
            FaultKind::NotReceived => {
                let body = self.body.clone().unwrap_or_else(|| NOT_RECEIVED.to_owned());
                Reply::Answer(ok().with_body(body))
            }
            FaultKind::OversizedBody => {
                let mut body = ok().body().to_vec();
                body.resize(OVERSIZED, b' ');
                Reply::Answer(ok().with_body(body))
            }
            FaultKind::HugeHeader => {
                let value = header_value(&"x".repeat(HUGE_HEADER))?;
                Reply::Answer(ok().header(HeaderName::from_static("x-huge"), value))
            }
            FaultKind::GzipBomb => {
                let gzip = HeaderValue::from_static("gzip");
                Reply::Answer(ok().with_body(gzip::bomb()).header(CONTENT_ENCODING, gzip))
            }
        })
    }

    fn plain(&self, default: StatusCode, headers: &HeaderMap) -> Result<Answer, String> {
        let status = self.status_or(default)?;
        let answer = if status.is_success() {
            Answer::received(1).with_status(status)
        } else if status.is_redirection() {
            Answer::json(status, "")
        } else {
            Answer::error(status, "a fault of the sandbox", &[])
        };
        let answer = answer.with_headers(headers);
        Ok(match &self.body {
            Some(body) => answer.with_body(body.clone()),
            None => answer,
        })
    }

    fn status_or(&self, default: StatusCode) -> Result<StatusCode, String> {
        let Some(status) = self.status else { return Ok(default) };
        // A 1xx is no answer, and nothing beyond 599 has a meaning.
        StatusCode::from_u16(status)
            .ok()
            .filter(|_| (200..600).contains(&status))
            .ok_or_else(|| format!("status: {status} is not from 200 to 599"))
    }

    fn header_map(&self) -> Result<HeaderMap, String> {
        let mut headers = HeaderMap::with_capacity(self.headers.len());
        for (name, value) in &self.headers {
            let name = HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| format!("headers: {name:?} cannot be the name of a header"))?;
            headers.append(name, header_value(value)?);
        }
        Ok(headers)
    }
}

fn header_value(text: &str) -> Result<HeaderValue, String> {
    HeaderValue::from_str(text)
        .map_err(|_| format!("headers: {text:?} cannot be the value of a header"))
}

/// Takes the first fault that matches a request; `order_id` is asked for only where it matters.
pub(super) fn next(
    faults: &mut VecDeque<Fault>,
    order_id: impl Fn() -> Option<String>,
) -> Option<Fault> {
    let needs_order = faults.iter().any(|fault| fault.order_id.is_some());
    let order_id = if needs_order { order_id() } else { None };
    let matches = |fault: &Fault| fault.order_id.is_none() || fault.order_id == order_id;
    let index = faults.iter().position(matches)?;
    let fault = faults.get_mut(index)?;
    match fault.times {
        0 => Some(fault.clone()),
        1 => faults.remove(index),
        _ => {
            fault.times -= 1;
            Some(fault.clone())
        }
    }
}
