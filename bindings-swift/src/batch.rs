//! Many events; Swift pulls them and waits for each, so that it never holds more than it asked for.

use std::sync::{Arc, Mutex, PoisonError};

use connectly_conversions::{Client, DEFAULT_CONCURRENCY, Error, Receipt, binding};

use crate::cancel::CancelToken;
use crate::engine;
use crate::error::{ErrorRecord, Failure, Result};
use crate::event::Event;
use crate::outcome::OutcomeRecord;

/// A batch. Cancelling it stops its requests; those that have an answer keep it.
#[derive(uniffi::Object)]
pub(crate) struct NativeBatch {
    batch: Arc<binding::Batch>,
    concurrency: usize,
    token: Arc<CancelToken>,
}

impl NativeBatch {
    pub(crate) fn new(client: &Client, concurrency: Option<f64>) -> Result<Arc<Self>> {
        let concurrency = concurrency.map_or(Ok(DEFAULT_CONCURRENCY), binding::concurrency)?;
        let batch = Arc::new(client.batch(concurrency));
        Ok(Arc::new(Self { batch, concurrency, token: Arc::default() }))
    }
}

#[uniffi::export]
impl NativeBatch {
    /// How many events may be in flight at a time.
    pub(crate) fn concurrency(&self) -> Result<u64> {
        Ok(self.concurrency as u64)
    }

    /// Starts to send an event.
    pub(crate) fn start(&self, event: &Event) -> Result<Arc<InFlight>> {
        let (batch, token) = (Arc::clone(&self.batch), Arc::clone(&self.token));
        let event = event.event.clone();
        let task = engine::spawn(token, async move { batch.send(&event).await })?;
        Ok(Arc::new(InFlight { task: Mutex::new(Some(task)) }))
    }

    pub(crate) fn cancel(&self) -> Result<()> {
        self.token.cancel()
    }
}

/// An event that is being sent.
#[derive(uniffi::Object)]
pub(crate) struct InFlight {
    task: Mutex<Option<engine::Task<connectly_conversions::Result<Receipt>>>>,
}

#[uniffi::export]
impl InFlight {
    /// Waits for what becomes of it; to be asked once.
    pub(crate) async fn outcome(&self) -> Result<OutcomeRecord> {
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        let task = task.ok_or_else(|| Error::internal("an outcome was asked for twice"))?;
        match engine::join(task).await {
            Ok(Ok(receipt)) => Ok(OutcomeRecord::Received { receipt: receipt.into() }),
            Ok(Err(error)) => Ok(OutcomeRecord::Failed { error: ErrorRecord::from(&error) }),
            Err(Failure::Cancelled) => Ok(OutcomeRecord::Cancelled),
            Err(failure) => Err(failure),
        }
    }
}
