//! What became of an event, as records.

use connectly_conversions as core;

use crate::error::ErrorRecord;

/// The API's word that it received an event.
#[derive(uniffi::Record)]
pub(crate) struct ReceiptRecord {
    pub(crate) events_received: u64,
    pub(crate) attempts: u32,
    pub(crate) status: u16,
    pub(crate) raw_body: String,
}

impl From<core::Receipt> for ReceiptRecord {
    fn from(receipt: core::Receipt) -> Self {
        Self {
            events_received: receipt.events_received(),
            attempts: receipt.attempts(),
            status: receipt.status(),
            raw_body: receipt.raw_body().to_owned(),
        }
    }
}

/// What became of one event of a batch.
#[derive(uniffi::Enum)]
pub(crate) enum OutcomeRecord {
    Received { receipt: ReceiptRecord },
    Failed { error: ErrorRecord },
    Cancelled,
}
