//! Where an outbox lies.

use super::api::Outbox;
use super::store;
#[cfg(feature = "cli")]
use super::url::{self, Location};
use crate::error::Result;

impl Outbox {
    /// Whether there is one at this place. Makes nothing, which opening it does.
    ///
    /// # Errors
    /// `invalid_outbox_url`.
    #[cfg(feature = "cli")]
    pub(crate) fn exists(url: &str) -> Result<bool> {
        match url::read(url)? {
            Location::Sqlite(path) => Ok(path.exists()),
            // It is for a server to say, once it is asked for the first time.
            Location::Postgres(_) => Ok(true),
        }
    }

    /// How many events of other businesses wait in it: no worker of this business sends them.
    ///
    /// # Errors
    /// Of kind `outbox` where the store fails.
    #[cfg(feature = "cli")]
    pub(crate) async fn waiting_elsewhere(&self) -> Result<u64> {
        let business_id = self.business_id().to_owned();
        store::read(&*self.inner.store, move |table| {
            let counts = table.counts(&business_id)?;
            let ours = counts.held + counts.pending + counts.leased;
            Ok(table.live()?.rows.saturating_sub(ours))
        })
        .await
    }

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
