//! One POST: bytes out, an answer or a failure back. Knows nothing of retries.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::HeaderValue;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::response::{Answer, Damage, Failure, MAX_BODY_BYTES};
use super::retry::Disposition;
use crate::error::{Error, ErrorCode, ErrorKind};

const SHORTEST_SECRET: usize = 12;

/// What the retry loop needs of HTTP.
pub(super) trait Transport {
    /// Posts the bytes and reads the answer until the deadline.
    fn post(
        &self,
        body: Bytes,
        deadline: Instant,
    ) -> impl Future<Output = Result<Answer, Failure>> + Send;
}

/// The API through reqwest.
pub(super) struct Http {
    pub client: reqwest::Client,
    pub url: Url,
    pub api_key: HeaderValue,
}

impl Transport for Http {
    async fn post(&self, body: Bytes, deadline: Instant) -> Result<Answer, Failure> {
        let progress = Arc::new(Progress::default());
        let body = Watched { bytes: Some(body), progress: Arc::clone(&progress) };
        let request = self.client.post(self.url.clone()).body(reqwest::Body::wrap(body));
        let mut answer = None;
        let done = timeout_at(deadline, exchange(request, &mut answer)).await;
        let begun = progress.ends();
        match (done, answer) {
            (Ok(Ok(())), Some(answer)) => Ok(self.masked(answer)),
            // Its status may say enough, so it is no mere time-out.
            (Err(_), Some(answer)) => {
                Ok(self.masked(Answer { damage: Some(Damage::TimedOut), ..answer }))
            }
            (Err(_) | Ok(Ok(())), None) => Err(timed_out(begun)),
            (Ok(Err(error)), _) => Err(broken(error, begun)),
        }
    }
}

impl Http {
    /// A gateway that echoes the request must not bring the key into errors. Short keys are the
    /// sandbox's, and would be found in ordinary words.
    fn masked(&self, mut answer: Answer) -> Answer {
        let key = self.api_key.as_bytes();
        if key.len() < SHORTEST_SECRET {
            return answer;
        }
        let mut from = 0;
        while let Some(at) = answer.body[from..].windows(key.len()).position(|part| part == key) {
            answer.body.splice(from + at..from + at + key.len(), *b"***");
            from += at + b"***".len();
        }
        answer
    }
}

/// Sends and reads; what came so far is in `answer`, wherever this is cut off. One timer around
/// it is cheaper than one a step.
async fn exchange(
    request: reqwest::RequestBuilder,
    answer: &mut Option<Answer>,
) -> Result<(), reqwest::Error> {
    let mut response = request.send().await?;
    let answer = answer.insert(Answer {
        status: response.status(),
        headers: std::mem::take(response.headers_mut()),
        body: Vec::new(),
        damage: None,
    });
    answer.damage = loop {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                let room = MAX_BODY_BYTES - answer.body.len();
                answer.body.extend_from_slice(&chunk[..chunk.len().min(room)]);
                if chunk.len() > room {
                    break Some(Damage::TooLarge);
                }
            }
            Ok(None) => break None,
            Err(_) => break Some(Damage::CutShort),
        }
    };
    Ok(())
}

/// Whether anybody began to write a body: the line between "never reached the server" and "who
/// knows". Once an attempt has ended without that, its body can no longer be written, even by a
/// connection's task that is about to.
#[derive(Default)]
struct Progress(AtomicU8);

impl Progress {
    const BEGUN: u8 = 1;
    const ABANDONED: u8 = 2;

    fn enter(&self, state: u8) -> u8 {
        let swap = self.0.compare_exchange(0, state, Ordering::AcqRel, Ordering::Acquire);
        swap.map_or_else(|earlier| earlier, |_| state)
    }

    /// The body may be written.
    fn begins(&self) -> bool {
        self.enter(Self::BEGUN) == Self::BEGUN
    }

    /// The attempt is over; whether its body began before that.
    fn ends(&self) -> bool {
        self.enter(Self::ABANDONED) == Self::BEGUN
    }
}

struct Watched {
    bytes: Option<Bytes>,
    progress: Arc<Progress>,
}

/// The attempt was given up before its body began.
#[derive(Debug)]
struct Abandoned;

impl fmt::Display for Abandoned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the attempt was given up")
    }
}

impl StdError for Abandoned {}

impl Body for Watched {
    type Data = Bytes;
    type Error = Abandoned;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Abandoned>>> {
        if !self.progress.begins() {
            return Poll::Ready(Some(Err(Abandoned)));
        }
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}

fn timed_out(begun: bool) -> Failure {
    if begun {
        let message = "the API did not answer in time";
        let error = Error::new(ErrorKind::Timeout, ErrorCode::AttemptTimeout, message);
        return Failure { error, disposition: Disposition::Ambiguous };
    }
    let error = Error::new(ErrorKind::Timeout, ErrorCode::ConnectTimeout, "no connection in time");
    Failure { error, disposition: Disposition::NeverSent }
}

fn broken(error: reqwest::Error, begun: bool) -> Failure {
    // The URL says nothing that the caller does not know, and proxies' hold passwords.
    let error = error.without_url();
    let cause = root_cause(&error);
    let (kind, code, what) = if begun {
        if answered_nonsense(&error) {
            (ErrorKind::Response, ErrorCode::UnreadableResponse, "the answer is not HTTP")
        } else {
            (ErrorKind::Network, ErrorCode::ConnectionLost, "the connection broke")
        }
    } else if error.is_dns() {
        (ErrorKind::Network, ErrorCode::DnsFailed, "the API's host name has no address")
    } else if error.is_timeout() {
        (ErrorKind::Timeout, ErrorCode::ConnectTimeout, "no connection in time")
    } else if is_tls(&error) {
        (ErrorKind::Network, ErrorCode::TlsFailed, "no secure connection")
    } else {
        (ErrorKind::Network, ErrorCode::ConnectFailed, "no connection")
    };
    let disposition = if begun { Disposition::Ambiguous } else { Disposition::NeverSent };
    let error = Error::new(kind, code, format!("{what}: {cause}")).with_source(error);
    Failure { error, disposition }
}

/// The error and its causes. An `io::Error` skips the error that it wraps, which may wrap one in
/// turn: TLS hands its errors through two of them.
fn chain(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    let mut next: Option<&(dyn StdError + 'static)> = Some(error);
    std::iter::from_fn(move || {
        let current = next?;
        let wrapped = current.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => current.source(),
        };
        Some(current)
    })
}

fn root_cause(error: &reqwest::Error) -> String {
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}

fn answered_nonsense(error: &reqwest::Error) -> bool {
    chain(error)
        .any(|cause| cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse))
}

fn is_tls(error: &reqwest::Error) -> bool {
    chain(error).any(<dyn StdError>::is::<rustls::Error>)
}
