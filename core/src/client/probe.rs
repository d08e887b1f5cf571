//! One request that reports nothing, for `connectly doctor`.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method};
use tokio::time::sleep;
use url::Url;

use super::proxy;
use super::transport::{Pool, Stop};
use crate::delivery::Answer;
use crate::error::Result;

/// Asks a server once, over a connection of its own.
///
/// # Errors
/// Why there is no answer. A redirect is one.
pub(crate) async fn ask(
    url: &Url,
    method: Method,
    headers: HeaderMap,
    body: &'static [u8],
    limit: Duration,
) -> Result<Answer> {
    let proxy = proxy::find(None, url, false)?;
    let pool = Pool::new(url, proxy.as_ref(), &[], limit, 0)?;
    let stop = async {
        sleep(limit).await;
        Stop::OutOfTime
    };
    let answer = pool.request(method, headers, Bytes::from_static(body), stop).await;
    answer.map_err(|failure| failure.error)
}
