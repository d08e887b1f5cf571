//! The sandbox, for the tests of a shop.

use std::sync::Arc;

use connectly_conversions::{NotReported, Sandbox, binding};

use crate::cancel::CancelToken;
use crate::engine;
use crate::error::Result;
use crate::moment;

/// Settings; a port of 0 takes a free one.
#[derive(uniffi::Record)]
pub(crate) struct SandboxOptions {
    pub(crate) port: u16,
    pub(crate) api_key: Option<String>,
    pub(crate) business_id: Option<String>,
}

/// What was expected, as JSON, or what came instead.
#[derive(uniffi::Enum)]
pub(crate) enum Found {
    Reported { json: String },
    NotReported { message: String },
}

impl From<std::result::Result<String, NotReported>> for Found {
    fn from(found: std::result::Result<String, NotReported>) -> Self {
        match found {
            Ok(json) => Self::Reported { json },
            Err(difference) => Self::NotReported { message: difference.to_string() },
        }
    }
}

/// The sandbox; it stops when it is stopped or freed.
#[derive(uniffi::Object)]
pub(crate) struct NativeSandbox {
    sandbox: Arc<Sandbox>,
}

#[uniffi::export]
impl NativeSandbox {
    #[uniffi::constructor]
    pub(crate) fn start(options: SandboxOptions) -> Result<Arc<Self>> {
        let mut builder = Sandbox::builder().port(options.port);
        if let Some(key) = options.api_key {
            builder = builder.api_key(key);
        }
        if let Some(id) = options.business_id {
            builder = builder.business_id(id);
        }
        let started = engine::without_sigpipe(|| builder.start())?;
        Ok(Arc::new(Self { sandbox: Arc::new(started?) }))
    }

    pub(crate) fn url(&self) -> Result<String> {
        Ok(self.sandbox.url().to_owned())
    }

    pub(crate) fn received(&self) -> Result<String> {
        Ok(self.sandbox.received_json())
    }

    /// Waits until so many conversions were accepted, at most `timeout` seconds.
    pub(crate) async fn wait_for(
        &self,
        count: u64,
        timeout: Option<f64>,
        token: Arc<CancelToken>,
    ) -> Result<Found> {
        let timeout = timeout.map(|timeout| binding::seconds("timeout", timeout)).transpose()?;
        let timeout = timeout.unwrap_or(Sandbox::WAIT);
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let sandbox = Arc::clone(&self.sandbox);
        let waited = engine::run_blocking(move || {
            let waited = sandbox.wait_for_within(count, timeout);
            waited.map(|_| sandbox.received_json()).into()
        });
        engine::run(token, waited).await?
    }

    /// Expects what the JSON says.
    pub(crate) fn assert_reported(&self, expected: &str) -> Result<Found> {
        Ok(self.sandbox.assert_reported_json(expected)?.into())
    }

    /// What came, where an event of this order did.
    pub(crate) fn assert_not_reported(&self, order_id: &str) -> Result<Option<String>> {
        Ok(self.sandbox.assert_not_reported(order_id).err().map(|came| came.to_string()))
    }

    pub(crate) fn requests(&self) -> Result<String> {
        Ok(self.sandbox.requests_json())
    }

    /// Queues faults; the body of `POST /sandbox/faults`.
    pub(crate) fn script(&self, json: &str) -> Result<()> {
        Ok(self.sandbox.script_json(json)?)
    }

    pub(crate) fn clear_faults(&self) -> Result<()> {
        self.sandbox.clear_faults();
        Ok(())
    }

    pub(crate) fn reset(&self) -> Result<()> {
        self.sandbox.reset();
        Ok(())
    }

    /// Unix seconds; `None` for the real clock.
    pub(crate) fn set_now(&self, seconds: Option<f64>) -> Result<()> {
        self.sandbox.set_now(moment::unix_seconds("now", seconds)?);
        Ok(())
    }

    pub(crate) fn stop(&self) -> Result<()> {
        self.sandbox.stop();
        Ok(())
    }
}
