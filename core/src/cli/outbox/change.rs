//! `connectly outbox pause`, `resume`, `release`, `cancel`, `skip` and `forget`

use std::io::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;

use super::arguments::Command;
use super::table;
use crate::binding::unix_seconds;
use crate::cli::exit::{DONE, Failure, REFUSED};
use crate::document::Value;
use crate::error::Result;
use crate::outbox::{Changed, Forgotten, Outbox};

pub(super) async fn run(
    outbox: &Outbox,
    command: &Command,
    as_json: bool,
    out: &mut impl Write,
) -> Result<u8, Failure> {
    let changed = match command {
        Command::Pause(pause) => {
            let until = pause.until.as_deref().map(time).transpose()?;
            outbox.pause(until).await?;
            return said(out, as_json, "delivery is paused; connectly outbox resume ends that");
        }
        Command::Resume => {
            outbox.resume().await?;
            return said(out, as_json, "delivery goes on");
        }
        Command::Forget(forget) => {
            let forgotten = outbox.forget(forget.target()).await?;
            return erased(out, as_json, forgotten);
        }
        Command::Release(meant) => outbox.release(meant.target()).await?,
        Command::Cancel(cancel) => {
            outbox.cancel(cancel.meant.target(), cancel.reason.as_deref()).await?
        }
        Command::Skip(skip) => outbox.skip(&skip.order, skip.event_name, &skip.reason).await?,
        // These have files of their own.
        Command::Status(_) | Command::Deliver(_) | Command::Dead(_) | Command::Replay(_) => {
            return Ok(DONE);
        }
    };
    tell(out, as_json, changed)
}

/// RFC 3339, or Unix seconds.
fn time(given: &str) -> Result<SystemTime> {
    let is_number = !given.is_empty() && given.bytes().all(|byte| byte.is_ascii_digit());
    let value = if is_number { Value::Integer(given.into()) } else { Value::Text(given.into()) };
    let seconds = unix_seconds("until", value)?;
    Ok(UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).unwrap_or_default()))
}

fn said(out: &mut impl Write, as_json: bool, what: &str) -> Result<u8, Failure> {
    if as_json {
        table::json(out, &json!({}))?;
    } else {
        writeln!(out, "{what}")?;
    }
    Ok(DONE)
}

fn tell(out: &mut impl Write, as_json: bool, changed: Changed) -> Result<u8, Failure> {
    if as_json {
        table::json(out, &changed)?;
    } else {
        match changed.state {
            None => writeln!(out, "the outbox knows nothing of this event")?,
            Some(state) if changed.changed => writeln!(out, "it is {state} now")?,
            Some(state) => writeln!(out, "nothing changes: it is {state}")?,
        }
    }
    // What is asked again, and was done before, is done.
    Ok(if changed.state.is_some() { DONE } else { REFUSED })
}

fn erased(out: &mut impl Write, as_json: bool, forgotten: Forgotten) -> Result<u8, Failure> {
    if as_json {
        table::json(out, &forgotten)?;
    } else {
        write!(out, "{} forgotten", forgotten.forgotten)?;
        if forgotten.later > 0 {
            write!(out, ", {} as soon as their attempts have ended", forgotten.later)?;
        }
        writeln!(out)?;
    }
    Ok(DONE)
}
