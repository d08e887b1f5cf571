//! The answer to a visit.

use std::sync::Arc;

use connectly_conversions::{self as core, SCRIPT_COOKIE_NAME, TrackingParams, binding};

use crate::error::{IssueRecord, Result};
use crate::tracking::{Pair, TrackingRecord};

/// How a landing is set up.
#[derive(uniffi::Record)]
pub(crate) struct LandingOptions {
    pub(crate) touch: Option<String>,
    pub(crate) extra_params: Vec<String>,
    /// Seconds.
    pub(crate) max_age: Option<f64>,
    pub(crate) domain: Option<String>,
}

/// A request for a page.
#[derive(uniffi::Record)]
pub(crate) struct RequestRecord {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) cookies: Vec<Pair>,
    pub(crate) headers: Vec<Pair>,
    /// JSON of params.
    pub(crate) stored: Option<String>,
    pub(crate) consent: bool,
    /// Unix seconds.
    pub(crate) now: Option<f64>,
}

/// What a visit means.
#[derive(uniffi::Record)]
pub(crate) struct VisitRecord {
    pub(crate) params: Option<TrackingRecord>,
    pub(crate) cookies: Vec<String>,
    pub(crate) no_store: bool,
    pub(crate) count: String,
    pub(crate) skipped: Option<String>,
    pub(crate) issues: Vec<IssueRecord>,
}

/// A landing's rules.
#[derive(uniffi::Object)]
pub(crate) struct NativeLanding(core::Landing);

#[uniffi::export]
impl NativeLanding {
    /// A landing with these options.
    #[uniffi::constructor]
    pub(crate) fn new(options: LandingOptions) -> Result<Arc<Self>> {
        let LandingOptions { touch, extra_params, max_age, domain } = options;
        let max_age = max_age.map(|given| binding::seconds("maxAge", given)).transpose()?;
        let made = binding::landing(touch.as_deref(), extra_params, max_age, domain.as_deref())?;
        Ok(Arc::new(Self(made)))
    }

    /// What this visit means.
    pub(crate) fn visit(&self, request: RequestRecord) -> Result<VisitRecord> {
        let pairs = |pairs: Vec<Pair>| pairs.into_iter().map(|pair| (pair.name, pair.value));
        let stored = request.stored.as_deref().map(TrackingParams::from_json).transpose()?;
        let mut visit = core::VisitRequest::new(request.method, request.url)
            .cookies(pairs(request.cookies))
            .headers(pairs(request.headers))
            .stored(stored)
            .consent(request.consent);
        if let Some(now) = request.now {
            #[expect(clippy::cast_possible_truncation, reason = "a clock beyond 64 bits is none")]
            let now = now.floor() as i64;
            visit = visit.now(now);
        }
        let visit = self.0.visit(&visit);
        Ok(VisitRecord {
            cookies: visit.cookies().to_vec(),
            no_store: visit.no_store(),
            count: visit.count().as_str().to_owned(),
            skipped: visit.skipped().map(|reason| reason.as_str().to_owned()),
            issues: visit.issues().iter().map(IssueRecord::from).collect(),
            params: visit.into_params().map(TrackingRecord::from),
        })
    }
}

#[uniffi::export]
fn script_cookie_name() -> Result<String> {
    Ok(SCRIPT_COOKIE_NAME.to_owned())
}
