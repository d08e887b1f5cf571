//! What a request gets.

use std::time::Duration;

use super::answer::Answer;
use super::raw::Raw;

#[derive(Debug)]
pub(super) enum Reply {
    Answer(Answer),
    /// The answer, after this time.
    Late(Duration, Answer),
    Never,
    /// Something that is not HTTP.
    Raw(Raw),
}

impl Reply {
    /// The status that the client is told, if any.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Self::Answer(answer) | Self::Late(_, answer) => Some(answer.status()),
            Self::Raw(raw) => raw.status(),
            Self::Never => None,
        }
    }
}
