//! How a command ends.

use std::io::{self, Write};

use crate::error::{Error, ErrorKind};

/// Every event did what was asked.
pub const DONE: u8 = 0;
/// An event was refused, here or by the API, or nobody knows whether it was recorded.
pub const REFUSED: u8 = 1;
/// Usage or configuration, the API's word on key and business included.
pub const MISUSED: u8 = 2;
/// A defect in this library (`EX_SOFTWARE`).
pub const DEFECT: u8 = 70;
/// Another try may do (`EX_TEMPFAIL`).
pub const TRANSIENT: u8 = 75;

/// What ends a command early.
pub(super) enum Failure {
    /// Ours, with its own exit code.
    Error(Error),
    /// A file or a stream.
    Io(String, io::Error),
}

impl Failure {
    /// Says what happened; gives the exit code.
    pub(super) fn report(self, err: &mut impl Write) -> u8 {
        match self {
            // A closed pipe is how `| head` ends.
            Self::Io(_, error) if error.kind() == io::ErrorKind::BrokenPipe => DONE,
            Self::Io(what, error) => {
                let _ = writeln!(err, "connectly: {what}: {error}");
                MISUSED
            }
            Self::Error(error) => {
                let _ = writeln!(err, "connectly: {error}");
                exit_code(&error)
            }
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io("standard output".to_owned(), error)
    }
}

/// The exit code that an error asks for.
pub(super) fn exit_code(error: &Error) -> u8 {
    match error.kind() {
        ErrorKind::Validation | ErrorKind::Rejected => REFUSED,
        ErrorKind::Configuration | ErrorKind::Authentication | ErrorKind::NotFound => MISUSED,
        ErrorKind::Internal => DEFECT,
        _ if error.retryable() => TRANSIENT,
        // Another try would be refused again, or could count the conversion twice.
        _ => REFUSED,
    }
}

/// The exit code of two: a defect hides behind nothing, misuse stops everything, a transient
/// failure deserves another try, and only then is a refused event worth a look.
pub(super) fn worse(one: u8, other: u8) -> u8 {
    let rank = |code: &u8| match *code {
        DONE => 0,
        REFUSED => 1,
        TRANSIENT => 2,
        DEFECT => 4,
        _ => 3,
    };
    std::cmp::max_by_key(one, other, rank)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;

    #[test]
    fn a_defect_is_told_from_a_refused_event() {
        assert_eq!(exit_code(&Error::internal("a panic")), 70);
        assert_eq!(exit_code(&Error::new(ErrorKind::Rejected, ErrorCode::Rejected, "no")), 1);
    }

    #[test]
    fn the_worst_of_many_is_told() {
        let worst = |codes: &[u8]| codes.iter().copied().fold(DONE, worse);
        assert_eq!(worst(&[]), 0);
        assert_eq!(worst(&[1, 0, 0]), 1);
        assert_eq!(worst(&[0, 75, 1]), 75);
        assert_eq!(worst(&[75, 2, 1]), 2);
        assert_eq!(worst(&[1, 70, 2, 75]), 70);
    }
}
