//! The `connectly` command.

use connectly_conversions::cli;
use napi_derive::napi;

/// Runs the command with these arguments, its name first; gives the exit code.
#[napi(catch_unwind)]
pub fn run_cli(args: Vec<String>) -> u8 {
    cli::run(args)
}
