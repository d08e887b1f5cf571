//! Why a database failed. It can be told to every job of a group.

use std::sync::Arc;

use crate::error::{Error, ErrorCode, ErrorKind};

/// A failure of the database, in the codes of the outbox.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    pub(super) code: ErrorCode,
    message: String,
    cause: Option<Cause>,
    /// Whether the same may succeed a little later.
    passes: bool,
}

/// Why, for whoever follows the chain of causes.
type Cause = Arc<dyn std::error::Error + Send + Sync>;

#[derive(Debug)]
struct Shared(Cause);

impl std::fmt::Display for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Shared {}

impl Failure {
    pub(super) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        let passes = matches!(
            code,
            ErrorCode::OutboxDiskFull | ErrorCode::OutboxBusy | ErrorCode::OutboxTimeout
        );
        Self { code, message: message.into(), cause: None, passes }
    }

    pub(super) fn because(self, cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self { cause: Some(Arc::new(cause)), ..self }
    }

    #[cfg(feature = "outbox-postgres")]
    pub(super) fn that_passes(self) -> Self {
        Self { passes: true, ..self }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        let error = Self::new(ErrorKind::Outbox, failure.code, failure.message);
        let error = error.with_retryable(failure.passes);
        match failure.cause {
            Some(cause) => error.with_source(Shared(cause)),
            None => error,
        }
    }
}
