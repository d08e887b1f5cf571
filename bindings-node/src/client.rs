//! Clients: settings in, a handle out.

use std::collections::BTreeMap;
use std::time::Duration;

use connectly_conversions::{Client, Error, binding};
use napi::Either;
use napi::bindgen_prelude::External;
use napi_derive::napi;

use crate::{engine, record, settings};

/// Makes a client of its settings, a JSON object; `environment` fills the gaps. It is never the
/// process's: test runners and worker threads have one of their own.
#[napi(catch_unwind)]
pub fn create_client(
    settings: String,
    environment: BTreeMap<String, String>,
) -> Either<External<Client>, String> {
    match settings::client(&settings, environment) {
        Ok(client) => Either::A(External::new(client)),
        Err(error) => Either::B(record::error(&error)),
    }
}

/// The record of a send after `close`.
#[napi(catch_unwind)]
pub fn client_closed() -> String {
    record::error(&Error::client_closed())
}

/// Refuses every further send of this client.
#[napi(catch_unwind)]
pub fn close_client(client: &External<Client>) {
    client.close();
}

/// As `close_client`, and cuts off what is under way: it is answered at once.
#[napi(catch_unwind)]
pub fn cut_off_client(client: &External<Client>) {
    let client = Client::clone(client);
    // Without an engine nothing is under way.
    if let Ok(engine) = engine::handle() {
        engine.spawn(async move { client.close_within(Duration::ZERO).await });
    }
}

/// The record of an argument that is not what is `needed`.
#[napi(catch_unwind)]
pub fn invalid_argument(name: String, needed: String) -> String {
    record::error(&Error::wrong_argument(&name, &needed))
}

/// The record of the first name that is none of `known`, if there is one.
#[napi(catch_unwind)]
pub fn unknown_option(names: Vec<String>, known: Vec<String>) -> Option<String> {
    let known: Vec<_> = known.iter().map(String::as_str).collect();
    let unknown = names.iter().find(|name| !known.contains(&name.as_str()))?;
    Some(record::error(&Error::unknown_option(unknown, &known)))
}

/// That this machine's clock is wrong, once an answer has told it.
#[napi(catch_unwind)]
pub fn clock_warning() -> Option<&'static str> {
    binding::clock_warning()
}
