//! What people and machines read.

use std::io::{self, Write};

use serde::Serialize;

use super::exit::{DONE, Failure, REFUSED, exit_code};
use crate::delivery::Receipt;
use crate::error::{Error, ErrorCode};
use crate::event::ConversionEvent;
use crate::issue::Issue;
use crate::text::one_line;
use crate::tracking::TrackingParams;

/// What became of one document.
#[derive(Serialize)]
pub(super) struct Row<'a> {
    pub source: &'a str,
    pub order_id: Option<&'a str>,
    /// `valid`, `received`, `refused`, `failed` or `unknown`.
    pub outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<&'a Receipt>,
    pub warnings: &'a [Issue],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<&'a Error>,
}

impl<'a> Row<'a> {
    pub(super) fn valid(source: &'a str, event: &'a ConversionEvent) -> Self {
        Self {
            source,
            order_id: event.order_id(),
            outcome: "valid",
            receipt: None,
            warnings: event.warnings(),
            error: None,
        }
    }

    pub(super) fn received(mut self, receipt: &'a Receipt) -> Self {
        self.outcome = "received";
        self.receipt = Some(receipt);
        self
    }

    pub(super) fn failed(mut self, error: &'a Error) -> Self {
        self.outcome = match exit_code(error) {
            _ if error.code() == ErrorCode::UnknownOutcome => "unknown",
            REFUSED => "refused",
            _ => "failed",
        };
        self.error = Some(error);
        self
    }

    pub(super) fn refused(source: &'a str, order_id: Option<&'a str>, error: &'a Error) -> Self {
        let (receipt, warnings) = (None, [].as_slice());
        Self { source, order_id, outcome: "refused", receipt, warnings, error: Some(error) }
    }

    pub(super) fn exit_code(&self) -> u8 {
        self.error.map_or(DONE, exit_code)
    }

    pub(super) fn write(&self, out: &mut impl Write, as_json: bool) -> Result<(), Failure> {
        if as_json {
            json(out, self)?;
            return Ok(writeln!(out)?);
        }
        // A refused one's was not checked: it must not forge a row.
        let order = self.order_id.map(|id| format!(" order {}", one_line(id))).unwrap_or_default();
        write!(out, "{}:{order} {}", self.source, self.outcome)?;
        if let Some(receipt) = self.receipt {
            let attempts = receipt.attempts();
            let plural = if attempts == 1 { "" } else { "s" };
            write!(out, " (status {}, {attempts} attempt{plural})", receipt.status())?;
        }
        if let Some(error) = self.error.filter(|error| error.issues().is_empty()) {
            write!(out, ": {error}")?;
        }
        writeln!(out)?;
        let problems = self.error.map(Error::issues).unwrap_or_default();
        for issue in problems.iter().chain(self.warnings) {
            writeln!(out, "  {} {}: {issue}", issue.severity(), issue.code())?;
        }
        Ok(())
    }
}

/// The captured values, or the word that there are none.
pub(super) fn params(
    out: &mut impl Write,
    params: Option<&TrackingParams>,
    as_json: bool,
) -> Result<(), Failure> {
    if as_json {
        json(out, &params)?;
        return Ok(writeln!(out)?);
    }
    let Some(params) = params else {
        return Ok(writeln!(out, "no Connectly visit: nothing to keep")?);
    };
    let extra = params.extra().map(|(name, value)| (format!("extra {name}"), value));
    let named = params.named().into_iter().map(|(name, value)| (name.to_owned(), value));
    for (name, value) in named.chain(extra) {
        writeln!(out, "{name}: {value}")?;
    }
    Ok(writeln!(out, "cookie {}: {}", crate::COOKIE_NAME, params.to_cookie())?)
}

fn json(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(out, value).map_err(io::Error::from)
}
