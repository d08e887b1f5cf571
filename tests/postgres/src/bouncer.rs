//! PgBouncer in front of a server.

use std::fs;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::program::{Failure, Folder, command, program, run, write};
use crate::server::{Database, USER};

/// What takes longer does not start.
const PATIENCE: Duration = Duration::from_secs(60);

/// A PgBouncer in transaction mode, with two connections to the server in all.
#[derive(Debug)]
pub struct Bouncer {
    folder: Folder,
    port: u16,
}

impl Bouncer {
    /// Starts one in front of a server's databases.
    ///
    /// # Errors
    /// Where PgBouncer is missing or does not start.
    pub fn start(of: &Database<'_>) -> Result<Self, Failure> {
        let folder = Folder::new()?;
        let (path, server) = (folder.path().display(), of.server());
        // No port is listened on: the number is a part of the socket's name.
        let port = server.port();
        write(&folder.path().join("users"), &format!("\"{USER}\" \"\"\n"))?;
        let settings = format!(
            "[databases]
* = host={} port={port}
[pgbouncer]
unix_socket_dir = {path}
listen_port = {port}
auth_type = trust
auth_file = {path}/users
pidfile = {path}/pgbouncer.pid
logfile = {path}/log
pool_mode = transaction
default_pool_size = 2
max_client_conn = 200
",
            server.folder().display()
        );
        let file = folder.path().join("settings");
        write(&file, &settings)?;
        run(command(&program("pgbouncer")?)?.args(["-q", "-d"]).arg(&file))?;
        // It goes to the background before it listens.
        let socket = folder.path().join(format!(".s.PGSQL.{port}"));
        let until = Instant::now() + PATIENCE;
        while UnixStream::connect(&socket).is_err() {
            if Instant::now() > until {
                return Err("PgBouncer does not start".into());
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(Self { folder, port })
    }

    /// The URL of a database of the server, through this.
    #[must_use]
    pub fn url(&self, database: &Database<'_>) -> String {
        let folder = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgresql://{USER}@{folder}:{}/{}", self.port, database.name())
    }

    /// What it has written into its log.
    ///
    /// # Errors
    /// Where that cannot be read.
    pub fn log(&self) -> Result<String, Failure> {
        let log: &Path = &self.folder.path().join("log");
        Ok(fs::read_to_string(log)?)
    }
}
