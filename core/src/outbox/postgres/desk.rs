//! What a thread of the store does with a group of jobs.

use std::sync::Arc;
use std::time::Duration;

use super::address::Address;
use super::connection::Connection;
use super::failure::Broken;
use super::group::{self, Member};
use super::schema::{self, Begin};
use super::tables::Mode;
use crate::outbox::failure::Failure;
use crate::outbox::store::{Job, Kind};

/// A connection that rests for so long is closed: another process may need its place.
const REST: Duration = Duration::from_secs(300);

/// So often a transaction is tried that the server has chosen to end for another.
const ATTEMPTS: usize = 5;

/// A transaction that is left open by a host that is gone ends after that.
const LEFT_OPEN: Duration = Duration::from_secs(30);

/// One connection, and how its transactions begin.
pub(super) struct Desk {
    address: Arc<Address>,
    mode: Mode,
    begin: String,
    begin_to_write: String,
    patience: Duration,
    connection: Option<Connection>,
}

impl Desk {
    /// `patience` is how long an addition waits for a lock.
    pub(super) fn new(address: Arc<Address>, kind: Kind, patience: Duration) -> Self {
        let (mode, lock, statement) = match kind {
            // A snapshot, so that figures fit each other.
            Kind::Read => (Mode::Reads, Duration::from_secs(5), Duration::from_secs(60)),
            Kind::Add => (Mode::Writes, patience, patience.max(Duration::from_secs(10))),
            Kind::Change | Kind::Erase => {
                (Mode::Writes, Duration::from_secs(5), Duration::from_secs(20))
            }
        };
        let isolation = match mode {
            Mode::Reads => "REPEATABLE READ, READ ONLY",
            Mode::Writes => "READ COMMITTED",
        };
        let begin = begin(isolation, &address, lock, statement);
        let long = Duration::from_secs(60);
        let begin_to_write = self::begin("READ COMMITTED", &address, long, long);
        Self { address, mode, begin, begin_to_write, patience: statement, connection: None }
    }

    pub(super) fn work(&mut self, jobs: Vec<Box<dyn Job>>) {
        let members = jobs.into_iter().filter(|job| job.is_wanted()).map(Member::new);
        if self.mode == Mode::Reads {
            // Each has a snapshot of its own.
            return members.for_each(|member| self.alone(member));
        }
        let mut members: Vec<_> = members.collect();
        let done = self.transact(&mut members);
        let is_alone = members.len() == 1;
        for member in members {
            match &done {
                // What somebody else's lock or a neighbour's made it fail of may go well alone.
                Ok(()) if !is_alone && member.broken.is_some() && member.is_wanted() => {
                    self.alone(member);
                }
                done => member.settle(done.clone()),
            }
        }
    }

    fn alone(&mut self, member: Member) {
        let mut one = [member];
        let done = self.transact(&mut one);
        let [member] = one;
        member.settle(done);
    }

    /// How long it may rest.
    pub(super) fn rest(&self) -> Option<Duration> {
        self.connection.is_some().then_some(REST)
    }

    /// Whatever became of the connection.
    pub(super) fn drop_connection(&mut self) {
        self.connection = None;
    }

    pub(super) fn close(&mut self) {
        if let Some(connection) = self.connection.take() {
            connection.close();
        }
    }

    fn transact(&mut self, members: &mut [Member]) -> Result<(), Failure> {
        if members.is_empty() {
            return Ok(());
        }
        for attempt in 1.. {
            let connection = match self.connection.take() {
                Some(connection) => connection,
                None => self.open().map_err(|broken| broken.failure)?,
            };
            let done = group::commit(&connection, self.mode, &self.begin, members);
            let Err(broken) = done else {
                self.connection = Some(connection);
                return Ok(());
            };
            // The server may have closed a connection that rested, or gone and come again.
            let was_cut = attempt == 1 && !broken.is_sound && broken.is_undone;
            if broken.is_sound {
                self.connection = Some(connection);
            }
            let was_chosen = broken.is_deadlock && attempt < ATTEMPTS;
            if !(was_cut || was_chosen) {
                return Err(broken.failure);
            }
        }
        Ok(())
    }

    fn open(&self) -> Result<Connection, Broken> {
        let connection = Connection::open(&self.address, self.patience)?;
        let schema = self.address.schema.as_deref();
        schema::prepare(&connection, &Begin { sql: &self.begin_to_write, schema })?;
        Ok(connection)
    }
}

/// With limits that a pooler lets through, since they end with the transaction.
fn begin(isolation: &str, address: &Address, lock: Duration, statement: Duration) -> String {
    let schema = address.schema.as_deref();
    let schema = schema.map_or(String::new(), |name| format!("; SET LOCAL search_path = {name}"));
    format!(
        "BEGIN ISOLATION LEVEL {isolation}; SET LOCAL lock_timeout = {}; \
         SET LOCAL statement_timeout = {}; SET LOCAL idle_in_transaction_session_timeout = {}\
         {schema}",
        lock.as_millis().max(1),
        statement.as_millis(),
        LEFT_OPEN.as_millis(),
    )
}
