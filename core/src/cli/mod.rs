//! The command `connectly`, as library code: Python's and Node's packages bring it too.

mod arguments;
mod capture;
mod documents;
mod render;
mod sandbox;
mod send;
mod validate;

use std::ffi::OsString;
use std::io::{self, Write};

use clap::Parser;

use crate::error::{Error, ErrorKind};
use arguments::{Arguments, Command};

/// Every event did what was asked.
pub const DONE: u8 = 0;
/// An event was refused, here or by the API, or nobody knows whether it was recorded.
pub const REFUSED: u8 = 1;
/// Usage or configuration, the API's word on key and business included.
pub const MISUSED: u8 = 2;
/// Another try may do (`EX_TEMPFAIL`).
pub const TRANSIENT: u8 = 75;

/// Runs the command; `args` begin with the program's name. Gives the exit code.
pub fn run(args: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> u8 {
    let arguments = match Arguments::try_parse_from(args) {
        Ok(arguments) => arguments,
        Err(usage) => {
            // Help goes to standard output and is no misuse; where it cannot be printed, the
            // exit code still tells.
            let _ = usage.print();
            return u8::try_from(usage.exit_code()).unwrap_or(MISUSED);
        }
    };
    let (mut out, mut err) = (io::stdout().lock(), io::stderr().lock());
    let done = match &arguments.command {
        Command::Capture(command) => capture::run(command, &mut out),
        Command::Validate(command) => validate::run(command, &mut out),
        Command::Send(command) => send::run(command, &mut out),
        Command::Sandbox(command) => sandbox::run(command, &mut out),
    };
    let code = done.unwrap_or_else(|failure| failure.report(&mut err));
    // Standard output is a reader's that may have gone away.
    let _ = out.flush();
    code
}

/// What ends a command early.
enum Failure {
    /// Ours, with its own exit code.
    Error(Error),
    /// A file or a stream.
    Io(String, io::Error),
}

impl Failure {
    fn report(self, err: &mut impl Write) -> u8 {
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
fn exit_code(error: &Error) -> u8 {
    match error.kind() {
        ErrorKind::Validation | ErrorKind::Rejected => REFUSED,
        ErrorKind::Configuration | ErrorKind::Authentication | ErrorKind::NotFound => MISUSED,
        _ if error.retryable() => TRANSIENT,
        // Another try would be refused again, or could count the conversion twice.
        _ => REFUSED,
    }
}

/// The exit code of many: misuse stops everything, a transient failure deserves another try, and
/// only then is a refused event worth a look.
fn worst(codes: impl IntoIterator<Item = u8>) -> u8 {
    let rank = |code: &u8| match *code {
        DONE => 0,
        REFUSED => 1,
        TRANSIENT => 2,
        _ => 3,
    };
    codes.into_iter().max_by_key(rank).unwrap_or(DONE)
}
