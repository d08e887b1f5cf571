//! `connectly capture URL`

use std::io::Write;

use super::arguments::Capture;
use super::exit::{DONE, Failure};
use super::render;

pub(super) fn run(command: &Capture, out: &mut impl Write) -> Result<u8, Failure> {
    let capture = crate::Capture::new().extra_params(&command.extra_params);
    let is_url = command.url.contains("://") || command.url.starts_with('/');
    let params = if is_url { capture.url(&command.url)? } else { capture.query(&command.url)? };
    render::params(out, params.as_ref(), command.json)?;
    Ok(DONE)
}
