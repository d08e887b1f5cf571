//! `connectly validate FILE…`

use std::io::Write;

use super::arguments::Validate;
use super::documents::{Document, Inputs};
use super::exit::Failure;
use super::progress::Progress;
use super::render::Row;
use crate::error::Result;
use crate::event::{ConversionEvent, EventOptions};

pub(super) fn run(command: &Validate, out: &mut impl Write) -> Result<u8, Failure> {
    let options = command.input.options();
    let inputs = Inputs::open(&command.input.files)?;
    let mut progress = Progress::new(&inputs, "valid", command.input.json);
    for document in inputs {
        let document = document?;
        match event(&document, &options) {
            Ok(event) => progress.row(&Row::valid(&document.source, &event), out),
            Err(error) => {
                let order_id = document.order_id();
                progress.row(&Row::refused(&document.source, order_id.as_deref(), &error), out);
            }
        }
    }
    progress.end()
}

/// The event of a document.
pub(super) fn event(document: &Document, options: &EventOptions) -> Result<ConversionEvent> {
    ConversionEvent::from_json_bytes(&document.bytes, options)
}
