//! The stream of server-sent events that a page listens to.
//!
//! It is pulled: what a page gets next is read from the journal when its connection takes more,
//! so a slow reader holds nothing, and one that fell far behind is given the whole state again.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream;
use http::header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Response, Uri};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use tokio::sync::watch;

use super::cursor::Cursor;
use super::news::News;
use super::state::State;

/// A page that lost its stream asks again after so many milliseconds.
const FIRST: &str = "retry: 1000\n";
const END: &str = "event: end\ndata: {}\n\n";

struct Feed {
    state: Arc<State>,
    changed: watch::Receiver<()>,
    cursor: Cursor,
    prefix: &'static str,
    has_ended: bool,
}

/// Where a page wants to go on: after the last event that its browser has seen, or that a page
/// which closed its stream has.
pub(super) fn cursor(uri: &Uri, headers: &HeaderMap) -> Cursor {
    let header = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let after = uri.query().and_then(|query| query.strip_prefix("after="));
    Cursor::read(header.or(after).unwrap_or_default())
}

/// The answer, without an end until the sandbox stops or the page goes.
pub(super) fn response(
    state: Arc<State>,
    cursor: Cursor,
) -> Response<UnsyncBoxBody<Bytes, Infallible>> {
    let changed = state.changes();
    let feed = Feed { state, changed, cursor, prefix: FIRST, has_ended: false };
    let frames = stream::unfold(feed, |mut feed| async {
        let bytes = feed.next().await?;
        Some((Ok(Frame::data(bytes)), feed))
    });
    let mut response = Response::new(StreamBody::new(frames).boxed_unsync());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Its end is the connection's, too.
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

impl Feed {
    /// The next event, once there is one; `None` after the last.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if self.has_ended {
                return None;
            }
            self.changed.mark_unchanged();
            match self.state.news(&mut self.cursor) {
                News::None => self.changed.changed().await.ok()?,
                News::Some(told) => {
                    let (id, json) = (self.cursor.id(), told.json());
                    let prefix = std::mem::take(&mut self.prefix);
                    return Some(format!("{prefix}id: {id}\ndata: {json}\n\n").into());
                }
                News::End => {
                    self.has_ended = true;
                    return Some(Bytes::from_static(END.as_bytes()));
                }
            }
        }
    }
}
