//! Where an outbox lies.

use super::api::Outbox;
use super::store;
use crate::error::Result;

impl Outbox {
    /// Why the outbox may be lost although it works: its file lies on a disk that goes with its
    /// container or function. Opens the file; the same is logged when it is first opened.
    ///
    /// # Errors
    /// Of kind `outbox` where the store fails.
    pub async fn warnings(&self) -> Result<Vec<String>> {
        let store = &*self.inner.store;
        store::read(store, |_| Ok(())).await?;
        Ok(store.warnings())
    }

    /// The same, of an outbox that was used before: asks nothing. For a binding that logs it.
    #[doc(hidden)]
    #[must_use]
    pub fn known_warnings(&self) -> Vec<String> {
        self.inner.store.warnings()
    }
}
