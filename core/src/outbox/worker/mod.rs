//! What sends the events of the outbox.

mod delivery;
mod options;
mod pace;
mod term;

use std::fmt;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

pub use options::WorkerBuilder;

use super::api::Outbox;
use super::record::Delivered;
use crate::delivery::Sender;
use crate::error::Result;
use delivery::Delivery;
use pace::Pace;
use term::Term;

/// Sends the events of an outbox until it is stopped. As many as one likes may work on one outbox,
/// in as many processes.
pub struct Worker<S> {
    outbox: Outbox,
    sender: S,
    pace: Pace,
    /// By when it is to have stopped.
    stop: watch::Sender<Option<Instant>>,
}

impl<S: Sender> Worker<S> {
    /// What a binding gives a worker to stop in unless told: no attempt takes longer.
    #[doc(hidden)]
    pub const PATIENCE: Duration = Duration::from_secs(10);

    fn new(outbox: Outbox, sender: S, pace: Pace) -> Self {
        Self { outbox, sender, pace, stop: watch::Sender::new(None) }
    }

    /// Delivers until [`Worker::stop`], or until its client is closed; gives what it did. An error of the store is logged and
    /// waited out: nothing is lost by it.
    ///
    /// Dropping this future cuts off what is under way, and those events wait for their leases to
    /// expire. Stop it instead.
    pub async fn run(&self) -> Delivered {
        let mut delivery = Delivery::new(&self.outbox, &self.sender, &self.pace);
        // A run without an end of its own has no error.
        let _ = delivery.run(Term::until_stopped(self.stop.subscribe())).await;
        delivery.delivered()
    }

    /// Makes [`Worker::run`] take no more events, wait at most so long for the attempts under way,
    /// and return. An attempt takes 10 seconds at most.
    pub fn stop(&self, within: Duration) {
        let by = Instant::now() + within.min(Duration::from_secs(3_600));
        self.stop.send_replace(Some(by));
    }
}

impl<S> fmt::Debug for Worker<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker").field("outbox", &self.outbox).finish_non_exhaustive()
    }
}

/// How long a delivery goes on.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct DeliverOptions {
    /// Whether it ends when nothing is due now. It never waits for a backoff, a lease or a pause.
    pub until_empty: bool,
    /// How long it may take at most.
    pub deadline: Option<Duration>,
}

impl Default for DeliverOptions {
    fn default() -> Self {
        Self { until_empty: true, deadline: None }
    }
}

impl DeliverOptions {
    /// It may take so long at most: for a function or a cron job that is ended after that.
    #[must_use]
    pub fn within(deadline: Duration) -> Self {
        Self { deadline: Some(deadline), ..Self::default() }
    }
}

impl Outbox {
    /// Delivers what is due now, and ends; for a cron job, or a function that is frozen between two
    /// requests.
    ///
    /// # Errors
    /// Of kind `outbox` where the store fails, `wrong_business` where the client is of another
    /// business.
    pub async fn deliver<S: Sender>(
        &self,
        client: &S,
        options: DeliverOptions,
    ) -> Result<Delivered> {
        self.worker(Borrowed(client)).build()?.deliver(options).await
    }
}

impl<S: Sender> Worker<S> {
    /// As [`Outbox::deliver`], at this worker's pace.
    ///
    /// # Errors
    /// Of kind `outbox` where the store fails.
    pub async fn deliver(&self, options: DeliverOptions) -> Result<Delivered> {
        let mut delivery = Delivery::new(&self.outbox, &self.sender, &self.pace);
        let term = Term::of(options.until_empty, options.deadline, self.stop.subscribe());
        delivery.run(term).await?;
        Ok(delivery.delivered())
    }
}

struct Borrowed<'a, S>(&'a S);

impl<S: Sender> Sender for Borrowed<'_, S> {
    fn business_id(&self) -> Option<&str> {
        self.0.business_id()
    }

    fn is_closed(&self) -> bool {
        self.0.is_closed()
    }

    fn post(
        &self,
        wire: bytes::Bytes,
        until: Instant,
    ) -> impl Future<Output = crate::delivery::Attempt> + Send {
        self.0.post(wire, until)
    }
}
