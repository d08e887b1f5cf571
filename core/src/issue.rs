//! One problem of an event or a landing: code, severity, path, message, suggestion.

mod codes;

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

pub use codes::IssueCode;

use crate::named::named;
use crate::text::one_line;

named! {
    /// Whether a problem refuses the event.
    Severity {
        /// Refuses the event.
        Error = "error",
        /// Goes with the event and never stops it.
        Warning = "warning",
    }
}

/// One problem of an event or a landing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    code: IssueCode,
    path: String,
    message: Cow<'static, str>,
    suggestion: Option<String>,
}

impl Issue {
    pub(crate) fn new(
        code: IssueCode,
        path: impl fmt::Display,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        let message = message.into();
        // What was given is quoted in the message, however long it is.
        let message = match one_line(&message) {
            Cow::Owned(line) => Cow::Owned(line),
            Cow::Borrowed(_) => message,
        };
        Self { code, path: path.to_string(), message, suggestion: None }
    }

    pub(crate) fn suggest(mut self, suggestion: Option<impl ToString>) -> Self {
        self.suggestion = suggestion.map(|value| value.to_string());
        self
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> IssueCode {
        self.code
    }

    /// `error` or `warning`.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// Whether this problem refuses the event.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity() == Severity::Error
    }

    /// Where: `payload.contents[1].quantity`; empty for the document as a whole.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong, what was given, what to do.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The value that was surely meant, as text.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        self.suggestion.as_deref()
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, " (suggestion: {suggestion})"),
            None => Ok(()),
        }
    }
}

impl Serialize for Issue {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let fields = 4 + usize::from(self.suggestion.is_some());
        let mut record = serializer.serialize_struct("Issue", fields)?;
        record.serialize_field("code", self.code.as_str())?;
        record.serialize_field("severity", self.severity().as_str())?;
        record.serialize_field("path", &self.path)?;
        record.serialize_field("message", &self.message)?;
        if let Some(suggestion) = &self.suggestion {
            record.serialize_field("suggestion", suggestion)?;
        }
        record.end()
    }
}
