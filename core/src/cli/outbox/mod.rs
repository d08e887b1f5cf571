//! `connectly outbox …`

mod arguments;
mod change;
mod deliver;
mod look;
mod replay;
mod table;

use std::io::Write;

pub(super) use arguments::Outbox;

use super::exit::Failure;
use crate::config;
use crate::error::{Error, ErrorCode, Result};
use crate::outbox::Outbox as Queue;
use arguments::Command;

pub(super) const URL_VARIABLE: &str = "CONNECTLY_OUTBOX_URL";

pub(super) fn run(command: &Outbox, out: &mut impl Write) -> Result<u8, Failure> {
    let outbox = open(command)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::Io("the runtime".to_owned(), error))?;
    let as_json = command.json;
    let done = runtime.block_on(async {
        match &command.command {
            Command::Status(status) => look::status(&outbox, status, as_json, out).await,
            Command::Dead(dead) => look::dead(&outbox, dead, as_json, out).await,
            Command::Deliver(deliver) => {
                let business_id = command.business_id.as_deref();
                deliver::run(&outbox, deliver, business_id, as_json, out).await
            }
            Command::Replay(replay) => replay::run(&outbox, replay, as_json, out).await,
            other => change::run(&outbox, other, as_json, out).await,
        }
    });
    runtime.block_on(outbox.close());
    done
}

fn open(command: &Outbox) -> Result<Queue> {
    let url = command.url.clone().or_else(|| config::variable(URL_VARIABLE)).ok_or_else(|| {
        let message = format!("the outbox's URL is missing: give --url or set {URL_VARIABLE}");
        Error::configuration(ErrorCode::InvalidOutboxUrl, message)
    })?;
    let builder = Queue::builder(&url);
    match &command.business_id {
        Some(id) => builder.business_id(id),
        None => builder,
    }
    .build()
}
