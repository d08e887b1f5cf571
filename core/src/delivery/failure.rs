//! An attempt that brought no receipt.

use super::disposition::{Disposition, Resend};
use crate::error::Error;

/// One attempt's failure, and what it means for the event.
#[derive(Debug)]
pub struct Failure {
    /// What happened.
    pub error: Error,
    /// Whether the event may be sent again.
    pub disposition: Disposition,
}

impl Failure {
    /// The same, seen after `earlier` attempts of the event.
    #[must_use]
    pub fn after(self, earlier: Option<Disposition>) -> Self {
        Self { disposition: self.disposition.after(earlier), ..self }
    }

    /// The failure of an event that is given up after so many attempts. Its error says whether a
    /// later call may try again, or that the outcome is unknown.
    #[must_use]
    pub fn given_up(self, attempts: u32, resend: Resend) -> Self {
        let error = self.error.with_attempts(attempts).with_retryable(resend == Resend::Safe);
        let error = if resend == Resend::Unsafe { error.into_unknown_outcome() } else { error };
        Self { error, ..self }
    }
}
