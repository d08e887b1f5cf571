//! How many requests, and how fast.

use std::sync::Arc;
use std::time::Duration;

use crate::error::Error;
use crate::outbox::record::Attempted;

/// Is told of each attempt.
pub(super) type Hook = Arc<dyn Fn(&Attempted) + Send + Sync>;

/// Is told that the store fails.
pub(super) type Alarm = Arc<dyn Fn(&Error) + Send + Sync>;

/// How many requests, and how fast.
#[derive(Clone)]
pub(crate) struct Pace {
    pub(super) concurrency: usize,
    /// The shortest time between the beginnings of two requests.
    pub(super) spacing: Option<Duration>,
    pub(super) hook: Option<Hook>,
    pub(super) alarm: Option<Alarm>,
}
