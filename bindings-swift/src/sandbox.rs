//! The API's emulator, for the tests of a shop.

use std::sync::{Arc, Mutex, PoisonError};

use connectly_conversions::{Error, Sandbox, binding};

use crate::cancel::CancelToken;
use crate::engine;
use crate::error::Result;

/// Settings; a port of 0 takes a free one.
#[derive(uniffi::Record)]
pub(crate) struct SandboxOptions {
    pub(crate) port: u16,
    pub(crate) api_key: Option<String>,
    pub(crate) business_id: Option<String>,
}

/// The emulator; it stops when it is stopped or freed.
#[derive(uniffi::Object)]
pub(crate) struct NativeSandbox {
    sandbox: Mutex<Option<Arc<Sandbox>>>,
}

impl NativeSandbox {
    fn running<T>(&self, ask: impl FnOnce(&Arc<Sandbox>) -> Result<T>) -> Result<T> {
        let sandbox = self.sandbox.lock().unwrap_or_else(PoisonError::into_inner);
        match &*sandbox {
            Some(sandbox) => ask(sandbox),
            None => Err(Error::invalid_option("sandbox", "it was stopped").into()),
        }
    }
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
        let sandbox = Mutex::new(Some(Arc::new(started?)));
        Ok(Arc::new(Self { sandbox }))
    }

    pub(crate) fn url(&self) -> Result<String> {
        self.running(|sandbox| Ok(sandbox.url().to_owned()))
    }

    pub(crate) fn received(&self) -> Result<String> {
        self.running(|sandbox| Ok(sandbox.received_json()))
    }

    /// Waits until so many conversions were accepted, at most `timeout` seconds.
    pub(crate) async fn wait_for(
        &self,
        count: u64,
        timeout: f64,
        token: Arc<CancelToken>,
    ) -> Result<String> {
        let sandbox = self.running(|sandbox| Ok(Arc::clone(sandbox)))?;
        let timeout = binding::seconds("timeout", timeout)?;
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let waited = engine::run_blocking(move || {
            let _ = sandbox.wait_for(count, timeout);
            sandbox.received_json()
        });
        engine::run(token, waited).await?
    }

    pub(crate) fn requests(&self) -> Result<String> {
        self.running(|sandbox| Ok(sandbox.requests_json()))
    }

    /// Queues faults; the body of `POST /sandbox/faults`.
    pub(crate) fn script(&self, json: &str) -> Result<()> {
        self.running(|sandbox| Ok(sandbox.script_json(json)?))
    }

    pub(crate) fn clear_faults(&self) -> Result<()> {
        self.running(|sandbox| {
            sandbox.clear_faults();
            Ok(())
        })
    }

    pub(crate) fn reset(&self) -> Result<()> {
        self.running(|sandbox| {
            sandbox.reset();
            Ok(())
        })
    }

    /// Unix seconds; `None` for the real clock.
    pub(crate) fn set_now(&self, seconds: Option<i64>) -> Result<()> {
        self.running(|sandbox| {
            sandbox.set_now(seconds);
            Ok(())
        })
    }

    pub(crate) fn stop(&self) -> Result<()> {
        drop(self.sandbox.lock().unwrap_or_else(PoisonError::into_inner).take());
        Ok(())
    }
}
