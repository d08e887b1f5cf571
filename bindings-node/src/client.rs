//! Clients: settings in, a handle out.

use std::collections::BTreeMap;

use connectly_conversions::{Client, Error};
use napi::Either;
use napi::bindgen_prelude::External;
use napi_derive::napi;

use crate::event::Shelf;
use crate::{record, settings};

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

/// The record of a send that `close` cut off.
#[napi(catch_unwind)]
pub fn cut_off(shelf: &External<Shelf>, place: u32) -> napi::Result<String> {
    Ok(record::error(&Error::cut_off(shelf.event(place)?.order_id().is_some())))
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
