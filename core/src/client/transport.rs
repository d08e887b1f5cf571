//! One POST: bytes out, an answer or a failure back. Knows nothing of retries.

use std::error::Error as StdError;
use std::future::poll_fn;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::DATE;
use http::{HeaderMap, HeaderValue, Method, Request, Uri};
use http_body::Body;
use hyper_util::client::legacy::{Client, Error as BrokenConnection, ResponseFuture};
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::pki_types::CertificateDer;
use tokio::time::error::Elapsed;
use tokio::time::{Instant, sleep_until};
use url::Url;

use super::connector::{Connector, NoAddress};
use super::in_flight::Call;
use super::inflate::inflate;
use super::mask::mask;
use super::settings::Settings;
use super::tracked_body::TrackedBody;
use crate::clock::{Moment, ServerClock};
use crate::delivery::{Answer, Attempt, Damage, Disposition, Failure, MAX_BODY_BYTES, Sender};
use crate::error::{Error, ErrorCode, ErrorKind, Result};
use crate::tls;

/// Shorter than the idle time-outs of common servers: a request on a connection that the server
/// has just closed is an ambiguous one.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(15);

/// The API, and a pool of connections to it.
pub(super) struct Http {
    pool: Pool,
    headers: HeaderMap,
    api_key: HeaderValue,
    clock: ServerClock,
}

/// Why an attempt is over before its answer is whole.
pub(super) enum Stop {
    OutOfTime,
    ClientClosed,
}

/// The pool, as one call uses it.
pub(super) struct Connection<'a> {
    pub(super) http: &'a Http,
    pub(super) call: &'a Call<'a>,
}

impl Sender for Connection<'_> {
    async fn post(&self, wire: Bytes, until: Instant) -> Attempt {
        let stop = async {
            tokio::select! {
                () = sleep_until(until) => Stop::OutOfTime,
                () = self.call.cut_off() => Stop::ClientClosed,
            }
        };
        let sent = Moment::now();
        let answer = self.http.post(wire, stop).await?;
        let received = Moment::now();
        if let Some(date) = date(&answer.headers) {
            self.http.clock.learn(date, sent, received);
        }
        answer.read(received.wall)
    }
}

/// The way to a URL, and the connections there.
pub(super) struct Pool {
    client: Client<Connector, TrackedBody>,
    uri: Uri,
    is_proxied: bool,
}

impl Pool {
    pub(super) fn new(
        url: &Url,
        proxy: Option<&Url>,
        extra_roots: &[CertificateDer<'static>],
        connect_timeout: Duration,
        max_idle: usize,
    ) -> Result<Self> {
        let plain = url.scheme() == "http";
        let tls = if plain { tls::unused_config() } else { tls::config(extra_roots) }?;
        let unusable = |_| Error::internal("a URL that is no URI");
        let uri: Uri = url.as_str().parse().map_err(unusable)?;
        let proxy = proxy.map(|proxy| Matcher::builder().all(proxy.as_str()));
        let proxy = proxy.and_then(|proxy| proxy.build().intercept(&uri));
        let connector = Connector::new(tls, proxy.as_ref(), connect_timeout);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(POOL_IDLE_TIMEOUT)
            .pool_max_idle_per_host(max_idle)
            .build(connector);
        Ok(Self { client, uri, is_proxied: proxy.is_some() })
    }

    /// Sends the bytes and reads the answer, as far as it has come once `stop` ends.
    pub(super) async fn request(
        &self,
        method: Method,
        headers: HeaderMap,
        bytes: Bytes,
        stop: impl Future<Output = Stop>,
    ) -> Result<Answer, Failure> {
        let (body, progress) = TrackedBody::new(bytes);
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = headers;
        let mut answer = None;
        let done = tokio::select! {
            // An answer that has come counts, however late it is.
            biased;
            done = exchange(self.client.request(request), &mut answer) => Ok(done),
            stop = stop => Err(stop),
        };
        let begun = progress.ends();
        match (done, answer) {
            (Ok(Ok(())), Some(answer)) => Ok(answer),
            // Its status may say enough, so it is no mere time-out.
            (Err(_), Some(answer)) => Ok(Answer { damage: Some(Damage::TimedOut), ..answer }),
            (Err(Stop::ClientClosed), None) => Err(closed(begun)),
            (Err(Stop::OutOfTime) | Ok(Ok(())), None) => Err(timed_out(begun)),
            (Ok(Err(error)), _) => Err(broken(error, begun, self.is_proxied)),
        }
    }
}

impl Http {
    /// Builds the pool.
    pub(super) fn new(settings: &Settings) -> Result<Self> {
        let pool = Pool::new(
            &settings.url,
            settings.proxy.as_ref(),
            &settings.extra_roots,
            settings.connect_timeout,
            settings.max_connections,
        )?;
        Ok(Self {
            pool,
            headers: settings.headers.clone(),
            api_key: settings.api_key.header()?,
            clock: settings.clock.clone(),
        })
    }

    async fn post(&self, wire: Bytes, stop: impl Future<Output = Stop>) -> Result<Answer, Failure> {
        let answer = self.pool.request(Method::POST, self.headers.clone(), wire, stop).await?;
        Ok(self.cleaned(answer))
    }

    /// The answer as text that may be shown.
    fn cleaned(&self, answer: Answer) -> Answer {
        let answer = inflate(answer);
        Answer { body: mask(&answer.body, self.api_key.as_bytes()), ..answer }
    }
}

/// When the server says that it answered.
fn date(headers: &HeaderMap) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()
}

/// Sends and reads; what came so far is in `answer`, wherever this is cut off. One timer around
/// it is cheaper than one a step.
async fn exchange(
    response: ResponseFuture,
    answer: &mut Option<Answer>,
) -> Result<(), BrokenConnection> {
    let (head, mut body) = response.await?.into_parts();
    let answer = answer.insert(Answer {
        status: head.status.as_u16(),
        headers: head.headers,
        body: Vec::new(),
        damage: None,
    });
    answer.damage = loop {
        let frame = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await;
        // Trailers are none of the body.
        match frame.map(|frame| frame.map(|frame| frame.into_data().unwrap_or_default())) {
            Some(Ok(chunk)) => {
                let room = MAX_BODY_BYTES - answer.body.len();
                answer.body.extend_from_slice(&chunk[..chunk.len().min(room)]);
                if chunk.len() > room {
                    break Some(Damage::TooLarge);
                }
            }
            None => break None,
            Some(Err(_)) => break Some(Damage::CutShort),
        }
    };
    Ok(())
}

fn closed(begun: bool) -> Failure {
    let (message, disposition) = if begun {
        (
            "the client was closed before the answer came: the event may have arrived",
            Disposition::Ambiguous,
        )
    } else {
        ("the client was closed before the event was sent", Disposition::NeverSent)
    };
    Failure { error: Error::configuration(ErrorCode::ClientClosed, message), disposition }
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

fn broken(error: BrokenConnection, begun: bool, is_proxied: bool) -> Failure {
    let cause = root_cause(&error);
    let (kind, code, what) = if begun {
        if answered_nonsense(&error) {
            (ErrorKind::Response, ErrorCode::UnreadableResponse, "the answer is not HTTP")
        } else {
            (ErrorKind::Network, ErrorCode::ConnectionLost, "the connection broke")
        }
    } else if has::<NoAddress>(&error) {
        // A proxy looks the API's name up by itself.
        let what = if is_proxied {
            "the proxy's host name has no address"
        } else {
            "the API's host name has no address"
        };
        (ErrorKind::Network, ErrorCode::DnsFailed, what)
    } else if is_late(&error) {
        (ErrorKind::Timeout, ErrorCode::ConnectTimeout, "no connection in time")
    } else if has::<rustls::Error>(&error) {
        (ErrorKind::Network, ErrorCode::TlsFailed, "no secure connection")
    } else if is_proxied {
        (ErrorKind::Network, ErrorCode::ConnectFailed, "no connection through the proxy")
    } else {
        (ErrorKind::Network, ErrorCode::ConnectFailed, "no connection")
    };
    let disposition = if begun { Disposition::Ambiguous } else { Disposition::NeverSent };
    let error = Error::new(kind, code, format!("{what}: {cause}")).with_source(error);
    Failure { error, disposition }
}

/// The error and its causes. An `io::Error` skips the error that it wraps, which may wrap one in
/// turn: TLS hands its errors through two of them.
fn chain(error: &BrokenConnection) -> impl Iterator<Item = &(dyn StdError + 'static)> {
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

fn root_cause(error: &BrokenConnection) -> String {
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}

fn answered_nonsense(error: &BrokenConnection) -> bool {
    chain(error)
        .any(|cause| cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse))
}

fn has<T: StdError + 'static>(error: &BrokenConnection) -> bool {
    chain(error).any(<dyn StdError>::is::<T>)
}

/// The limit of all, or of one address.
fn is_late(error: &BrokenConnection) -> bool {
    let is_late = |error: &std::io::Error| error.kind() == std::io::ErrorKind::TimedOut;
    has::<Elapsed>(error)
        || chain(error).any(|cause| cause.downcast_ref::<std::io::Error>().is_some_and(is_late))
}
