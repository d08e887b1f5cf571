//! What a request gets.

use std::time::Duration;

use super::answer::Answer;
use super::cursor::Cursor;
use super::raw::Raw;

#[derive(Debug)]
pub(super) enum Reply {
    Answer(Answer),
    /// The answer, after this time.
    Late(Duration, Answer),
    Never,
    /// To a page: whatever happens from there on.
    Stream(Cursor),
    /// Something that is not HTTP.
    Raw(Raw),
}

impl Reply {
    /// An answer says when it was written, by the sandbox's clock.
    pub(super) fn dated(self, seconds: i64) -> Self {
        match self {
            Self::Answer(answer) => Self::Answer(answer.dated(seconds)),
            Self::Late(delay, answer) => Self::Late(delay, answer.dated(seconds)),
            other => other,
        }
    }

    /// The status that the client is told, if any.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Self::Answer(answer) | Self::Late(_, answer) => Some(answer.status()),
            Self::Raw(raw) => raw.status(),
            Self::Never | Self::Stream(_) => None,
        }
    }
}
