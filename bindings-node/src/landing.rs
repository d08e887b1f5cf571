//! The answer to a visit.

use connectly_conversions::{Issue, Landing, SCRIPT_COOKIE_NAME, SkipReason, TrackingParams};
use connectly_conversions::{Result, VisitCount, VisitRequest, binding};
use napi::Either;
use napi::bindgen_prelude::External;
use napi_derive::napi;
use serde::Serialize;

use crate::record;
use crate::tracking::Params;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VisitRecord<'a> {
    params: Option<Params<'a>>,
    cookies: &'a [String],
    no_store: bool,
    count: &'static str,
    skipped: Option<&'static str>,
    issues: &'a [Issue],
}

fn landing(
    touch: Option<&str>,
    extra_params: Option<Vec<String>>,
    max_age: Option<f64>,
    domain: Option<&str>,
) -> Result<Landing> {
    let max_age = max_age.map(|given| binding::milliseconds("maxAge", given)).transpose()?;
    binding::landing(touch, extra_params.unwrap_or_default(), max_age, domain)
}

/// A landing, or the record of an error; `max_age` in milliseconds.
#[napi(catch_unwind)]
pub fn create_landing(
    touch: Option<String>,
    extra_params: Option<Vec<String>>,
    max_age: Option<f64>,
    domain: Option<String>,
) -> Either<External<Landing>, String> {
    match landing(touch.as_deref(), extra_params, max_age, domain.as_deref()) {
        Ok(landing) => Either::A(External::new(landing)),
        Err(error) => Either::B(record::error(&error)),
    }
}

/// What a visit means, as a record, or nothing where it means nothing, as most do; cookies and headers are name, value, name, value and so on,
/// `stored` is JSON that came from here.
#[napi(catch_unwind)]
#[allow(clippy::too_many_arguments, reason = "an object costs as much as the visit")]
pub fn visit(
    landing: &External<Landing>,
    method: String,
    url: String,
    cookies: Vec<String>,
    headers: Vec<String>,
    stored: Option<String>,
    consent: bool,
    now: Option<i64>,
) -> Option<String> {
    let mut request = VisitRequest::new(method, url)
        .cookies(pairs(&cookies))
        .headers(pairs(&headers))
        .stored(stored.and_then(|json| TrackingParams::from_json(&json).ok()))
        .consent(consent);
    if let Some(now) = now {
        request = request.now(now);
    }
    let visit = landing.visit(&request);
    let means_nothing =
        visit.count() == VisitCount::None && visit.params().is_none() && !visit.no_store();
    if means_nothing {
        return None;
    }
    Some(record::text(&VisitRecord {
        params: visit.params().map(Params::from),
        cookies: visit.cookies(),
        no_store: visit.no_store(),
        count: visit.count().as_str(),
        skipped: visit.skipped().map(SkipReason::as_str),
        issues: visit.issues(),
    }))
}

fn pairs(flat: &[String]) -> impl Iterator<Item = (&str, &str)> {
    flat.chunks_exact(2).map(|pair| (pair[0].as_str(), pair[1].as_str()))
}

/// The name of the cookie of a page's script.
#[napi(catch_unwind)]
pub fn script_cookie_name() -> &'static str {
    SCRIPT_COOKIE_NAME
}
