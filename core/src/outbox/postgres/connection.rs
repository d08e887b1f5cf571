//! A connection, and the thread's runtime that serves it.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use futures_util::future::{join, join_all};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, NoTls, Row, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::address::Address;
use super::failure::Broken;
use super::scan::Scans;
use crate::error::ErrorCode;

/// The server ends a statement before that, unless it is gone.
const SILENCE: Duration = Duration::from_secs(20);

/// Name look-up, connection, TLS handshake and log-in.
const LOG_IN: Duration = Duration::from_secs(10);

/// How long a good-bye may take.
const GOOD_BYE: Duration = Duration::from_secs(1);

/// A value of a statement.
pub(super) type Param<'a> = (Box<dyn ToSql + Sync + 'a>, Type);

/// A statement, and what it is given.
pub(super) struct Statement<'a> {
    pub(super) sql: &'a str,
    pub(super) params: Vec<Param<'a>>,
}

/// A connection to a server. Used by one thread, which waits.
pub(super) struct Connection {
    client: Client,
    driver: JoinHandle<()>,
    runtime: Runtime,
    patience: Duration,
    trips: Cell<usize>,
    pub(super) scans: RefCell<Scans>,
}

impl Connection {
    pub(super) fn open(address: &Address, patience: Duration) -> Result<Self, Broken> {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| {
            Broken::new(ErrorCode::OutboxFailed, format!("no runtime for the outbox: {error}"))
        })?;
        let tls = address.tls().map_err(|error| {
            Broken::new(ErrorCode::OutboxUnavailable, error.message().to_owned())
        })?;
        let log_in = async {
            match tls {
                None => log_in(address, NoTls).await,
                Some(config) => log_in(address, MakeRustlsConnect::new(config)).await,
            }
        };
        let (client, driver) = runtime
            .block_on(async { timeout(LOG_IN, log_in).await })
            .map_err(|_| Broken::silent())??;
        Ok(Self {
            client,
            driver,
            runtime,
            patience: patience + SILENCE,
            trips: Cell::new(0),
            scans: RefCell::default(),
        })
    }

    /// Runs SQL that has no values, each part in its turn.
    pub(super) fn run(&self, sql: &str) -> Result<(), Broken> {
        self.trip(self.batch(sql))
    }

    /// Runs these one after the other, within one round trip: SQL that has no values, then
    /// statements. Gives what each of these found.
    pub(super) fn ask(&self, first: &str, then: &[Statement<'_>]) -> Result<Vec<Vec<Row>>, Broken> {
        self.trip(async {
            // Each is sent when it is first polled, in this order; the server answers in it, too.
            let (first, found) = join(self.batch(first), self.all(then)).await;
            first?;
            found
        })
    }

    /// The same, with SQL that has no values as the last: a commit.
    pub(super) fn commit(&self, first: &[Statement<'_>], last: &str) -> Result<(), Broken> {
        self.trip(async {
            // Where the first fails, the server undoes instead of committing. Where the connection
            // fails, nobody knows how far it came.
            let (first, last) = join(self.all(first), self.batch(last)).await;
            first.and(last).map_err(Broken::in_commit)
        })
    }

    async fn batch(&self, sql: &str) -> Result<(), Broken> {
        if sql.is_empty() {
            return Ok(());
        }
        Ok(self.client.batch_execute(sql).await?)
    }

    async fn all(&self, statements: &[Statement<'_>]) -> Result<Vec<Vec<Row>>, Broken> {
        let found = join_all(statements.iter().map(|statement| self.query(statement))).await;
        // After the first failure the server refuses what follows.
        Ok(found.into_iter().collect::<Result<_, _>>()?)
    }

    /// Without a name, and with its types: whoever pools connections may give each transaction
    /// another one.
    async fn query(&self, of: &Statement<'_>) -> Result<Vec<Row>, tokio_postgres::Error> {
        let params: Vec<(&(dyn ToSql + Sync), Type)> =
            of.params.iter().map(|(value, type_)| (&**value as _, type_.clone())).collect();
        self.client.query_typed(of.sql, &params).await
    }

    fn trip<T>(&self, trip: impl Future<Output = Result<T, Broken>>) -> Result<T, Broken> {
        self.trips.set(self.trips.get() + 1);
        let done = self.runtime.block_on(async { timeout(self.patience, trip).await });
        done.unwrap_or_else(|_| Err(Broken::silent().in_commit()))
    }

    /// How many round trips it has made.
    #[cfg(test)]
    pub(super) fn trips(&self) -> usize {
        self.trips.get()
    }

    /// Says good-bye.
    pub(super) fn close(self) {
        let Self { client, driver, runtime, .. } = self;
        drop(client);
        // Whoever does not answer is left.
        let _ = runtime.block_on(async { timeout(GOOD_BYE, driver).await });
    }
}

async fn log_in<T>(address: &Address, tls: T) -> Result<(Client, JoinHandle<()>), Broken>
where
    T: MakeTlsConnect<Socket>,
    T::Stream: Send + 'static,
{
    let (client, connection) = address.config.connect(tls).await?;
    let driver = tokio::spawn(async {
        // Whoever waits for an answer is told.
        let _ = connection.await;
    });
    Ok((client, driver))
}
