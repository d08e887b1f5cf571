//! A database of the test's own.

use std::sync::Arc;
use std::time::Duration;

use connectly_conversions::binding::PostgresStore;
use connectly_conversions::{Outbox, OutboxBuilder};
use connectly_test_postgres::Database;

pub(crate) use crate::jobs::{BUSINESS, ask, client, event, submit, wait, while_busy};

/// A busy machine is no reason to fail.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn database() -> Database<'static> {
    connectly_test_postgres::server().unwrap().database().unwrap()
}

pub(crate) fn builder(url: &str) -> OutboxBuilder {
    Outbox::builder(url).business_id(BUSINESS).enqueue_timeout(PATIENCE)
}

pub(crate) fn outbox(url: &str) -> Outbox {
    builder(url).build().unwrap()
}

pub(crate) fn store(url: &str) -> Arc<PostgresStore> {
    Arc::new(PostgresStore::at(url, PATIENCE).unwrap())
}

/// Makes the tables, and nothing in them.
pub(crate) fn made(database: &Database<'_>) {
    wait(outbox(&database.url()).counts()).unwrap();
}

/// Returns once somebody waits for a lock in this database.
pub(crate) fn waits_for_a_lock(database: &str) {
    let server = connectly_test_postgres::server().unwrap();
    let waiting = format!(
        "SELECT count(*) FROM pg_stat_activity
         WHERE datname = '{database}' AND wait_event_type = 'Lock'"
    );
    while server.sql(&waiting).unwrap() == "0" {}
}
