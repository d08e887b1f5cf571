//! One POST: bytes out, an answer or a failure back. Knows nothing of retries.

use std::error::Error as StdError;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::HeaderValue;
use tokio::time::{Instant, sleep_until};
use url::Url;

use super::in_flight::Call;
use super::inflate::inflate;
use super::mask::mask;
use super::settings::Settings;
use super::tls;
use super::tracked_body::TrackedBody;
use crate::delivery::{Answer, Attempt, Damage, Disposition, Failure, MAX_BODY_BYTES, Sender};
use crate::error::{Error, ErrorCode, ErrorKind, Result};

/// Shorter than the idle time-outs of common servers: a request on a connection that the server
/// has just closed is an ambiguous one.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(15);

/// The API through reqwest.
pub(super) struct Http {
    client: reqwest::Client,
    url: Url,
    is_proxied: bool,
    api_key: HeaderValue,
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
        self.http.post(wire, stop).await?.read(SystemTime::now())
    }
}

impl Http {
    /// Builds the pool.
    pub(super) fn new(settings: &Settings) -> Result<Self> {
        let plain = settings.url.scheme() == "http";
        let tls = if plain { tls::unused_config() } else { tls::config(&settings.extra_roots) }?;
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .default_headers(settings.headers.clone())
            .connect_timeout(settings.connect_timeout)
            .pool_idle_timeout(POOL_IDLE_TIMEOUT)
            .pool_max_idle_per_host(settings.max_connections)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .tcp_nodelay(true)
            .no_proxy()
            .http1_only();
        let unusable = |error: reqwest::Error| {
            let message = "the HTTP client could not be set up";
            Error::configuration(ErrorCode::TlsSetupFailed, message)
                .with_source(error.without_url())
        };
        if let Some(proxy) = &settings.proxy {
            builder = builder.proxy(reqwest::Proxy::all(proxy.clone()).map_err(unusable)?);
        }
        let client = builder.build().map_err(unusable)?;
        let (url, is_proxied) = (settings.url.clone(), settings.proxy.is_some());
        Ok(Self { client, url, is_proxied, api_key: settings.api_key.header()? })
    }

    /// Posts the bytes and reads the answer, as far as it has come once `stop` ends.
    async fn post(&self, wire: Bytes, stop: impl Future<Output = Stop>) -> Result<Answer, Failure> {
        let (body, progress) = TrackedBody::new(wire);
        let request = self.client.post(self.url.clone()).body(reqwest::Body::wrap(body));
        let mut answer = None;
        let done = tokio::select! {
            // An answer that has come counts, however late it is.
            biased;
            done = exchange(request, &mut answer) => Ok(done),
            stop = stop => Err(stop),
        };
        let begun = progress.ends();
        match (done, answer) {
            (Ok(Ok(())), Some(answer)) => Ok(self.cleaned(answer)),
            // Its status may say enough, so it is no mere time-out.
            (Err(_), Some(answer)) => {
                Ok(self.cleaned(Answer { damage: Some(Damage::TimedOut), ..answer }))
            }
            (Err(Stop::ClientClosed), None) => Err(closed(begun)),
            (Err(Stop::OutOfTime) | Ok(Ok(())), None) => Err(timed_out(begun)),
            (Ok(Err(error)), _) => Err(broken(error, begun, self.is_proxied)),
        }
    }

    /// The answer as text that may be shown.
    fn cleaned(&self, answer: Answer) -> Answer {
        let answer = inflate(answer);
        Answer { body: mask(&answer.body, self.api_key.as_bytes()), ..answer }
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
        status: response.status().as_u16(),
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

fn broken(error: reqwest::Error, begun: bool, is_proxied: bool) -> Failure {
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
        // A proxy looks the API's name up by itself.
        let what = if is_proxied {
            "the proxy's host name has no address"
        } else {
            "the API's host name has no address"
        };
        (ErrorKind::Network, ErrorCode::DnsFailed, what)
    } else if error.is_timeout() {
        (ErrorKind::Timeout, ErrorCode::ConnectTimeout, "no connection in time")
    } else if is_tls(&error) {
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
