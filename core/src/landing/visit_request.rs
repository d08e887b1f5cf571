//! What a landing needs to know of a request.

use std::fmt;

use url::Url;

use super::cookies::SCRIPT_COOKIE_NAME;
use crate::config;
use crate::tracking::{COOKIE_NAME, TrackingParams};

/// A request for a page, as far as a landing needs it.
///
/// ```
/// use connectly_conversions::VisitRequest;
///
/// let request = VisitRequest::new("GET", "/phones?cnct_tracking_id=t1&sendout_id=s1")
///     .headers([("Host", "shop.example"), ("Cookie", "theme=dark")]);
/// ```
#[derive(Clone)]
pub struct VisitRequest {
    pub(super) method: String,
    pub(super) target: String,
    /// Cookies of ours, in the order of the request.
    pub(super) cookies: Vec<(&'static str, String)>,
    pub(super) user_agent: String,
    pub(super) purposes: Vec<String>,
    pub(super) stored: Option<TrackingParams>,
    pub(super) consent: bool,
    pub(super) now: Option<i64>,
    host: String,
}

impl VisitRequest {
    /// A request with this method for this URL, absolute or relative, or for this query.
    ///
    /// A text is a URL where it begins with `/` or a scheme such as `https://`, or where a `?`
    /// comes before any `=` and `&`. Any other text is a query.
    #[must_use]
    pub fn new(method: impl Into<String>, target: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            target: target.into(),
            cookies: Vec::new(),
            user_agent: String::new(),
            purposes: Vec::new(),
            stored: None,
            consent: true,
            now: None,
            host: String::new(),
        }
    }

    /// The cookies of the request, for a framework that has read them; the header `Cookie` tells
    /// them as well.
    #[must_use]
    pub fn cookies<N, V>(mut self, cookies: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: AsRef<str>,
        V: Into<String>,
    {
        for (name, value) in cookies {
            if let Some(name) = ours(name.as_ref()) {
                self.cookies.push((name, value.into()));
            }
        }
        self
    }

    /// The headers of the request, names in any case. Those that matter are `Cookie`, `Host`,
    /// `User-Agent`, `Sec-Purpose`, `Purpose`, `X-Purpose` and `X-Moz`.
    #[must_use]
    pub fn headers<N, V>(mut self, headers: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: AsRef<str>,
        V: AsRef<str>,
    {
        for (name, value) in headers {
            let value = value.as_ref();
            match name.as_ref().to_ascii_lowercase().as_str() {
                "cookie" => self = self.cookies(pairs(value)),
                "host" => value.clone_into(&mut self.host),
                "user-agent" => value.clone_into(&mut self.user_agent),
                "sec-purpose" | "purpose" | "x-purpose" | "x-moz" => {
                    self.purposes.push(value.to_owned());
                }
                _ => {}
            }
        }
        self
    }

    /// The params that the visitor's session holds already.
    #[must_use]
    pub fn stored(mut self, params: Option<TrackingParams>) -> Self {
        self.stored = params;
        self
    }

    /// Whether the visitor has agreed to be tracked; `true` unless given.
    #[must_use]
    pub fn consent(mut self, consent: bool) -> Self {
        self.consent = consent;
        self
    }

    /// The moment of the visit in Unix seconds; the current time unless given.
    #[must_use]
    pub fn now(mut self, seconds: i64) -> Self {
        self.now = Some(seconds);
        self
    }

    pub(super) fn is_url(&self) -> bool {
        let text = self.target.trim_start();
        let name = text.find(['=', '&']).map_or(text, |end| &text[..end]);
        name.starts_with('/') || name.contains("://") || name.contains('?')
    }

    /// Whether the page came from this machine: a developer's.
    pub(super) fn is_loopback(&self) -> bool {
        let absolute = if self.is_url() { Url::parse(&self.target).ok() } else { None };
        absolute
            .or_else(|| Url::parse(&format!("http://{}", self.host)).ok())
            .is_some_and(|url| config::is_loopback(&url))
    }
}

impl fmt::Debug for VisitRequest {
    /// Without URL and cookies: they tell who the customer is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VisitRequest").field("method", &self.method).finish_non_exhaustive()
    }
}

fn ours(name: &str) -> Option<&'static str> {
    [COOKIE_NAME, SCRIPT_COOKIE_NAME].into_iter().find(|known| *known == name)
}

/// Names and values of a `Cookie` header (RFC 6265, section 5.4).
fn pairs(header: &str) -> impl Iterator<Item = (&str, &str)> {
    header.split(';').filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        Some((name.trim(), value.trim().trim_matches('"')))
    })
}
