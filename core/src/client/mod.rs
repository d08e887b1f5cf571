//! Sending: the pool, the policy and the key.

mod batch;
mod builder;
mod call;
mod settings;
mod tls;
mod tracked_body;
mod transport;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

pub use batch::{Batch, DEFAULT_CONCURRENCY, Outcome};
pub use builder::ClientBuilder;

use crate::delivery::{Disposition, Failure, Receipt};
use crate::error::{Error, Result};
use crate::event::{ConversionEvent, EventOptions};
use settings::{Limits, Settings};
use transport::Http;

/// Sends events to Connectly. Cheap to clone; clones share the pool.
///
/// Nothing happens at construction: the pool is made by the first send.
///
/// ```no_run
/// # async fn example(event: connectly_conversions::ConversionEvent)
/// # -> Result<(), connectly_conversions::Error> {
/// use connectly_conversions::Client;
///
/// let client = Client::from_env()?; // CONNECTLY_API_KEY, CONNECTLY_BUSINESS_ID
/// let receipt = client.send(&event).await?;
/// assert!(receipt.events_received() >= 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    settings: Arc<Settings>,
    http: OnceLock<Http>,
    closed: AtomicBool,
}

impl Client {
    fn new(settings: Arc<Settings>) -> Self {
        let (http, closed) = (OnceLock::new(), AtomicBool::new(false));
        Self { inner: Arc::new(Inner { settings, http, closed }) }
    }

    /// A client of the same settings with a pool of its own. A pool belongs to the runtime that
    /// it was first used on: another runtime, and a forked process, needs another.
    #[must_use]
    pub fn with_own_pool(&self) -> Self {
        Self::new(Arc::clone(&self.inner.settings))
    }

    /// Sends one event and waits for its receipt, 15 seconds at most unless told otherwise.
    ///
    /// # Errors
    /// Whatever keeps the API from saying that it received the event; `attempts` counts requests.
    pub async fn send(&self, event: &ConversionEvent) -> Result<Receipt> {
        poll_idle_connections().await;
        self.deliver(event, &self.inner.settings.limits).await.map_err(|failure| failure.error)
    }

    /// Sends one event with a deadline of its own in place of the client's.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn send_within(&self, event: &ConversionEvent, timeout: Duration) -> Result<Receipt> {
        poll_idle_connections().await;
        let limits = self.inner.settings.limits.within(timeout);
        self.deliver(event, &limits).await.map_err(|failure| failure.error)
    }

    /// Sends one event; whoever calls it has polled the idle connections.
    async fn deliver(&self, event: &ConversionEvent, limits: &Limits) -> Result<Receipt, Failure> {
        match self.http() {
            Ok(http) => call::send(http, limits, event).await,
            Err(error) => Err(Failure { error, disposition: Disposition::Misconfigured }),
        }
    }

    /// The options that events of this client are made with.
    #[must_use]
    pub fn event_options(&self) -> &EventOptions {
        &self.inner.settings.event_options
    }

    /// Refuses every further send. Requests under way end as they would.
    pub fn close(&self) {
        self.inner.closed.store(true, Ordering::Relaxed);
    }

    fn http(&self) -> Result<&Http> {
        if self.inner.closed.load(Ordering::Relaxed) {
            return Err(Error::client_closed());
        }
        if let Some(http) = self.inner.http.get() {
            return Ok(http);
        }
        // Two threads may both build one; the first stays.
        let http = Http::new(&self.inner.settings)?;
        Ok(self.inner.http.get_or_init(|| http))
    }
}

/// Between two calls nobody may have driven the pool (a blocking caller's runtime rests). The
/// first turn polls the sockets, the second the connections, so that one which the server has
/// closed is not written to: that would be an ambiguous outcome.
async fn poll_idle_connections() {
    for _ in 0..2 {
        tokio::task::yield_now().await;
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("settings", &self.inner.settings).finish_non_exhaustive()
    }
}
