//! Cancellation: that of a Swift task does not reach Rust by itself.

use std::sync::Arc;

use tokio::sync::watch;

use crate::error::Result;

/// Given to a call and kept, so that the call can be stopped from outside.
#[derive(uniffi::Object, Default)]
pub(crate) struct CancelToken {
    cancelled: watch::Sender<bool>,
}

#[uniffi::export]
impl CancelToken {
    #[uniffi::constructor]
    pub(crate) fn new() -> Result<Arc<Self>> {
        Ok(Arc::new(Self::default()))
    }

    pub(crate) fn cancel(&self) -> Result<()> {
        self.cancelled.send_replace(true);
        Ok(())
    }
}

impl CancelToken {
    pub(crate) fn is_cancelled(&self) -> bool {
        *self.cancelled.borrow()
    }

    /// Ends once the token is cancelled, before or after this call.
    pub(crate) async fn cancelled(&self) {
        // The sender lives in `self`, so the channel cannot close meanwhile.
        let _ = self.cancelled.subscribe().wait_for(|cancelled| *cancelled).await;
    }
}
