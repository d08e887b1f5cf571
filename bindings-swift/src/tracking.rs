//! Landing parameters; they cross as the JSON that the core writes.

use connectly_conversions::{COOKIE_NAME, Capture, TrackingParams};

use crate::error::Result;
use crate::moment;

/// A name and its value.
#[derive(uniffi::Record)]
pub(crate) struct Pair {
    pub(crate) name: String,
    pub(crate) value: String,
}

/// Params as Swift holds them: the values to read, and both stored forms.
#[derive(uniffi::Record)]
pub(crate) struct TrackingRecord {
    pub(crate) cnct_tracking_id: String,
    pub(crate) sendout_id: String,
    pub(crate) ctwa_clid: String,
    pub(crate) ad_id: String,
    pub(crate) extra: Vec<Pair>,
    /// Unix seconds.
    pub(crate) captured_at: Option<i64>,
    pub(crate) json: String,
    pub(crate) cookie: String,
}

impl From<TrackingParams> for TrackingRecord {
    fn from(params: TrackingParams) -> Self {
        let extra = params
            .extra()
            .map(|(name, value)| Pair { name: name.to_owned(), value: value.to_owned() })
            .collect();
        Self {
            cnct_tracking_id: params.cnct_tracking_id().to_owned(),
            sendout_id: params.sendout_id().to_owned(),
            ctwa_clid: params.ctwa_clid().to_owned(),
            ad_id: params.ad_id().to_owned(),
            extra,
            captured_at: params.captured_at(),
            json: params.to_json(),
            cookie: params.to_cookie(),
        }
    }
}

/// How a landing is read.
#[derive(uniffi::Record)]
pub(crate) struct CaptureOptions {
    pub(crate) extra_params: Vec<String>,
    /// Unix seconds.
    pub(crate) now: Option<f64>,
}

impl CaptureOptions {
    fn capture(self) -> Result<Capture> {
        let capture = Capture::new().extra_params(self.extra_params);
        Ok(match moment::unix_seconds("now", self.now)? {
            Some(now) => capture.now(now),
            None => capture,
        })
    }
}

#[uniffi::export]
fn capture_url(url: &str, options: CaptureOptions) -> Result<Option<TrackingRecord>> {
    Ok(options.capture()?.url(url)?.map(TrackingRecord::from))
}

#[uniffi::export]
fn capture_query(query: &str, options: CaptureOptions) -> Result<Option<TrackingRecord>> {
    Ok(options.capture()?.query(query)?.map(TrackingRecord::from))
}

#[uniffi::export]
fn capture_pairs(pairs: Vec<Pair>, options: CaptureOptions) -> Result<Option<TrackingRecord>> {
    let pairs = pairs.into_iter().map(|pair| (pair.name, pair.value));
    Ok(options.capture()?.pairs(pairs)?.map(TrackingRecord::from))
}

#[uniffi::export]
fn tracking_of_values(
    cnct_tracking_id: String,
    sendout_id: String,
    ctwa_clid: String,
    ad_id: String,
    captured_at: Option<f64>,
) -> Result<TrackingRecord> {
    let captured_at = moment::unix_seconds("capturedAt", captured_at)?;
    let params = TrackingParams::new(cnct_tracking_id, sendout_id, ctwa_clid, ad_id)?;
    Ok(match captured_at {
        Some(seconds) => params.with_captured_at(seconds)?,
        None => params,
    }
    .into())
}

#[uniffi::export]
fn tracking_of_json(json: &str) -> Result<TrackingRecord> {
    Ok(TrackingParams::from_json(json)?.into())
}

#[uniffi::export]
fn tracking_of_cookie(cookie: &str) -> Result<TrackingRecord> {
    Ok(TrackingParams::from_cookie(cookie)?.into())
}

#[uniffi::export]
fn cookie_name() -> Result<String> {
    Ok(COOKIE_NAME.to_owned())
}
