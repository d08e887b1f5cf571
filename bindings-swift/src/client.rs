//! Sending.

use std::sync::Arc;
use std::time::Duration;

use connectly_conversions as core;
use connectly_conversions::binding;

use crate::batch::NativeBatch;
use crate::cancel::CancelToken;
use crate::engine;
use crate::error::Result;
use crate::event::Event;
use crate::outcome::ReceiptRecord;

/// Retries and waits in seconds; the core fills the gaps.
#[derive(uniffi::Record)]
pub(crate) struct RetryRecord {
    pub(crate) retries: Option<i64>,
    pub(crate) base: Option<f64>,
    pub(crate) cap: Option<f64>,
}

/// Settings; the core and the environment fill the gaps. Time-outs in seconds.
#[derive(uniffi::Record)]
pub(crate) struct ClientOptions {
    pub(crate) api_key: Option<String>,
    pub(crate) business_id: Option<String>,
    pub(crate) base_url: Option<String>,
    pub(crate) timeout: Option<f64>,
    pub(crate) attempt_timeout: Option<f64>,
    pub(crate) connect_timeout: Option<f64>,
    pub(crate) retry: Option<RetryRecord>,
    pub(crate) max_connections: Option<f64>,
    pub(crate) proxy: Option<String>,
    pub(crate) ca_bundle: Option<String>,
    pub(crate) user_agent: Option<String>,
    pub(crate) rounding: Option<String>,
    pub(crate) allow_insecure_http_for_tests: bool,
}

impl TryFrom<ClientOptions> for core::ClientBuilder {
    type Error = core::Error;

    fn try_from(given: ClientOptions) -> core::Result<Self> {
        let seconds = |name, value: Option<f64>| -> core::Result<Option<Duration>> {
            value.map(|value| binding::seconds(name, value)).transpose()
        };
        let mut builder = core::Client::builder()
            .allow_insecure_http_for_tests(given.allow_insecure_http_for_tests);
        if let Some(key) = given.api_key {
            builder = builder.api_key(key);
        }
        if let Some(id) = given.business_id {
            builder = builder.business_id(id);
        }
        if let Some(url) = given.base_url {
            builder = builder.base_url(url);
        }
        if let Some(timeout) = seconds("timeout", given.timeout)? {
            builder = builder.timeout(timeout);
        }
        if let Some(timeout) = seconds("attemptTimeout", given.attempt_timeout)? {
            builder = builder.attempt_timeout(timeout);
        }
        if let Some(timeout) = seconds("connectTimeout", given.connect_timeout)? {
            builder = builder.connect_timeout(timeout);
        }
        if let Some(retry) = given.retry {
            let policy = core::RetryPolicy::from_seconds(retry.retries, retry.base, retry.cap)?;
            builder = builder.retry(policy);
        }
        if let Some(connections) = given.max_connections {
            builder = builder.max_connections(binding::count("maxConnections", connections)?);
        }
        if let Some(proxy) = given.proxy {
            builder = builder.proxy(proxy);
        }
        if let Some(path) = given.ca_bundle {
            builder = builder.ca_bundle(path);
        }
        if let Some(suffix) = given.user_agent {
            builder = builder.user_agent(suffix);
        }
        if let Some(rounding) = given.rounding {
            builder = builder.rounding(rounding.parse()?);
        }
        Ok(builder)
    }
}

/// Sends events; holds the pool, the policy and the key.
#[derive(uniffi::Object)]
pub(crate) struct NativeClient {
    pub(crate) client: core::Client,
}

#[uniffi::export]
impl NativeClient {
    #[uniffi::constructor]
    pub(crate) fn new(options: ClientOptions) -> Result<Arc<Self>> {
        let builder = core::ClientBuilder::try_from(options)?;
        Ok(Arc::new(Self { client: builder.build()? }))
    }

    pub(crate) async fn send(
        &self,
        event: Arc<Event>,
        timeout: Option<f64>,
        token: Arc<CancelToken>,
    ) -> Result<ReceiptRecord> {
        let (client, event) = (self.client.clone(), event.event.clone());
        let timeout = timeout.map(|timeout| binding::seconds("timeout", timeout)).transpose()?;
        let work = async move {
            match timeout {
                Some(timeout) => client.send_within(&event, timeout).await,
                None => client.send(&event).await,
            }
        };
        let sent = engine::run(token, work).await?;
        Ok(sent?.into())
    }

    /// A batch of so many requests at a time.
    pub(crate) fn batch(&self, concurrency: Option<f64>) -> Result<Arc<NativeBatch>> {
        NativeBatch::new(&self.client, concurrency)
    }

    /// Refuses every further send.
    pub(crate) fn close(&self) -> Result<()> {
        self.client.close();
        Ok(())
    }

    /// Refuses every further send, waits for so many seconds, and cuts off what is left; gives
    /// how many.
    pub(crate) async fn close_within(&self, timeout: f64) -> Result<u64> {
        let timeout = Duration::try_from_secs_f64(timeout).unwrap_or_default();
        let client = self.client.clone();
        let work = async move { client.close_within(timeout).await };
        Ok(engine::run(Arc::default(), work).await? as u64)
    }
}
