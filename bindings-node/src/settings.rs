//! A client's settings as JavaScript has them: names in camel case, durations in milliseconds.

use std::collections::BTreeMap;

use connectly_conversions::{
    Client, DeliverOptions, Error, Outbox, Result, RetryPolicy, WorkerBuilder, binding,
};
use napi::Either;
use serde_json::{Map, Value};

const CLIENT: &[&str] = &[
    "apiKey",
    "businessId",
    "baseUrl",
    "timeout",
    "attemptTimeout",
    "connectTimeout",
    "retry",
    "maxConnections",
    "proxy",
    "caBundle",
    "userAgent",
    "rounding",
    "allowInsecureHttpForTests",
];
const RETRY: &[&str] = &["retries", "base", "cap"];
const OUTBOX: &[&str] =
    &["businessId", "enqueueTimeout", "maxEvents", "maxBytes", "giveUpAfter", "keepPayloads"];
const WORKER: &[&str] = &["concurrency", "rate", "untilEmpty", "deadline"];

/// Reads the settings and makes the client; the variables of JavaScript's environment fill the gaps.
pub(crate) fn client(text: &str, environment: BTreeMap<String, String>) -> Result<Client> {
    let settings = Settings::parse(text, CLIENT)?;
    let mut builder = Client::builder().environment(environment);
    if let Some(key) = settings.text("apiKey")? {
        builder = builder.api_key(key);
    }
    if let Some(id) = settings.text("businessId")? {
        builder = builder.business_id(id);
    }
    if let Some(url) = settings.text("baseUrl")? {
        builder = builder.base_url(url);
    }
    if let Some(timeout) = settings.number("timeout")? {
        builder = builder.timeout(binding::milliseconds("timeout", timeout)?);
    }
    if let Some(timeout) = settings.number("attemptTimeout")? {
        builder = builder.attempt_timeout(binding::milliseconds("attemptTimeout", timeout)?);
    }
    if let Some(timeout) = settings.number("connectTimeout")? {
        builder = builder.connect_timeout(binding::milliseconds("connectTimeout", timeout)?);
    }
    if let Some(retry) = settings.retry()? {
        builder = builder.retry(retry);
    }
    if let Some(connections) = settings.number("maxConnections")? {
        builder = builder.max_connections(binding::count("maxConnections", connections)?);
    }
    if let Some(proxy) = settings.text("proxy")? {
        builder = builder.proxy(proxy);
    }
    if let Some(path) = settings.text("caBundle")? {
        builder = builder.ca_bundle(path);
    }
    if let Some(suffix) = settings.text("userAgent")? {
        builder = builder.user_agent(suffix);
    }
    if let Some(rounding) = settings.text("rounding")? {
        builder = builder.rounding(rounding.parse()?);
    }
    if let Some(allow) = settings.flag("allowInsecureHttpForTests")? {
        builder = builder.allow_insecure_http_for_tests(allow);
    }
    builder.build()
}

/// The same for an outbox.
pub(crate) fn outbox(
    url: &str,
    text: &str,
    environment: BTreeMap<String, String>,
) -> Result<Outbox> {
    let settings = Settings::parse(text, OUTBOX)?;
    let mut builder = Outbox::builder(url).environment(environment);
    if let Some(id) = settings.text("businessId")? {
        builder = builder.business_id(id);
    }
    if let Some(timeout) = settings.number("enqueueTimeout")? {
        builder = builder.enqueue_timeout(binding::milliseconds("enqueueTimeout", timeout)?);
    }
    if let Some(events) = settings.number("maxEvents")? {
        builder = builder.max_events(binding::size("maxEvents", events)?);
    }
    if let Some(bytes) = settings.number("maxBytes")? {
        builder = builder.max_bytes(binding::size("maxBytes", bytes)?);
    }
    if let Some(time) = settings.number("giveUpAfter")? {
        builder = builder.give_up_after(binding::milliseconds("giveUpAfter", time)?);
    }
    if let Some(time) = settings.number("keepPayloads")? {
        builder = builder.keep_payloads(binding::milliseconds("keepPayloads", time)?);
    }
    builder.build()
}

/// A worker's settings, and those of a delivery.
pub(crate) fn worker(
    mut builder: WorkerBuilder<Client>,
    text: &str,
) -> Result<(WorkerBuilder<Client>, DeliverOptions)> {
    let settings = Settings::parse(text, WORKER)?;
    if let Some(count) = settings.number("concurrency")? {
        builder = builder.concurrency(binding::concurrency(count)?);
    }
    if let Some(rate) = settings.number("rate")? {
        builder = builder.rate(rate);
    }
    let mut options = DeliverOptions::default();
    if let Some(until_empty) = settings.flag("untilEmpty")? {
        options.until_empty = until_empty;
    }
    if let Some(deadline) = settings.number("deadline")? {
        options.deadline = Some(binding::milliseconds("deadline", deadline)?);
    }
    Ok((builder, options))
}

pub(crate) struct Settings(Map<String, Value>);

impl Settings {
    pub(crate) fn parse(text: &str, known: &[&str]) -> Result<Self> {
        let value = serde_json::from_str(text).unwrap_or_default();
        Self::of("options", value, known)
    }

    fn of(name: &str, value: Value, known: &[&str]) -> Result<Self> {
        let Value::Object(members) = value else {
            return Err(Error::wrong_argument(name, "an object"));
        };
        match members.keys().find(|name| !known.contains(&name.as_str())) {
            Some(unknown) => Err(Error::unknown_option(unknown, known)),
            None => Ok(Self(members)),
        }
    }

    pub(crate) fn text(&self, name: &str) -> Result<Option<String>> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(Error::wrong_argument(name, "a string")),
        }
    }

    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(Error::wrong_argument(name, "true or false")),
        }
    }

    /// A list of texts, or the text of a variable.
    pub(crate) fn texts(&self, name: &str) -> Result<Option<Either<Vec<String>, String>>> {
        let wrong = || Error::wrong_argument(name, "a list of strings");
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(Either::B(text.clone()))),
            Some(Value::Array(list)) => {
                let text = |value: &Value| value.as_str().map(str::to_owned);
                let texts: Option<Vec<_>> = list.iter().map(text).collect();
                texts.map(|texts| Some(Either::A(texts))).ok_or_else(wrong)
            }
            Some(_) => Err(wrong()),
        }
    }

    pub(crate) fn integer(&self, name: &str) -> Result<Option<i64>> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => value
                .as_i64()
                .map(Some)
                .ok_or_else(|| Error::wrong_argument(name, "a whole number")),
        }
    }

    fn number(&self, name: &str) -> Result<Option<f64>> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match value.as_f64() {
                Some(number) => Ok(Some(number)),
                None => Err(Error::wrong_argument(name, "a finite number")),
            },
        }
    }

    fn retry(&self) -> Result<Option<RetryPolicy>> {
        let given = match self.0.get("retry") {
            None | Some(Value::Null) => return Ok(None),
            Some(given) => Self::of("retry", given.clone(), RETRY)?,
        };
        let retries = match given.0.get("retries") {
            None | Some(Value::Null) => None,
            Some(value) => Some(
                value
                    .as_i64()
                    .ok_or_else(|| Error::wrong_argument("retry.retries", "a whole number"))?,
            ),
        };
        RetryPolicy::from_milliseconds(retries, given.number("base")?, given.number("cap")?)
            .map(Some)
    }
}
