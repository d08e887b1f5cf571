//! `connectly snippet`

use std::io::Write;

use super::exit::{DONE, Failure};

pub(super) fn run(out: &mut impl Write) -> Result<u8, Failure> {
    writeln!(out, "{}", crate::SNIPPET)?;
    Ok(DONE)
}
