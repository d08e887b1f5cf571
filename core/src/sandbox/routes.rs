//! Which request gets what.

use bytes::{Bytes, BytesMut};
use http::header::{HOST, HeaderMap, HeaderValue, ORIGIN};
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde::Deserialize;

use super::answer::Answer;
use super::page;
use super::reply::Reply;
use super::script;
use super::state::{Arrived, State};
use super::stream;
use crate::event::MAX_WIRE_BYTES;

/// A client that sends more than this is cut off; up to it, it is read to the end so that it
/// hears the answer.
const MAX_DRAINED: usize = 64 << 20;

/// Answers a request.
pub(super) async fn answer(state: &State, request: Request<Incoming>) -> Reply {
    let (parts, body) = request.into_parts();
    let Some((body, too_long)) = read(body).await else { return Reply::Never };
    let path = parts.uri.path().to_owned();
    if path == "/" || path == "/favicon.ico" || path == "/sandbox" || path.starts_with("/sandbox/")
    {
        if is_foreign(&parts.headers) {
            let message = "another web page may not steer the sandbox";
            return Reply::Answer(Answer::error(StatusCode::FORBIDDEN, message, &[]));
        }
        if path == "/sandbox/stream" && parts.method == Method::GET {
            return Reply::Stream(stream::cursor(&parts.uri, &parts.headers));
        }
        return Reply::Answer(control(state, &parts.method, &path, &body));
    }
    let headers = parts.headers;
    state.answer(&Arrived { method: parts.method, path, headers, body, too_long })
}

/// Whether a page of another origin asks: a browser says so with every request that changes
/// anything, and a developer's browser can reach the sandbox.
fn is_foreign(headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).map_or(&b""[..], HeaderValue::as_bytes);
    headers.get(ORIGIN).is_some_and(|origin| {
        origin.as_bytes().strip_prefix(b"http://").is_none_or(|origin| origin != host)
    })
}

/// The body, and whether it is longer than that; `None` where the client broke off.
async fn read(mut body: Incoming) -> Option<(Bytes, bool)> {
    let (mut kept, mut length) = (BytesMut::new(), 0);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.ok()?.into_data() else { continue };
        length += data.len();
        let room = MAX_WIRE_BYTES - kept.len();
        kept.extend_from_slice(&data[..data.len().min(room)]);
        if length > MAX_DRAINED {
            break;
        }
    }
    Some((kept.freeze(), length > MAX_WIRE_BYTES))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Clock {
    now: Option<i64>,
}

/// The sandbox's own routes, beside the API's.
fn control(state: &State, method: &Method, path: &str, body: &[u8]) -> Answer {
    let done = || Answer::json(StatusCode::OK, "{}");
    let error = |status, message: &str| Answer::error(status, message, &[]);
    let is_read = matches!(*method, Method::GET | Method::HEAD);
    let read = is_read.then(|| page::answer(path).or_else(|| request(state, path))).flatten();
    if let Some(answer) = read {
        return answer;
    }
    match (method.as_str(), path) {
        ("GET", "/sandbox/received") => Answer::json(StatusCode::OK, state.received_json()),
        ("GET", "/sandbox/requests") => Answer::json(StatusCode::OK, state.requests_json()),
        ("GET", "/sandbox/faults") => Answer::json(StatusCode::OK, state.faults_json()),
        ("POST", "/sandbox/faults") => {
            match script::parse(&String::from_utf8_lossy(body)) {
                Ok(faults) => state.script(faults),
                Err(error) => {
                    return Answer::error(StatusCode::BAD_REQUEST, error.message(), &[]);
                }
            }
            done()
        }
        ("DELETE", "/sandbox/faults") => {
            state.clear_faults();
            done()
        }
        ("POST", "/sandbox/reset") => {
            state.reset();
            done()
        }
        ("PUT", "/sandbox/clock") => match serde_json::from_slice::<Clock>(body) {
            Ok(clock) => {
                state.set_now(clock.now);
                done()
            }
            Err(error) => {
                let message = format!("{{\"now\": Unix seconds or null}} is needed: {error}");
                Answer::error(StatusCode::BAD_REQUEST, &message, &[])
            }
        },
        (
            _,
            "/" | "/sandbox/received" | "/sandbox/requests" | "/sandbox/faults" | "/sandbox/reset"
            | "/sandbox/clock" | "/sandbox/stream",
        ) => error(StatusCode::METHOD_NOT_ALLOWED, "not by this method"),
        _ => error(StatusCode::NOT_FOUND, "the sandbox has no such path"),
    }
}

/// One request of the journal, by its number.
fn request(state: &State, path: &str) -> Option<Answer> {
    let number = path.strip_prefix("/sandbox/requests/")?.parse().ok()?;
    state.request_json(number).map(|json| Answer::json(StatusCode::OK, json))
}
