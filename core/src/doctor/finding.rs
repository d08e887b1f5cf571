//! What a check has come to.

use serde::Serialize;

use super::codes::Check;
use crate::error::{Error, ErrorKind};
use crate::named::named;

named! {
    /// How well it is.
    Level {
        /// Nothing is to be done.
        Ok = "ok",
        /// It was not asked for.
        Skipped = "skipped",
        /// Somebody should look at it.
        Look = "look",
        /// It may pass by itself.
        Later = "later",
        /// A setting is wrong.
        Wrong = "wrong",
    }
}

/// One check's result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    pub check: Check,
    pub level: Level,
    /// What was seen.
    pub found: String,
    /// What to do about it.
    #[serde(rename = "do", skip_serializing_if = "Option::is_none")]
    pub advice: Option<&'static str>,
}

impl Finding {
    pub(crate) fn new(check: Check, level: Level, found: impl Into<String>) -> Self {
        let is_well = matches!(level, Level::Ok | Level::Skipped);
        let advice = (!is_well).then(|| check.advice());
        Self { check, level, found: found.into(), advice }
    }

    pub(crate) fn ok(check: Check, found: impl Into<String>) -> Self {
        Self::new(check, Level::Ok, found)
    }

    /// Not asked for; `how` says how to.
    pub(crate) fn skipped(check: Check, how: &str) -> Self {
        Self::new(check, Level::Skipped, how)
    }

    /// What keeps a question from being answered.
    pub(crate) fn of_error(check: Check, error: &Error) -> Self {
        let level = match error.kind() {
            ErrorKind::Network | ErrorKind::Timeout | ErrorKind::Server => Level::Later,
            ErrorKind::Outbox if error.retryable() => Level::Later,
            ErrorKind::Response => Level::Look,
            _ => Level::Wrong,
        };
        Self::new(check, level, error.to_string())
    }
}
