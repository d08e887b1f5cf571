//! What every rule needs: the settings, and where problems go.

use std::borrow::Cow;
use std::fmt::Display;

use crate::issue::{Issue, IssueCode};
use crate::model::Rounding;
use crate::text::has_control;

pub(super) const MAX_ID_BYTES: usize = 1_024;

/// What the rules depend on beside the event.
pub(crate) struct Rules {
    /// Unix seconds.
    pub now: i64,
    pub rounding: Rounding,
    /// Codes of currencies that ISO 4217 lacks; those of the environment unless given.
    pub extra_currencies: Option<Vec<String>>,
}

pub(super) struct Checker<'a> {
    pub rules: &'a Rules,
    pub issues: &'a mut Vec<Issue>,
}

impl Checker<'_> {
    pub(super) fn report(
        &mut self,
        code: IssueCode,
        path: impl Display,
        message: impl Into<Cow<'static, str>>,
    ) {
        self.issues.push(Issue::new(code, path, message));
    }

    pub(super) fn required(&mut self, path: impl Display) {
        self.report(IssueCode::Required, path, "it is missing or empty");
    }

    /// The rule of ids: not empty, not too long, no control characters.
    pub(super) fn id(
        &mut self,
        path: impl Display,
        value: String,
        max_bytes: usize,
    ) -> Option<String> {
        if value.is_empty() {
            self.report(IssueCode::Required, path, "it is empty");
        } else if value.len() > max_bytes {
            let message = format!("it has {} bytes, at most {max_bytes} are allowed", value.len());
            self.report(IssueCode::ValueTooLong, path, message);
        } else if has_control(&value) {
            self.report(IssueCode::ControlCharacter, path, "it holds a control character");
        } else {
            return Some(value);
        }
        None
    }
}
