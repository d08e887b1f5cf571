//! Proof that the API received an event.

use serde::Serialize;

/// The API's word that it received an event. Received is not attributed: Meta decides later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Receipt {
    events_received: u64,
    attempts: u32,
    status: u16,
    raw_body: String,
}

impl Receipt {
    /// The receipt of a first attempt.
    #[doc(hidden)]
    #[must_use]
    pub fn new(events_received: u64, status: u16, raw_body: String) -> Self {
        Self { events_received, attempts: 1, status, raw_body }
    }

    /// The same after this many attempts.
    #[doc(hidden)]
    #[must_use]
    pub fn with_attempts(self, attempts: u32) -> Self {
        Self { attempts, ..self }
    }

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
