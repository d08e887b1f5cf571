//! The command `connectly`, as library code: Python's and Node's packages bring it too.

mod arguments;
mod capture;
mod doctor;
mod documents;
mod exit;
mod outbox;
mod progress;
mod render;
mod sandbox;
mod send;
mod snippet;
mod validate;

use std::ffi::OsString;
use std::io::{self, Write};

use clap::Parser;

pub use exit::{DEFECT, DONE, MISUSED, REFUSED, TRANSIENT};

use arguments::{Arguments, Command};

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
    let mut out = io::stdout().lock();
    let done = match &arguments.command {
        Command::Capture(command) => capture::run(command, &mut out),
        Command::Validate(command) => validate::run(command, &mut out),
        Command::Send(command) => send::run(command, &mut out),
        Command::Outbox(command) => outbox::run(command, &mut out),
        Command::Sandbox(command) => sandbox::run(command, &mut out),
        Command::Doctor(command) => doctor::run(command, &mut out),
        Command::Snippet => snippet::run(&mut out),
    };
    let code = done.unwrap_or_else(|failure| failure.report(&mut io::stderr()));
    // Standard output is a reader's that may have gone away.
    let _ = out.flush();
    code
}
