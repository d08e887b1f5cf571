//! A client's settings, checked once.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use super::Client;
use super::proxy::{self, GivenProxy};
use super::settings::{Limits, Settings};
use crate::clock::ServerClock;
use crate::config::{self, ApiKey, Environment};
use crate::defaults;
use crate::delivery::RetryPolicy;
use crate::error::{Error, ErrorCode, Result};
use crate::event::EventOptions;
use crate::model::Rounding;
use crate::tls;

const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

impl Client {
    /// A client whose settings come from the environment: `CONNECTLY_API_KEY`,
    /// `CONNECTLY_BUSINESS_ID`, `CONNECTLY_BASE_URL`. Empty counts as unset.
    ///
    /// # Errors
    /// Of kind `configuration` where a setting is missing or cannot be used.
    pub fn from_env() -> Result<Self> {
        Self::builder().build()
    }

    /// Starts a client with settings of its own; the environment fills the gaps.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }
}

/// Settings of a [`Client`]; the environment fills the gaps.
#[derive(Debug, Clone, Default)]
#[must_use = "a client exists once it is built"]
pub struct ClientBuilder {
    api_key: Option<ApiKey>,
    business_id: Option<String>,
    base_url: Option<String>,
    connect_timeout: Option<Duration>,
    attempt_timeout: Option<Duration>,
    timeout: Option<Duration>,
    retry: Option<RetryPolicy>,
    max_connections: Option<usize>,
    proxy: Option<GivenProxy>,
    ca_bundle: Option<PathBuf>,
    user_agent: Option<String>,
    event_options: EventOptions,
    allow_insecure_http: bool,
    environment: Environment,
}

impl ClientBuilder {
    /// The API key (Connectly inbox, Settings, General, API Key). Default: `CONNECTLY_API_KEY` of
    /// the environment.
    pub fn api_key(mut self, key: impl Into<ApiKey>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// The UUID of the business at Connectly. Default: `CONNECTLY_BUSINESS_ID` of the environment.
    pub fn business_id(mut self, id: impl Into<String>) -> Self {
        self.business_id = Some(id.into());
        self
    }

    /// Another host than Connectly's, such as a sandbox. Default: `CONNECTLY_BASE_URL` of the
    /// environment, else `https://api.connectly.ai`.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// The time for the whole call with its retries. Default: 15 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// The time for one attempt, never longer than the whole call. Default: 5 s.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// The time for name look-up, connection and TLS handshake. Default: 3 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// How often and how patiently a call tries again.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// The number of requests that the client makes at once. Further sends wait for one of them to
    /// end, within their own deadline. Default: `100`.
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.max_connections = Some(connections);
        self
    }

    /// The URL of a proxy. `NO_PROXY` is respected. Default: `HTTPS_PROXY` of the environment.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(GivenProxy(url.into()));
        self
    }

    /// A PEM file of certificates to trust beside those of the system.
    pub fn ca_bundle(mut self, path: impl Into<PathBuf>) -> Self {
        self.ca_bundle = Some(path.into());
        self
    }

    /// Is added to this library's name in the header `User-Agent`.
    pub fn user_agent(mut self, suffix: impl Into<String>) -> Self {
        self.user_agent = Some(suffix.into());
        self
    }

    /// What to do with amounts that are finer than their currency, for events that are made with
    /// this client's options. Default: `never`.
    pub fn rounding(mut self, rounding: Rounding) -> Self {
        self.event_options = self.event_options.rounding(rounding);
        self
    }

    /// Allows plain `http` to other machines, for a sandbox in another container. The API key can
    /// be read on the way: for tests only.
    pub fn allow_insecure_http_for_tests(mut self, allow: bool) -> Self {
        self.allow_insecure_http = allow;
        self
    }

    /// For a binding whose language has an environment of its own: these variables in place of the
    /// process's.
    #[doc(hidden)]
    pub fn environment(mut self, variables: BTreeMap<String, String>) -> Self {
        self.environment = Environment::of(variables);
        self
    }

    /// Checks the settings and makes the client. Reads the CA bundle, and nothing else.
    ///
    /// # Errors
    /// Of kind `configuration` where a setting is missing or cannot be used.
    pub fn build(self) -> Result<Client> {
        let missing = |code, name, variable| {
            let message = format!("{name} is missing: give it or set {variable}");
            Error::configuration(code, message)
        };
        let environment = self.environment;
        let variable = defaults::API_KEY_VARIABLE;
        let api_key = self
            .api_key
            .filter(|key| !key.is_empty())
            .or_else(|| environment.variable(variable).map(ApiKey::from))
            .ok_or_else(|| missing(ErrorCode::MissingApiKey, "the API key", variable))?;
        let variable = defaults::BUSINESS_ID_VARIABLE;
        let business_id = self
            .business_id
            .or_else(|| environment.variable(variable))
            .ok_or_else(|| missing(ErrorCode::MissingBusinessId, "the business id", variable))?;
        let base_url = self
            .base_url
            .or_else(|| environment.variable(defaults::BASE_URL_VARIABLE))
            .unwrap_or_else(|| defaults::BASE_URL.to_owned());
        let limit = |name, given: Option<Duration>, default| match given {
            Some(Duration::ZERO) => {
                let message = format!("{name}: must be longer than 0");
                Err(Error::configuration(ErrorCode::InvalidTimeout, message))
            }
            given => Ok(given.unwrap_or(default)),
        };
        let total = limit("timeout", self.timeout, defaults::TIMEOUT)?;
        let url = config::endpoint(&base_url, &business_id, self.allow_insecure_http)?;
        // A sandbox is reached by plain http: its clock, which a test sets, is not the API's.
        let is_api = url.scheme() == "https";
        let clock = if is_api { ServerClock::of_process().clone() } else { ServerClock::default() };
        let settings = Settings {
            business_id: config::business(&business_id)?.hyphenated().to_string(),
            headers: headers(&api_key, self.user_agent.as_deref())?,
            api_key,
            connect_timeout: limit(
                "connect_timeout",
                self.connect_timeout,
                defaults::CONNECT_TIMEOUT,
            )?,
            limits: Limits {
                attempt: limit("attempt_timeout", self.attempt_timeout, defaults::ATTEMPT_TIMEOUT)?
                    .min(total),
                total,
                retry: self.retry.unwrap_or_default(),
            },
            max_connections: match self.max_connections {
                Some(0) => {
                    return Err(Error::invalid_option("max_connections", "must be 1 or more"));
                }
                given => given.unwrap_or(defaults::MAX_CONNECTIONS),
            },
            proxy: proxy::find(self.proxy.as_ref(), &url, self.allow_insecure_http)?,
            extra_roots: match &self.ca_bundle {
                Some(path) => tls::read_bundle(path)?,
                None => Vec::new(),
            },
            event_options: self.event_options.clock(clock.clone()),
            clock,
            url,
        };
        Ok(Client::new(Arc::new(settings)))
    }
}

fn headers(api_key: &ApiKey, suffix: Option<&str>) -> Result<HeaderMap> {
    let agent = match suffix {
        Some(suffix) => format!("connectly-conversions/{} {suffix}", env!("CARGO_PKG_VERSION")),
        None => format!("connectly-conversions/{}", env!("CARGO_PKG_VERSION")),
    };
    let agent = HeaderValue::from_str(&agent).map_err(|_| {
        Error::invalid_option("user_agent", "holds characters that an HTTP header cannot carry")
    })?;
    Ok(HeaderMap::from_iter([
        (ACCEPT, HeaderValue::from_static("*/*")),
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (X_API_KEY, api_key.header()?),
        (http::header::USER_AGENT, agent),
    ]))
}
