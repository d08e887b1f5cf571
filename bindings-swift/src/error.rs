//! Errors and problems as records.

use std::fmt;

use connectly_conversions as core;

/// A problem of an event or a landing.
#[derive(Debug, Clone, uniffi::Record)]
pub(crate) struct IssueRecord {
    pub(crate) code: String,
    pub(crate) severity: String,
    pub(crate) path: String,
    pub(crate) message: String,
    pub(crate) suggestion: Option<String>,
}

impl From<&core::Issue> for IssueRecord {
    fn from(issue: &core::Issue) -> Self {
        Self {
            code: issue.code().as_str().to_owned(),
            severity: issue.severity().as_str().to_owned(),
            path: issue.path().to_owned(),
            message: issue.message().to_owned(),
            suggestion: issue.suggestion().map(str::to_owned),
        }
    }
}

/// Every field of an error.
#[derive(Debug, Clone, uniffi::Record)]
pub(crate) struct ErrorRecord {
    pub(crate) kind: String,
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) status: Option<u16>,
    pub(crate) retryable: bool,
    /// Seconds.
    pub(crate) retry_after: Option<f64>,
    pub(crate) attempts: u32,
    pub(crate) issues: Vec<IssueRecord>,
    pub(crate) raw_body: Option<String>,
    /// The chain of causes, outermost first.
    pub(crate) causes: Vec<String>,
}

impl From<&core::Error> for ErrorRecord {
    fn from(error: &core::Error) -> Self {
        let first = std::error::Error::source(error);
        let causes = std::iter::successors(first, |cause| cause.source());
        Self {
            kind: error.kind().as_str().to_owned(),
            code: error.code().as_str().to_owned(),
            message: error.message().to_owned(),
            status: error.status(),
            retryable: error.retryable(),
            retry_after: error.retry_after().map(|wait| wait.as_secs_f64()),
            attempts: error.attempts(),
            issues: error.issues().iter().map(IssueRecord::from).collect(),
            raw_body: error.raw_body().map(str::to_owned),
            causes: causes.map(ToString::to_string).collect(),
        }
    }
}

/// What a call throws.
#[derive(Debug, uniffi::Error)]
pub(crate) enum Failure {
    Failed { error: ErrorRecord },
    Cancelled,
}

impl From<core::Error> for Failure {
    fn from(error: core::Error) -> Self {
        Self::Failed { error: ErrorRecord::from(&error) }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed { error } => write!(f, "{}: {}", error.code, error.message),
            Self::Cancelled => f.write_str("cancelled"),
        }
    }
}

impl std::error::Error for Failure {}

pub(crate) type Result<T> = std::result::Result<T, Failure>;
