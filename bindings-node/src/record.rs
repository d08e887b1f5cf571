//! What crosses the border: small records as JSON text.

use connectly_conversions::{Error, Issue, Outcome, Receipt, Result};
use serde::Serialize;

/// Why a call did not do what it was asked.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorRecord<'a> {
    kind: &'static str,
    code: &'static str,
    message: &'a str,
    status: Option<u16>,
    retryable: bool,
    /// Milliseconds, as all durations of the Node package.
    retry_after: Option<f64>,
    attempts: u32,
    issues: &'a [Issue],
    raw_body: Option<&'a str>,
    /// The chain of causes, outermost first.
    causes: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReceiptRecord<'a> {
    events_received: u64,
    attempts: u32,
    status: u16,
    raw_body: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum ResultRecord<'a> {
    Receipt(ReceiptRecord<'a>),
    Error(ErrorRecord<'a>),
}

impl<'a> From<&'a Error> for ErrorRecord<'a> {
    fn from(error: &'a Error) -> Self {
        let first = std::error::Error::source(error);
        let causes = std::iter::successors(first, |cause| cause.source());
        Self {
            kind: error.kind().as_str(),
            code: error.code().as_str(),
            message: error.message(),
            status: error.status(),
            retryable: error.retryable(),
            retry_after: error.retry_after().map(|wait| wait.as_secs_f64() * 1e3),
            attempts: error.attempts(),
            issues: error.issues(),
            raw_body: error.raw_body(),
            causes: causes.map(ToString::to_string).collect(),
        }
    }
}

impl<'a> From<&'a Result<Receipt>> for ResultRecord<'a> {
    fn from(result: &'a Result<Receipt>) -> Self {
        match result {
            Ok(receipt) => Self::Receipt(ReceiptRecord {
                events_received: receipt.events_received(),
                attempts: receipt.attempts(),
                status: receipt.status(),
                raw_body: receipt.raw_body(),
            }),
            Err(error) => Self::Error(error.into()),
        }
    }
}

/// Any record as text. Strings and numbers cannot fail to serialise.
pub(crate) fn text(record: &impl Serialize) -> String {
    serde_json::to_string(record).unwrap_or_default()
}

/// `{"error":{…}}`.
pub(crate) fn error(error: &Error) -> String {
    text(&ResultRecord::Error(error.into()))
}

/// `{"receipt":{…}}` or `{"error":{…}}`.
pub(crate) fn result(result: &Result<Receipt>) -> String {
    text(&ResultRecord::from(result))
}

/// The results of a batch's next events, in their order.
pub(crate) fn results(outcomes: &[Outcome]) -> String {
    let records: Vec<_> = outcomes.iter().map(|done| ResultRecord::from(&done.result)).collect();
    text(&records)
}
