//! The sandbox, for tests.

use std::sync::Arc;

use connectly_conversions::{Error, NotReported, Result, Sandbox, binding};
use napi::Either;
use napi_derive::napi;
use serde::Deserialize;
use serde_json::json;

use crate::bridge::CallbackBridge;
use crate::engine;
use crate::record;

/// A sandbox that runs in this process until it is stopped or forgotten.
#[napi(js_name = "Sandbox")]
pub struct RunningSandbox(Arc<Sandbox>);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Options {
    port: Option<f64>,
    api_key: Option<String>,
    business_id: Option<String>,
}

fn start(options: &str) -> Result<Sandbox> {
    let options: Options = serde_json::from_str(options)
        .map_err(|error| Error::invalid_option("options", &error.to_string()))?;
    let mut builder = Sandbox::builder();
    if let Some(port) = options.port {
        builder = builder.port(binding::port(port)?);
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
        Ok(sandbox) => Either::A(RunningSandbox(Arc::new(sandbox))),
        Err(error) => Either::B(record::error(&error)),
    }
}

#[napi]
impl RunningSandbox {
    /// `http://127.0.0.1:PORT`.
    #[napi(catch_unwind)]
    pub fn url(&self) -> String {
        self.0.url().to_owned()
    }

    /// The JSON of `GET /sandbox/received`.
    #[napi(catch_unwind)]
    pub fn received(&self) -> String {
        self.0.received_json()
    }

    /// The JSON of `GET /sandbox/requests`.
    #[napi(catch_unwind)]
    pub fn requests(&self) -> String {
        self.0.requests_json()
    }

    /// Answers the call `id` once this many conversions were accepted, with the JSON of those, or
    /// with what came instead. `timeout` is in milliseconds. Gives the record of an error, or
    /// nothing.
    #[napi(catch_unwind)]
    pub fn wait_for(
        &self,
        bridge: &CallbackBridge,
        id: u32,
        count: u32,
        timeout: Option<f64>,
    ) -> Option<String> {
        let begin = || {
            let timeout = timeout.map(|timeout| binding::milliseconds("timeout", timeout));
            let timeout = timeout.transpose()?.unwrap_or(Sandbox::WAIT);
            let (sandbox, answers) = (Arc::clone(&self.0), bridge.answers());
            engine::handle()?.spawn_blocking(move || {
                match sandbox.wait_for_within(count as usize, timeout) {
                    Ok(_) => answers.give(id, &sandbox.received_json()),
                    Err(difference) => answers.give(id, &not_reported(&difference)),
                }
            });
            Ok(())
        };
        begin().err().map(|error: Error| record::error(&error))
    }

    /// `{"received": …}`, `{"notReported": "what came instead"}`, or the record of an error.
    #[napi(catch_unwind)]
    pub fn assert_reported(&self, expected: String) -> String {
        match self.0.assert_reported_json(&expected) {
            Ok(Ok(received)) => format!(r#"{{"received":{received}}}"#),
            Ok(Err(difference)) => not_reported(&difference),
            Err(error) => record::error(&error),
        }
    }

    /// What came, where an event of this order did.
    #[napi(catch_unwind)]
    pub fn assert_not_reported(&self, order_id: String) -> Option<String> {
        self.0.assert_not_reported(&order_id).err().map(|difference| difference.to_string())
    }

    /// Queues faults, the body of `POST /sandbox/faults`; gives the record of an error, or nothing.
    #[napi(catch_unwind)]
    pub fn script(&self, faults: String) -> Option<String> {
        self.0.script_json(&faults).err().map(|error| record::error(&error))
    }

    /// Forgets the faults that were not played.
    #[napi(catch_unwind)]
    pub fn clear_faults(&self) {
        self.0.clear_faults();
    }

    /// As if just started.
    #[napi(catch_unwind)]
    pub fn reset(&self) {
        self.0.reset();
    }

    /// Sets the clock to this Unix second; the real one without it.
    #[napi(catch_unwind)]
    pub fn set_now(&self, seconds: Option<i64>) {
        self.0.set_now(seconds);
    }

    /// Stops; connections in use are cut, and whoever waits is told.
    #[napi(catch_unwind)]
    pub fn stop(&self) {
        self.0.stop();
    }
}

fn not_reported(difference: &NotReported) -> String {
    json!({ "notReported": difference.to_string() }).to_string()
}
