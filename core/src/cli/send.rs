//! `connectly send FILE…`

use std::io::{ErrorKind, Write};

use futures_util::{StreamExt, stream};

use super::arguments::Send;
use super::render::Row;
use super::{DONE, Failure, REFUSED, exit_code, validate, worst};
use crate::client::Client;
use crate::config;
use crate::error::{Error, ErrorCode, Result};
use crate::event::ConversionEvent;

pub(super) fn run(command: &Send, out: &mut impl Write) -> Result<u8, Failure> {
    let client = client(command)?;
    let options = command.input.options();
    let documents = validate::read_all(&command.input)?;
    let mut events: Vec<(usize, ConversionEvent)> = Vec::new();
    let mut codes = Vec::new();
    for (index, document) in documents.iter().enumerate() {
        match validate::event(document, &options) {
            Ok(event) => events.push((index, event)),
            Err(error) => {
                codes.push(REFUSED);
                Row::refused(&document.source, &error).write(out, command.input.json)?;
            }
        }
    }
    let (sources, events): (Vec<usize>, Vec<ConversionEvent>) = events.into_iter().unzip();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::Io("the runtime".to_owned(), error))?;
    runtime.block_on(async {
        let outcomes = client.outcomes(stream::iter(events), command.concurrency);
        let mut outcomes = std::pin::pin!(outcomes.zip(stream::iter(sources)));
        // Each line is printed as soon as its event is through: a backfill may take hours. Whoever
        // stops reading stops no event.
        let mut printed = Ok(());
        while let Some((outcome, index)) = outcomes.next().await {
            let row = Row::valid(&documents[index].source, &outcome.event);
            let row = match &outcome.result {
                Ok(receipt) => row.received(receipt),
                Err(error) => row.failed(error),
            };
            codes.push(outcome.result.as_ref().map_or_else(exit_code, |_| DONE));
            if printed.is_ok() {
                printed = row.write(out, command.input.json);
            }
        }
        match printed {
            Err(Failure::Io(_, error)) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            printed => printed,
        }
    })?;
    Ok(worst(codes))
}

fn client(command: &Send) -> Result<Client> {
    if command.concurrency == 0 {
        let message = "concurrency: at least one request at a time is needed";
        return Err(Error::configuration(ErrorCode::InvalidConcurrency, message));
    }
    let mut builder = Client::builder().user_agent("cli");
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
