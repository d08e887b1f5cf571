//! Sending: the pool, the policy and the key.

mod batch;
mod builder;
mod call;
mod connector;
mod in_flight;
mod inflate;
mod mask;
#[cfg(feature = "cli")]
mod probe;
mod proxy;
mod quiet_stream;
mod settings;
mod tracked_body;
mod transport;

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

pub use batch::{Batch, DEFAULT_CONCURRENCY, Outcome};
pub use builder::ClientBuilder;
#[cfg(feature = "cli")]
pub(crate) use probe::ask;

use crate::delivery::{Attempt, Disposition, Failure, Receipt, Sender};
use crate::error::{Error, Result};
use crate::event::{ConversionEvent, EventOptions};
use crate::guard;
use in_flight::InFlight;
use settings::{Limits, Settings};
use transport::{Connection, Http};

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
    in_flight: InFlight,
}

impl Client {
    fn new(settings: Arc<Settings>) -> Self {
        let in_flight = InFlight::new(settings.max_connections);
        Self { inner: Arc::new(Inner { settings, http: OnceLock::new(), in_flight }) }
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
        let call = self.inner.in_flight.begin().map_err(misconfigured)?;
        let connection = Connection { http: self.http()?, call: &call };
        call::send(&connection, &call, limits, event).await
    }

    /// The options that events of this client are made with.
    #[must_use]
    pub fn event_options(&self) -> &EventOptions {
        &self.inner.settings.event_options
    }

    /// Refuses every further send with `client_closed`. Sends under way end as they would.
    pub fn close(&self) {
        self.inner.in_flight.close();
    }

    /// As [`Client::close`], and waits for the sends under way, for at most `timeout`. Then those
    /// that are left are cut off: each ends at once with `client_closed`, or `unknown_outcome`
    /// where the event may have arrived and has no order id; `retryable` says whether it may be
    /// sent again. Gives their number, once they have told their callers.
    pub async fn close_within(&self, timeout: Duration) -> usize {
        self.inner.in_flight.close_within(timeout).await
    }

    fn http(&self) -> Result<&Http, Failure> {
        guard::check(&self.inner.settings.url).map_err(misconfigured)?;
        if let Some(http) = self.inner.http.get() {
            return Ok(http);
        }
        // Two threads may both build one; the first stays.
        let http = Http::new(&self.inner.settings).map_err(misconfigured)?;
        Ok(self.inner.http.get_or_init(|| http))
    }
}

/// One attempt at a time, for a queue that has a policy of its own.
impl Sender for Client {
    fn business_id(&self) -> Option<&str> {
        Some(&self.inner.settings.business_id)
    }

    fn is_closed(&self) -> bool {
        self.inner.in_flight.is_closed()
    }

    async fn post(&self, wire: Bytes, until: Instant) -> Attempt {
        poll_idle_connections().await;
        let call = self.inner.in_flight.begin().map_err(misconfigured)?;
        let _permit = call.connection(until).await.map_err(never_sent)?;
        Connection { http: self.http()?, call: &call }.post(wire, until).await
    }
}

/// Every event would fare the same.
fn misconfigured(error: Error) -> Failure {
    Failure { error, disposition: Disposition::Misconfigured }
}

fn never_sent(error: Error) -> Failure {
    Failure { error, disposition: Disposition::NeverSent }
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
