//! `connectly validate FILE…`

use std::io::Write;

use super::arguments::{Input, Validate};
use super::documents::{self, Document};
use super::render::Row;
use super::{DONE, Failure, REFUSED, worst};
use crate::error::Result;
use crate::event::{ConversionEvent, EventOptions};

pub(super) fn run(command: &Validate, out: &mut impl Write) -> Result<u8, Failure> {
    let mut codes = Vec::new();
    let options = command.input.options();
    for document in read_all(&command.input)? {
        let event = event(&document, &options);
        codes.push(if event.is_ok() { DONE } else { REFUSED });
        let row = match &event {
            Ok(event) => Row::valid(&document.source, event),
            Err(error) => Row::refused(&document.source, error),
        };
        row.write(out, command.input.json)?;
    }
    Ok(worst(codes))
}

/// All documents; a file that cannot be read stops the command before anything is done.
pub(super) fn read_all(input: &Input) -> Result<Vec<Document>, Failure> {
    let mut documents = Vec::new();
    for path in &input.files {
        documents.extend(documents::read(path)?);
    }
    Ok(documents)
}

/// The event of a document.
pub(super) fn event(document: &Document, options: &EventOptions) -> Result<ConversionEvent> {
    ConversionEvent::from_json_bytes(&document.bytes, options)
}
