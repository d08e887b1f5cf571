//! Settings that were checked.

use std::fmt;
use std::time::Duration;

use http::HeaderMap;
use rustls::pki_types::CertificateDer;
use url::Url;

use crate::clock::ServerClock;
use crate::config::ApiKey;
use crate::delivery::RetryPolicy;
use crate::event::EventOptions;

/// How long a call may take, and how often it tries.
#[derive(Debug, Clone)]
pub(super) struct Limits {
    pub(super) attempt: Duration,
    pub(super) total: Duration,
    pub(super) retry: RetryPolicy,
}

impl Limits {
    /// The same with another deadline for the whole call.
    pub(super) fn within(&self, total: Duration) -> Self {
        Self { attempt: self.attempt.min(total), total, retry: self.retry }
    }
}

/// All that a client needs. In `headers`, the key is marked as sensitive.
pub(super) struct Settings {
    /// In lower case with hyphens.
    pub(super) business_id: String,
    pub(super) url: Url,
    pub(super) api_key: ApiKey,
    pub(super) headers: HeaderMap,
    pub(super) connect_timeout: Duration,
    pub(super) limits: Limits,
    pub(super) max_connections: usize,
    pub(super) proxy: Option<Url>,
    pub(super) extra_roots: Vec<CertificateDer<'static>>,
    pub(super) event_options: EventOptions,
    /// What its answers have told of the API's clock.
    pub(super) clock: ServerClock,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("url", &self.url.as_str())
            .field("connect_timeout", &self.connect_timeout)
            .field("limits", &self.limits)
            .field("max_connections", &self.max_connections)
            .finish_non_exhaustive()
    }
}
