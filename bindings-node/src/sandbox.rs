//! The API's emulator, for tests.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use connectly_conversions::{Error, Result, Sandbox, binding};
use napi::Either;
use napi_derive::napi;
use serde::Deserialize;

use crate::bridge::CallbackBridge;
use crate::engine;
use crate::record;

/// A sandbox that runs in this process until it is stopped or forgotten.
#[napi(js_name = "Sandbox")]
pub struct RunningSandbox {
    /// Gone once it was stopped.
    sandbox: Mutex<Option<Arc<Sandbox>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Options {
    port: Option<u16>,
    api_key: Option<String>,
    business_id: Option<String>,
}

fn start(options: &str) -> Result<Sandbox> {
    let options: Options = serde_json::from_str(options)
        .map_err(|error| Error::invalid_option("options", &error.to_string()))?;
    let mut builder = Sandbox::builder();
    if let Some(port) = options.port {
        builder = builder.port(port);
    }
    if let Some(key) = options.api_key {
        builder = builder.api_key(key);
    }
    if let Some(id) = options.business_id {
        builder = builder.business_id(id);
    }
    builder.start()
}

/// Starts a sandbox, or gives the record of an error.
#[napi(catch_unwind)]
pub fn start_sandbox(options: String) -> Either<RunningSandbox, String> {
    match start(&options) {
        Ok(sandbox) => Either::A(RunningSandbox { sandbox: Mutex::new(Some(Arc::new(sandbox))) }),
        Err(error) => Either::B(record::error(&error)),
    }
}

impl RunningSandbox {
    fn running(&self) -> Option<Arc<Sandbox>> {
        self.sandbox.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[napi]
impl RunningSandbox {
    /// `http://127.0.0.1:PORT`.
    #[napi(catch_unwind)]
    pub fn url(&self) -> Option<String> {
        self.running().map(|sandbox| sandbox.url().to_owned())
    }

    /// The JSON of `GET /sandbox/received`; nothing once it was stopped.
    #[napi(catch_unwind)]
    pub fn received(&self) -> Option<String> {
        self.running().map(|sandbox| sandbox.received_json())
    }

    /// The JSON of `GET /sandbox/requests`; nothing once it was stopped.
    #[napi(catch_unwind)]
    pub fn requests(&self) -> Option<String> {
        self.running().map(|sandbox| sandbox.requests_json())
    }

    /// Answers the call `id` once this many conversions were accepted, or after `timeout`
    /// milliseconds, with the JSON of those that were. Gives the record of an error, or nothing.
    #[napi(catch_unwind)]
    pub fn wait_for(
        &self,
        bridge: &CallbackBridge,
        id: u32,
        count: u32,
        timeout: f64,
    ) -> Option<String> {
        let begin = || {
            let timeout: Duration = binding::milliseconds("timeout", timeout)?;
            let (sandbox, answers) = (self.running(), bridge.answers());
            engine::handle()?.spawn_blocking(move || {
                let received = sandbox.map(|sandbox| {
                    drop(sandbox.wait_for(count as usize, timeout));
                    sandbox.received_json()
                });
                answers.give(id, received.as_deref().unwrap_or("null"));
            });
            Ok(())
        };
        begin().err().map(|error: Error| record::error(&error))
    }

    /// Queues faults, the body of `POST /sandbox/faults`; gives the record of an error, or nothing.
    #[napi(catch_unwind)]
    pub fn script(&self, faults: String) -> Option<String> {
        self.running()?.script_json(&faults).err().map(|error| record::error(&error))
    }

    /// Forgets the faults that were not played.
    #[napi(catch_unwind)]
    pub fn clear_faults(&self) {
        if let Some(sandbox) = self.running() {
            sandbox.clear_faults();
        }
    }

    /// As if just started.
    #[napi(catch_unwind)]
    pub fn reset(&self) {
        if let Some(sandbox) = self.running() {
            sandbox.reset();
        }
    }

    /// Sets the clock to this Unix second; the real one without it.
    #[napi(catch_unwind)]
    pub fn set_now(&self, seconds: Option<i64>) {
        if let Some(sandbox) = self.running() {
            sandbox.set_now(seconds);
        }
    }

    /// Stops; connections in use are cut.
    #[napi(catch_unwind)]
    pub fn stop(&self) {
        let running = self.sandbox.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(running);
    }
}
