//! `connectly send FILE…`

use std::io::Write;
use std::thread;

use futures_util::StreamExt;
use futures_util::stream::poll_fn;
use tokio::sync::mpsc::{Sender, channel};

use super::arguments::Send;
use super::documents::Inputs;
use super::exit::Failure;
use super::progress::Progress;
use super::render::Row;
use super::validate;
use crate::client::Client;
use crate::config;
use crate::defaults;
use crate::delivery::Receipt;
use crate::error::{Error, ErrorCode, Result};
use crate::event::{ConversionEvent, EventOptions};

/// How many events are read ahead of those that are being sent.
const AHEAD: usize = 64;

/// What was made of a document.
enum Read {
    Event(String, Box<ConversionEvent>),
    Refused(String, Option<String>, Error),
}

pub(super) fn run(command: &Send, out: &mut impl Write) -> Result<u8, Failure> {
    let client = client(command)?;
    let options = command.input.options();
    let inputs = Inputs::open(&command.input.files)?;
    let mut progress = Progress::new(&inputs, "received", command.input.json);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::Io("the runtime".to_owned(), error))?;
    // Input that is slow to come must not keep the answers to requests waiting.
    let (sender, mut receiver) = channel(AHEAD);
    let reader = thread::spawn(move || read(inputs, &options, &sender));
    let batch = client.batch(command.concurrency);
    runtime.block_on(async {
        let documents = poll_fn(|context| receiver.poll_recv(context));
        let sent = documents.map(async |read| match read {
            Read::Event(source, event) => {
                let result = batch.send(&event).await;
                (source, Ok((event, result)))
            }
            Read::Refused(source, order_id, error) => (source, Err((order_id, error))),
        });
        let mut sent = std::pin::pin!(sent.buffer_unordered(command.concurrency));
        while let Some((source, outcome)) = sent.next().await {
            match &outcome {
                Ok((event, result)) => progress.row(&row(&source, event, result), out),
                Err((order_id, error)) => {
                    progress.row(&Row::refused(&source, order_id.as_deref(), error), out);
                }
            }
        }
    });
    match reader.join() {
        Ok(read) => read?,
        Err(_) => return Err(Error::internal("a panic while the input was read").into()),
    }
    progress.end()
}

fn read(inputs: Inputs, options: &EventOptions, sender: &Sender<Read>) -> Result<(), Failure> {
    for document in inputs {
        let document = document?;
        let read = match validate::event(&document, options) {
            Ok(event) => Read::Event(document.source, Box::new(event)),
            Err(error) => {
                let order_id = document.order_id();
                Read::Refused(document.source, order_id, error)
            }
        };
        if sender.blocking_send(read).is_err() {
            break;
        }
    }
    Ok(())
}

fn row<'a>(source: &'a str, event: &'a ConversionEvent, result: &'a Result<Receipt>) -> Row<'a> {
    let row = Row::valid(source, event);
    match result {
        Ok(receipt) => row.received(receipt),
        Err(error) => row.failed(error),
    }
}

fn client(command: &Send) -> Result<Client> {
    if command.concurrency == 0 {
        let message = "concurrency: must be a whole number of 1 or more, not 0";
        return Err(Error::configuration(ErrorCode::InvalidConcurrency, message));
    }
    let mut builder = Client::builder()
        .user_agent("cli")
        .max_connections(command.concurrency.max(defaults::MAX_CONNECTIONS));
    if let Some(id) = &command.business_id {
        builder = builder.business_id(id);
    }
    if let Some(url) = &command.base_url {
        builder = builder.base_url(url);
    }
    if let Some(timeout) = command.timeout {
        builder = builder.timeout(config::seconds("timeout", timeout)?);
    }
    builder.build()
}
