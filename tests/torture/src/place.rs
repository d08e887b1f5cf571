//! Where an outbox is: in a file, or in a database of a server.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use connectly_conversions::OutboxBuilder;
use connectly_conversions::binding::{PostgresStore, Store};
use serde::{Deserialize, Serialize};

use crate::event;
use crate::line::Millis;

/// Where an outbox is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In a file of this machine.
    File(PathBuf),
    /// In the database of this URL.
    Server(String),
}

impl From<&Path> for Place {
    fn from(path: &Path) -> Self {
        Self::File(path.to_owned())
    }
}

impl Place {
    /// The outbox there.
    pub fn outbox(&self) -> OutboxBuilder {
        match self {
            Self::File(path) => event::outbox(path),
            Self::Server(url) => event::outbox_at(url),
        }
    }

    /// The store there; that of a file goes by a clock that is ahead.
    pub(crate) fn store(&self, ahead: Duration, patience: Duration) -> Arc<dyn Store> {
        match self {
            Self::File(path) => Arc::new(event::store(path, ahead)),
            Self::Server(url) => Arc::new(PostgresStore::at(url, patience).unwrap()),
        }
    }

    /// How far the true time is ahead of what is told of leases. A server's clock cannot be set:
    /// its rows are made older instead.
    pub(crate) fn later(&self, ahead: Millis) -> Millis {
        match self {
            Self::File(_) => 0,
            Self::Server(_) => ahead,
        }
    }
}
