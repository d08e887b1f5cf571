//! The command `connectly`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(connectly_conversions::cli::run(std::env::args_os()))
}
