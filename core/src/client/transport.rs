//! One POST: bytes out, an answer or a failure back. Knows nothing of retries.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::response::{Answer, Damage, Failure, MAX_BODY_BYTES};
use super::retry::Disposition;
use crate::error::{Error, ErrorCode, ErrorKind};

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
}

impl Transport for Http {
    async fn post(&self, body: Bytes, deadline: Instant) -> Result<Answer, Failure> {
        let begun = Arc::new(AtomicBool::new(false));
        let body = Watched { bytes: Some(body), begun: Arc::clone(&begun) };
        let request = self.client.post(self.url.clone()).body(reqwest::Body::wrap(body));
        let mut answer = None;
        let done = timeout_at(deadline, exchange(request, &mut answer)).await;
        let begun = begun.load(Ordering::Relaxed);
        match (done, answer) {
            (Ok(Ok(())), Some(answer)) => Ok(answer),
            // Its status may say enough, so it is no mere time-out.
            (Err(_), Some(answer)) => Ok(Answer { damage: Some(Damage::TimedOut), ..answer }),
            (Err(_) | Ok(Ok(())), None) => Err(timed_out(begun)),
            (Ok(Err(error)), _) => Err(broken(error, begun)),
        }
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

/// A body that tells whether anybody began to write it: the line between "never reached the
/// server" and "who knows".
struct Watched {
    bytes: Option<Bytes>,
    begun: Arc<AtomicBool>,
}

impl Body for Watched {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.begun.store(true, Ordering::Relaxed);
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

fn chain(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    let mut next: Option<&(dyn StdError + 'static)> = Some(error);
    std::iter::from_fn(move || {
        let current = next?;
        next = current.source();
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

/// rustls hands its errors through `io::Error`, whose `source` skips the error that it wraps.
fn is_tls(error: &reqwest::Error) -> bool {
    chain(error).any(|cause| {
        let wrapped = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        cause.is::<rustls::Error>()
            || wrapped.is_some_and(<dyn StdError + Send + Sync>::is::<rustls::Error>)
    })
}
