//! What goes wrong between hosts and their server.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use connectly_test_postgres::{Database, program};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// What goes wrong. Two things do so all the time: the hosts' clocks are five minutes apart, and
/// one host's connections are cut inside COMMIT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chaos {
    /// The server is stopped and started again.
    ServerRestarted,
    /// Its processes that serve the hosts are ended, and one is killed: the server starts anew.
    BackendsKilled,
    /// Others hold all of its connections.
    PoolExhausted,
    /// One worker is killed.
    WorkerKilled,
    /// All workers are killed, and those that take their places.
    WorkersKilledAgainAndAgain,
    /// A host is cut off while its worker holds leases, and comes back.
    HostCutOff,
    /// Somebody leaves a transaction open: what was deleted and updated since stays in the table.
    SessionLeftIdle,
}

impl Chaos {
    /// All of it.
    pub const ALL: [Self; 7] = [
        Self::ServerRestarted,
        Self::BackendsKilled,
        Self::PoolExhausted,
        Self::WorkerKilled,
        Self::WorkersKilledAgainAndAgain,
        Self::HostCutOff,
        Self::SessionLeftIdle,
    ];
}

const OUTBOX: &str = "application_name = 'connectly-outbox'";

/// The server ends every connection of an outbox.
pub(crate) fn end_backends(database: &Database<'_>) {
    let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE ";
    database.sql(&format!("{end}{OUTBOX}")).unwrap();
}

/// One of them is killed: the server ends all others and recovers as after a crash.
pub(crate) fn kill_a_backend(database: &Database<'_>) {
    let one = loop {
        let found = format!("SELECT pid FROM pg_stat_activity WHERE {OUTBOX} LIMIT 1");
        if let Ok(pid) = database.sql(&found).unwrap().parse() {
            break pid;
        }
    };
    kill(Pid::from_raw(one), Signal::SIGKILL).unwrap();
    until_it_answers(database);
}

pub(crate) fn until_it_answers(database: &Database<'_>) {
    while database.sql("SELECT 1").is_err() {}
}

/// Somebody who has all of a server's connections.
#[derive(Debug, Default)]
pub(crate) struct Hog(Vec<TcpStream>);

impl Hog {
    /// Takes those of the outboxes, and every one that is left.
    pub(crate) fn takes_all(&mut self, database: &Database<'_>) {
        // Its word to the server needs one, too.
        self.0.pop();
        let end = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {OUTBOX}");
        // Somebody else may have been faster.
        let _ = database.sql(&end);
        let address = SocketAddr::from(([127, 0, 0, 1], database.server().port()));
        while let Some(taken) = log_in(address, database.name()) {
            self.0.push(taken);
        }
    }
}

/// A connection of a program that then does nothing; `None` where there are too many.
fn log_in(address: SocketAddr, database: &str) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(address).ok()?;
    let words = format!("user\0shop\0database\0{database}\0\0");
    let length = u32::try_from(8 + words.len()).unwrap();
    let mut hello = length.to_be_bytes().to_vec();
    // Version 3.0 of the protocol.
    hello.extend(196_608_u32.to_be_bytes());
    hello.extend(words.as_bytes());
    stream.write_all(&hello).ok()?;
    let mut answer = [0];
    stream.read_exact(&mut answer).ok()?;
    (answer == *b"R").then_some(stream)
}

/// Somebody who looked into the tables and went for lunch, with a transaction open.
#[derive(Debug)]
pub(crate) struct Idler {
    psql: Child,
    input: Option<ChildStdin>,
}

impl Idler {
    pub(crate) fn new(database: &Database<'_>) -> Self {
        let mut psql = Command::new(program("psql").unwrap());
        psql.args(["-qAtX", "-d", &database.tcp_url()]).stdin(Stdio::piped());
        let mut psql = psql.stdout(Stdio::piped()).spawn().unwrap();
        let mut input = psql.stdin.take().unwrap();
        let look =
            "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM connectly_outbox;\n";
        input.write_all(look.as_bytes()).unwrap();
        // It has its answer, and its snapshot with it.
        psql.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
        Self { psql, input: Some(input) }
    }
}

impl Drop for Idler {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.psql.wait();
    }
}

/// How often the server has refused somebody since it has too many.
pub(crate) fn refusals(folder: &Path) -> usize {
    let log = std::fs::read_to_string(folder.join("log")).unwrap();
    log.matches("too many clients already").count()
}
