//! The ways in which a document becomes an event.

use std::fmt;

use super::conversion_event::{ConversionEvent, Inner};
use super::options::EventOptions;
use super::stored;
use crate::document::{Form, Value};
use crate::error::{Error, ErrorCode, Result};
use crate::issue::{Issue, IssueCode};

impl ConversionEvent {
    /// Reads an input document (`schema/event.schema.json`), or what [`Self::to_json`] wrote.
    ///
    /// # Errors
    /// `invalid_event` with every problem of the document.
    pub fn from_json(text: &str) -> Result<Self> {
        Self::from_json_with(text, &EventOptions::default())
    }

    /// Reads an input document with options; they do not matter to what [`Self::to_json`] wrote.
    ///
    /// # Errors
    /// As [`ConversionEvent::from_json`].
    pub fn from_json_with(text: &str, options: &EventOptions) -> Result<Self> {
        let document = Value::from_json(text).map_err(|error| unreadable(&error))?;
        Self::from_value(document, options)
    }

    /// Reads an input document that may not even be text.
    ///
    /// # Errors
    /// As [`ConversionEvent::from_json`].
    pub fn from_json_bytes(bytes: &[u8], options: &EventOptions) -> Result<Self> {
        let text = std::str::from_utf8(bytes)
            .map_err(|error| unreadable(&format_args!("it is not UTF-8 ({error})")))?;
        Self::from_json_with(text, options)
    }

    /// Reads an input document from the tree that a binding made of a language's own objects.
    ///
    /// # Errors
    /// As [`ConversionEvent::from_json`].
    #[doc(hidden)]
    pub fn from_value(document: Value<'_>, options: &EventOptions) -> Result<Self> {
        if let Value::Members(members) = &document
            && stored::is_marked(members)
        {
            return stored::restore(document);
        }
        Self::from_document(document, Form::Input, options)
    }

    /// Reads the exact bytes that go out ([`Self::to_wire`]), strictly, as the API would. Every
    /// digit of an amount is meant, and members of `payload` that are not known are extra ones.
    ///
    /// # Errors
    /// `invalid_event` with every problem.
    pub fn from_wire(bytes: &[u8], options: &EventOptions) -> Result<Self> {
        let text = std::str::from_utf8(bytes)
            .map_err(|error| unreadable(&format_args!("it is not UTF-8 ({error})")))?;
        let document = Value::from_json(text).map_err(|error| unreadable(&error))?;
        Self::from_document(document, Form::Wire, options)
    }

    fn from_document(document: Value<'_>, form: Form, options: &EventOptions) -> Result<Self> {
        Inner::read(document, form, options).map(Self::from)
    }
}

/// Nothing that was read can be trusted.
fn unreadable(why: &dyn fmt::Display) -> Error {
    let message = format!("the document cannot be read: {why}");
    Error::invalid(ErrorCode::InvalidEvent, vec![Issue::new(IssueCode::InvalidJson, "", message)])
}
