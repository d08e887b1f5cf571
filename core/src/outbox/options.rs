//! How an outbox is opened.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::api::Outbox;
use super::ledger::Caps;
#[cfg(feature = "outbox-postgres")]
use super::postgres::PostgresStore;
use super::settings::Settings;
#[cfg(feature = "outbox-sqlite")]
use super::sqlite;
use super::state::Millis;
use super::store::Store;
use super::url::{self, Location};
use crate::config::{self, Environment};
use crate::defaults;
use crate::error::{Error, ErrorCode, Result};

/// Makes an [`Outbox`]. Nothing is opened before its first use.
#[derive(Clone)]
#[must_use]
pub struct OutboxBuilder {
    url: String,
    business_id: Option<String>,
    enqueue_timeout: Duration,
    max_events: u64,
    max_bytes: u64,
    give_up_after: Duration,
    keep_payloads: Duration,
    environment: Environment,
}

impl std::fmt::Debug for OutboxBuilder {
    /// Without the URL, which may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OutboxBuilder")
            .field("business_id", &self.business_id)
            .finish_non_exhaustive()
    }
}

impl Outbox {
    /// The outbox at this URL, of the business of `CONNECTLY_BUSINESS_ID`. Opens nothing before its
    /// first use.
    ///
    /// `sqlite:///absolute/path` is a file on a disk of this machine. With the feature
    /// `outbox-postgres`, `postgresql://user:password@host/database` is a database that many
    /// machines share; `?sslmode=`, `?sslrootcert=` and `?schema=` say how it is reached.
    ///
    /// # Errors
    /// Of kind `configuration` where the URL cannot be used or the business is not known.
    pub fn open(url: &str) -> Result<Self> {
        Self::builder(url).build()
    }

    /// The same with options.
    pub fn builder(url: &str) -> OutboxBuilder {
        OutboxBuilder::new(url)
    }
}

impl OutboxBuilder {
    fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            business_id: None,
            enqueue_timeout: defaults::OUTBOX_ENQUEUE_TIMEOUT,
            max_events: defaults::OUTBOX_MAX_EVENTS,
            max_bytes: defaults::OUTBOX_MAX_BYTES,
            give_up_after: defaults::OUTBOX_GIVE_UP_AFTER,
            keep_payloads: defaults::OUTBOX_KEEP_PAYLOADS,
            environment: Environment::default(),
        }
    }

    /// The UUID of the business at Connectly. Default: `CONNECTLY_BUSINESS_ID` of the environment.
    pub fn business_id(mut self, id: impl Into<String>) -> Self {
        self.business_id = Some(id.into());
        self
    }

    /// How long `enqueue` waits at most until the event is on the disk. Default: 0.25 s.
    pub fn enqueue_timeout(mut self, timeout: Duration) -> Self {
        self.enqueue_timeout = timeout;
        self
    }

    /// How many events may wait at most in a file; PostgreSQL has no such limit. Default:
    /// `1000000`.
    pub fn max_events(mut self, count: u64) -> Self {
        self.max_events = count;
        self
    }

    /// How many bytes the payloads of waiting events may have at most in a file. Default:
    /// `1073741824`.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// How long an event is tried that was surely not recorded; time in which the queue is paused
    /// does not count. Default: 7 days.
    pub fn give_up_after(mut self, time: Duration) -> Self {
        self.give_up_after = time;
        self
    }

    /// How long the payloads of accepted and cancelled events are kept. What became of them is kept
    /// for ever. Default: 30 days.
    pub fn keep_payloads(mut self, time: Duration) -> Self {
        self.keep_payloads = time;
        self
    }

    /// For a binding whose language has an environment of its own: these variables in place of the
    /// process's.
    #[doc(hidden)]
    pub fn environment(mut self, variables: BTreeMap<String, String>) -> Self {
        self.environment = Environment::of(variables);
        self
    }

    /// Checks the settings and makes the outbox. Opens nothing.
    ///
    /// # Errors
    /// Of kind `configuration` where a setting is missing or cannot be used.
    pub fn build(self) -> Result<Outbox> {
        let store = self.open()?;
        self.build_on(store)
    }

    /// For proofs: an outbox on a store of theirs, whatever the URL says.
    ///
    /// # Errors
    /// As [`OutboxBuilder::build`].
    #[doc(hidden)]
    pub fn build_on(self, store: Arc<dyn Store>) -> Result<Outbox> {
        let variable = defaults::BUSINESS_ID_VARIABLE;
        let business_id = self.business_id.or_else(|| self.environment.variable(variable));
        let business_id = business_id.ok_or_else(|| {
            let message = format!("the business id is missing: give it or set {variable}");
            Error::configuration(ErrorCode::MissingBusinessId, message)
        })?;
        if self.enqueue_timeout.is_zero() {
            let message = "enqueue_timeout: must be longer than 0";
            return Err(Error::configuration(ErrorCode::InvalidTimeout, message));
        }
        let millis = |time: Duration| Millis::try_from(time.as_millis()).unwrap_or(Millis::MAX);
        let settings = Settings {
            business_id: config::business(&business_id)?.hyphenated().to_string(),
            enqueue_timeout: self.enqueue_timeout,
            caps: Caps { rows: self.max_events, bytes: self.max_bytes },
            give_up_after: millis(self.give_up_after),
            keep_payloads: millis(self.keep_payloads),
        };
        Ok(Outbox::new(settings, store))
    }
}

impl OutboxBuilder {
    fn open(&self) -> Result<Arc<dyn Store>> {
        match url::read(&self.url)? {
            #[cfg(feature = "outbox-sqlite")]
            Location::Sqlite(path) => Ok(Arc::new(sqlite::open(path))),
            #[cfg(not(feature = "outbox-sqlite"))]
            Location::Sqlite(_) => Err(url::refused("this build has no SQLite")),
            #[cfg(feature = "outbox-postgres")]
            Location::Postgres(url) => Ok(Arc::new(PostgresStore::at(&url, self.enqueue_timeout)?)),
            #[cfg(not(feature = "outbox-postgres"))]
            Location::Postgres(_) => Err(url::refused("this build has no PostgreSQL")),
        }
    }
}
