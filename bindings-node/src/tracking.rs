//! Landing: capture, the stored JSON and the cookie.

use connectly_conversions::{COOKIE_NAME, Capture, Result, TrackingParams};
use napi_derive::napi;
use serde::Serialize;

use crate::record;

#[derive(Serialize)]
pub(crate) struct Params<'a> {
    /// The stored form, whose member order JavaScript objects cannot keep.
    json: String,
    extra: Vec<(&'a str, &'a str)>,
}

impl<'a> From<&'a TrackingParams> for Params<'a> {
    fn from(params: &'a TrackingParams) -> Self {
        Self { json: params.to_json(), extra: params.extra().collect() }
    }
}

/// `{"params":{…}}`, `{"params":null}` for nobody's visit, or `{"error":{…}}`.
fn answer(captured: &Result<Option<TrackingParams>>) -> String {
    #[derive(Serialize)]
    struct Answer<'a> {
        params: Option<Params<'a>>,
    }
    match captured {
        Err(error) => record::error(error),
        Ok(params) => record::text(&Answer { params: params.as_ref().map(Params::from) }),
    }
}

fn capture(extra_params: Option<Vec<String>>, now: Option<i64>) -> Capture {
    let capture = Capture::new().extra_params(extra_params.unwrap_or_default());
    match now {
        Some(now) => capture.now(now),
        None => capture,
    }
}

/// The params of a landing URL.
#[napi(catch_unwind)]
pub fn capture_url(url: String, extra_params: Option<Vec<String>>, now: Option<i64>) -> String {
    answer(&capture(extra_params, now).url(&url))
}

/// The params of a query string.
#[napi(catch_unwind)]
pub fn capture_query(query: String, extra_params: Option<Vec<String>>, now: Option<i64>) -> String {
    answer(&capture(extra_params, now).query(&query))
}

/// The params of decoded names and values: name, value, name, value and so on.
#[napi(catch_unwind)]
pub fn capture_pairs(
    flat: Vec<String>,
    extra_params: Option<Vec<String>>,
    now: Option<i64>,
) -> String {
    let pairs = flat.chunks_exact(2).map(|pair| (&pair[0], &pair[1]));
    answer(&capture(extra_params, now).pairs(pairs))
}

/// The params that were stored as JSON.
#[napi(catch_unwind)]
pub fn tracking_from_json(text: String) -> String {
    answer(&TrackingParams::from_json(&text).map(Some))
}

/// The params that a cookie carries.
#[napi(catch_unwind)]
pub fn tracking_from_cookie(cookie: String) -> String {
    answer(&TrackingParams::from_cookie(&cookie).map(Some))
}

/// The cookie of params whose JSON came from here.
#[napi(catch_unwind)]
pub fn tracking_to_cookie(json: String) -> napi::Result<String> {
    TrackingParams::from_json(&json)
        .map(|params| params.to_cookie())
        .map_err(|error| napi::Error::from_reason(error.to_string()))
}

/// The name of the cookie.
#[napi(catch_unwind)]
pub fn cookie_name() -> &'static str {
    COOKIE_NAME
}
