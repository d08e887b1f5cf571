//! Settings: the environment's names, the key's type, and what a base URL may be.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

use crate::error::{Error, ErrorCode, Result};

/// The value of an environment variable; empty counts as unset.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The environment that fills a client's gaps: the process's, or one that a language has of its own.
#[derive(Clone, Default)]
pub(crate) struct Environment(Option<BTreeMap<String, String>>);

impl Environment {
    pub(crate) fn of(variables: BTreeMap<String, String>) -> Self {
        Self(Some(variables))
    }

    /// As [`variable`].
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        match &self.0 {
            None => variable(name),
            Some(variables) => variables.get(name).filter(|value| !value.is_empty()).cloned(),
        }
    }
}

impl fmt::Debug for Environment {
    /// Without the values: one of them is the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment").finish_non_exhaustive()
    }
}

/// `CONNECTLY_EXTRA_CURRENCIES`: codes newer than this release, separated by commas.
pub(crate) fn extra_currencies() -> Vec<String> {
    currency_codes(&variable("CONNECTLY_EXTRA_CURRENCIES").unwrap_or_default())
}

/// The codes of such a variable, for a binding whose language has an environment of its own.
#[must_use]
pub fn currency_codes(codes: &str) -> Vec<String> {
    codes.split(',').map(str::trim).filter(|code| !code.is_empty()).map(str::to_owned).collect()
}

/// A number of seconds as a binding gets it.
///
/// # Errors
/// `invalid_timeout`, naming `option`, for what is not a finite number above zero.
pub fn seconds(option: &str, value: f64) -> Result<Duration> {
    Duration::try_from_secs_f64(value).ok().filter(|duration| !duration.is_zero()).ok_or_else(
        || {
            let message =
                format!("{option}: must be a number of seconds greater than 0, not {value}");
            Error::configuration(ErrorCode::InvalidTimeout, message)
        },
    )
}

/// A number of milliseconds as a binding gets it.
///
/// # Errors
/// `invalid_timeout`, naming `option`, for what is not a finite number above zero.
pub fn milliseconds(option: &str, value: f64) -> Result<Duration> {
    let given = Duration::try_from_secs_f64(value / 1e3).ok();
    given.filter(|duration| !duration.is_zero()).ok_or_else(|| {
        let message =
            format!("{option}: must be a number of milliseconds greater than 0, not {value}");
        Error::configuration(ErrorCode::InvalidTimeout, message)
    })
}

/// How many requests at a time, as a binding gets it.
///
/// # Errors
/// `invalid_concurrency` for what is not a whole number of at least 1.
pub fn concurrency(value: f64) -> Result<usize> {
    whole(value).ok_or_else(|| {
        let message = format!("concurrency: must be a whole number of 1 or more, not {value}");
        Error::configuration(ErrorCode::InvalidConcurrency, message)
    })
}

/// A count as a binding gets it.
///
/// # Errors
/// `invalid_option`, naming `option`, for what is not a whole number of at least 1.
pub fn count(option: &str, value: f64) -> Result<usize> {
    whole(value).ok_or_else(|| {
        let why = format!("must be a whole number of 1 or more, not {value}");
        Error::invalid_option(option, &why)
    })
}

/// A number of bytes, or of events, as a binding gets it.
///
/// # Errors
/// As [`count`].
pub fn size(option: &str, value: f64) -> Result<u64> {
    let is_whole = value.fract() == 0.0 && (1.0..=9_007_199_254_740_992.0).contains(&value);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it fits")]
    is_whole.then_some(value as u64).ok_or_else(|| {
        let why = format!("must be a whole number of 1 or more, not {value}");
        Error::invalid_option(option, &why)
    })
}

fn whole(value: f64) -> Option<usize> {
    let is_whole = value.fract() == 0.0 && (1.0..=f64::from(u32::MAX)).contains(&value);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it fits")]
    is_whole.then_some(value as usize)
}

/// A port as a binding gets it; 0 asks for a free one.
///
/// # Errors
/// `invalid_option` for what is not a whole number from 0 to 65535.
pub fn port(value: f64) -> Result<u16> {
    if value.fract() == 0.0 && (0.0..=f64::from(u16::MAX)).contains(&value) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it fits")]
        return Ok(value as u16);
    }
    Err(Error::invalid_option("port", &format!("{value} is not a whole number from 0 to 65535")))
}

/// The API key. It is shown by nothing: not by `Debug`, not by errors, not by logs.
#[derive(Clone)]
pub struct ApiKey(SecretString);

impl ApiKey {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.expose_secret().trim().is_empty()
    }

    /// The header that carries it.
    pub(crate) fn header(&self) -> Result<HeaderValue> {
        let key = self.0.expose_secret();
        let refuse = |message| Error::configuration(ErrorCode::InvalidApiKey, message);
        if key.trim() != key {
            return Err(refuse("the API key has blanks or line ends around it"));
        }
        let mut header = HeaderValue::from_str(key)
            .map_err(|_| refuse("the API key holds characters that an HTTP header cannot carry"))?;
        header.set_sensitive(true);
        Ok(header)
    }
}

impl<T: Into<String>> From<T> for ApiKey {
    fn from(key: T) -> Self {
        Self(SecretString::from(key.into()))
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(***)")
    }
}

/// The URL that events of this business go to. Nothing else ever decides host or path.
pub(crate) fn endpoint(
    base_url: &str,
    business_id: &str,
    allow_insecure_http: bool,
) -> Result<Url> {
    let business_id = business(business_id)?;
    let mut url = base(base_url, allow_insecure_http)?;
    let path = format!(
        "{}/external/v1/businesses/{}/conversion_events",
        url.path().trim_end_matches('/'),
        business_id.hyphenated()
    );
    url.set_path(&path);
    Ok(url)
}

/// A business id. What was given is not shown: it could be the key, put in the wrong place.
pub(crate) fn business(id: &str) -> Result<uuid::Uuid> {
    uuid::Uuid::try_parse(id.trim()).map_err(|_| {
        let message = "the business id is not a UUID; was the API key given instead?";
        Error::configuration(ErrorCode::InvalidBusinessId, message)
    })
}

fn base(text: &str, allow_insecure_http: bool) -> Result<Url> {
    let unusable = |why: &str| {
        // Never the text itself: it could hold a password.
        Error::configuration(
            ErrorCode::InvalidBaseUrl,
            format!("the base URL cannot be used: {why}"),
        )
    };
    let url = Url::parse(text.trim()).map_err(|error| unusable(&error.to_string()))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(unusable("it holds a user name or password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(unusable("it has a query or a fragment"));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if allow_insecure_http || is_loopback(&url) => Ok(url),
        "http" => Err(Error::configuration(
            ErrorCode::InsecureBaseUrl,
            "the API key would travel in the clear: use https (plain http is for this machine only)",
        )),
        _ => Err(unusable("its scheme is not https")),
    }
}

/// Whether the URL can only mean this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}
