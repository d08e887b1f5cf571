//! Proof that the API received an event.

use serde::Serialize;

/// The API's word that it received an event. Received is not attributed: Meta decides later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Receipt {
    pub(super) events_received: u64,
    pub(super) attempts: u32,
    pub(super) status: u16,
    pub(super) raw_body: String,
}

impl Receipt {
    /// How many events the API says it received; at least 1.
    #[must_use]
    pub fn events_received(&self) -> u64 {
        self.events_received
    }

    /// How many requests were made; at least 1.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The HTTP status, 200 to 299.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The answer's body as it came.
    #[must_use]
    pub fn raw_body(&self) -> &str {
        &self.raw_body
    }
}
