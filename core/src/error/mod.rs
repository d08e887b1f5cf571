//! The one error type.

mod codes;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use serde::ser::{Serialize, SerializeStruct, Serializer};

pub use codes::{ErrorCode, ErrorKind};

use crate::issue::Issue;
use crate::text::one_line;

/// A result whose error is this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why a call did not do what it was asked.
///
/// One line in `Display`, all of it in the accessors. Never holds the API key.
pub struct Error {
    inner: Box<Inner>,
}

struct Inner {
    kind: ErrorKind,
    code: ErrorCode,
    message: Cow<'static, str>,
    retryable: bool,
    status: Option<u16>,
    retry_after: Option<Duration>,
    attempts: u32,
    issues: Vec<Issue>,
    raw_body: Option<String>,
    source: Option<Source>,
}

impl Error {
    pub(crate) fn new(
        kind: ErrorKind,
        code: ErrorCode,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        let message = message.into();
        Self {
            inner: Box::new(Inner {
                kind,
                code,
                message,
                retryable: false,
                status: None,
                retry_after: None,
                attempts: 0,
                issues: Vec::new(),
                raw_body: None,
                source: None,
            }),
        }
    }

    pub(crate) fn configuration(code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Configuration, code, message)
    }

    pub(crate) fn invalid(code: ErrorCode, issues: Vec<Issue>) -> Self {
        let errors: Vec<_> = issues.iter().filter(|i| i.is_error()).collect();
        let message = match errors.as_slice() {
            [only] => only.to_string(),
            [first, rest @ ..] => format!("{first} (and {} more)", rest.len()),
            [] => String::new(),
        };
        let mut error = Self::new(ErrorKind::Validation, code, message);
        error.inner.issues = issues;
        error
    }

    /// For a binding: a defect that was caught at the language border.
    #[doc(hidden)]
    #[must_use]
    pub fn internal(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Internal, ErrorCode::Internal, message)
    }

    /// For a binding: an argument whose value cannot be taken, `option` being its name.
    #[doc(hidden)]
    #[must_use]
    pub fn invalid_option(option: &str, why: &str) -> Self {
        Self::configuration(ErrorCode::InvalidOption, format!("{option}: {why}"))
    }

    /// For a binding: an argument of a wrong type; `needed` names the type in the language's words.
    #[doc(hidden)]
    #[must_use]
    pub fn wrong_argument(name: &str, needed: &str) -> Self {
        Self::invalid_option(name, &format!("{needed} is needed"))
    }

    /// For a binding: an option of a name that is none of `known`.
    #[doc(hidden)]
    #[must_use]
    pub fn unknown_option(name: &str, known: &[&str]) -> Self {
        let closest = known.iter().min_by_key(|known| strsim::osa_distance(known, name));
        let why = match closest {
            Some(closest) if strsim::osa_distance(closest, name) <= 3 => {
                format!("there is no such option; is {closest} meant?")
            }
            _ => format!("there is no such option; there are {}", known.join(", ")),
        };
        Self::invalid_option(name, &why)
    }

    /// For a binding: a send after the client was closed.
    #[doc(hidden)]
    #[must_use]
    pub fn client_closed() -> Self {
        let message = "the client was closed: this event was not sent";
        // By another client, or the next process.
        Self::configuration(ErrorCode::ClientClosed, message).with_retryable(true)
    }

    pub(crate) fn with_code(mut self, code: ErrorCode) -> Self {
        self.inner.code = code;
        self
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.inner.status = Some(status);
        self
    }

    pub(crate) fn with_retryable(mut self, retryable: bool) -> Self {
        self.inner.retryable = retryable;
        self
    }

    pub(crate) fn with_retry_after(mut self, retry_after: Option<Duration>) -> Self {
        self.inner.retry_after = retry_after;
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Self {
        self.inner.attempts = attempts;
        self
    }

    pub(crate) fn with_raw_body(mut self, raw_body: String) -> Self {
        self.inner.raw_body = Some(raw_body);
        self
    }

    pub(crate) fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.inner.source = Some(source.into());
        self
    }

    /// Turns the error into `unknown_outcome`: a resend could count the conversion twice.
    pub(crate) fn into_unknown_outcome(mut self) -> Self {
        self.inner.message = Cow::Owned(format!(
            "the outcome is unknown and a resend could count the conversion twice: {}",
            self.inner.message
        ));
        self.inner.code = ErrorCode::UnknownOutcome;
        self.inner.retryable = false;
        self
    }

    /// The same answer for another event of a batch that was not sent because of it.
    pub(crate) fn for_unsent(&self) -> Self {
        let inner = &self.inner;
        let mut error = Self::new(inner.kind, inner.code, inner.message.clone());
        error.inner.status = inner.status;
        error.inner.raw_body.clone_from(&inner.raw_body);
        error.inner.retryable = inner.retryable;
        error
    }

    /// The kind: what a caller can act on.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.inner.code
    }

    /// What happened, in one line; for a [`ErrorKind::Rejected`] the API's own words.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.inner.message
    }

    /// The HTTP status, if an answer came.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.inner.status
    }

    /// Whether the same event may be sent again later without being counted twice; after an
    /// ambiguous outcome that holds for 48 hours, Meta's window for an order id.
    #[must_use]
    pub fn retryable(&self) -> bool {
        self.inner.retryable
    }

    /// How long the API asked to wait (`Retry-After`).
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.retry_after
    }

    /// How many requests were made; 0 where nothing was sent.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.inner.attempts
    }

    /// Every problem of an invalid event or landing; empty for other kinds.
    #[must_use]
    pub fn issues(&self) -> &[Issue] {
        &self.inner.issues
    }

    /// The answer's body as text, at most 64 KiB, if an answer came.
    #[must_use]
    pub fn raw_body(&self) -> Option<&str> {
        self.inner.raw_body.as_deref()
    }
}

impl fmt::Display for Error {
    /// One line: a server's text is not let loose on logs and terminals.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.inner.code, one_line(&self.inner.message))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.inner;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("code", &inner.code)
            .field("message", &inner.message)
            .field("status", &inner.status)
            .field("retryable", &inner.retryable)
            .field("retry_after", &inner.retry_after)
            .field("attempts", &inner.attempts)
            .field("issues", &inner.issues)
            .field("source", &inner.source)
            .finish_non_exhaustive()
    }
}

impl Serialize for Error {
    /// Every field of the contract; `retry_after` in seconds.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut record = serializer.serialize_struct("Error", 9)?;
        record.serialize_field("kind", self.kind().as_str())?;
        record.serialize_field("code", self.code().as_str())?;
        record.serialize_field("message", self.message())?;
        record.serialize_field("status", &self.status())?;
        record.serialize_field("retryable", &self.retryable())?;
        record.serialize_field("retry_after", &self.retry_after().map(|t| t.as_secs_f64()))?;
        record.serialize_field("attempts", &self.attempts())?;
        record.serialize_field("issues", self.issues())?;
        record.serialize_field("raw_body", &self.raw_body())?;
        record.end()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.inner.source.as_deref().map(|source| source as &(dyn std::error::Error + 'static))
    }
}
