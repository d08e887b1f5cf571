//! A PostgreSQL server.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::program::{Failure, Folder, command, program, run, write};

/// The role that tests connect as; it may do everything.
pub(crate) const USER: &str = "shop";

/// A PostgreSQL server of this process.
#[derive(Debug)]
pub struct Server {
    folder: Folder,
    port: u16,
    options: String,
    databases: AtomicU32,
}

/// A database of a server.
#[derive(Debug, Clone)]
pub struct Database<'s> {
    server: &'s Server,
    name: String,
}

impl Server {
    /// Starts a server with these settings beside the usual ones, such as `("fsync", "on")`. It
    /// listens on a socket in its folder and on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// Where PostgreSQL is missing or does not start.
    pub fn start(settings: &[(&str, &str)]) -> Result<Self, Failure> {
        let folder = Folder::new()?;
        let mut initdb = command(&program("initdb")?)?;
        initdb.arg("-D").arg(folder.path().join("data"));
        run(initdb.args(["-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync"]))?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let usual = format!(
            "-k {} -p {port} -c listen_addresses=127.0.0.1 -c fsync=off \
             -c max_connections=200 -c track_commit_timestamp=on",
            folder.path().display()
        );
        let settings = settings.iter().map(|(name, value)| format!(" -c {name}={value}"));
        let options = settings.fold(usual, |options, setting| options + &setting);
        let server = Self { folder, port, options, databases: AtomicU32::new(0) };
        server.go_on()?;
        Ok(server)
    }

    /// Starts it again after [`Server::stop`].
    ///
    /// # Errors
    /// Where it does not start.
    pub fn go_on(&self) -> Result<(), Failure> {
        let mut start = self.control()?;
        start.arg("-l").arg(self.folder().join("log")).args(["-o", &self.options, "start"]);
        run(&mut start).map(drop).map_err(|failure| {
            let log = std::fs::read_to_string(self.folder().join("log")).unwrap_or_default();
            format!("{failure}\n{log}").into()
        })
    }

    /// Stops it at once: whoever is connected is cut off.
    ///
    /// # Errors
    /// Where it does not stop.
    pub fn stop(&self) -> Result<(), Failure> {
        run(self.control()?.args(["-m", "fast", "stop"])).map(drop)
    }

    fn control(&self) -> Result<Command, Failure> {
        let mut control = command(&program("pg_ctl")?)?;
        control.arg("-D").arg(self.folder().join("data")).arg("-w");
        Ok(control)
    }

    /// Its folder, with the socket.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Its port on 127.0.0.1, and in the name of the socket.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A new, empty database.
    ///
    /// # Errors
    /// Where the server refuses.
    pub fn database(&self) -> Result<Database<'_>, Failure> {
        let name = format!("shop_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.sql(&format!("CREATE DATABASE {name}"))?;
        Ok(Database { server: self, name })
    }

    /// Writes a file into the server's folder for data, such as `server.key`.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write(&self, name: &str, text: &str) -> Result<(), Failure> {
        write(&self.folder().join("data").join(name), text)
    }

    /// Runs SQL in a database of its administrator's; see [`Database::sql`].
    ///
    /// # Errors
    /// Where the server refuses.
    pub fn sql(&self, sql: &str) -> Result<String, Failure> {
        run(self.psql("postgres")?.args(["-c", sql]))
    }

    fn psql(&self, database: &str) -> Result<Command, Failure> {
        let mut psql = command(&program("psql")?)?;
        psql.arg("-h").arg(self.folder()).args(["-p", &self.port.to_string(), "-U", USER]);
        psql.args(["-d", database, "-qAtX", "-v", "ON_ERROR_STOP=1"]);
        Ok(psql)
    }
}

impl Database<'_> {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its URL, by the socket.
    #[must_use]
    pub fn url(&self) -> String {
        let folder = self.server.folder().display().to_string().replace('/', "%2F");
        format!("postgresql://{USER}@{folder}:{}/{}", self.server.port, self.name)
    }

    /// Its URL, by the port.
    #[must_use]
    pub fn tcp_url(&self) -> String {
        format!("postgresql://{USER}@127.0.0.1:{}/{}", self.server.port, self.name)
    }

    /// Runs SQL as another program would, and gives what it answered: a line a row, columns apart
    /// by `|`.
    ///
    /// # Errors
    /// Where the server refuses.
    pub fn sql(&self, sql: &str) -> Result<String, Failure> {
        run(self.server.psql(&self.name)?.args(["-c", sql]))
    }

    /// Runs SQL in a transaction of another program, which stays open.
    ///
    /// # Errors
    /// Where the server refuses.
    pub fn begin(&self, sql: &str) -> Result<Transaction, Failure> {
        let mut psql = self.server.psql(&self.name)?;
        let mut psql = psql.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut input = psql.stdin.take().ok_or("no standard input")?;
        writeln!(input, "BEGIN; {sql};\n\\echo it is done")?;
        let mut lines = BufReader::new(psql.stdout.take().ok_or("no standard output")?).lines();
        let is_done = lines.any(|line| line.is_ok_and(|line| line == "it is done"));
        let transaction = Transaction { psql, input: Some(input) };
        is_done.then_some(transaction).ok_or_else(|| format!("{sql}: it was refused").into())
    }

    /// The server that it is on.
    #[must_use]
    pub fn server(&self) -> &Server {
        self.server
    }
}

/// A transaction of another program, which undoes it when it is dropped.
#[derive(Debug)]
pub struct Transaction {
    psql: Child,
    input: Option<ChildStdin>,
}

impl Transaction {
    /// Commits it.
    ///
    /// # Errors
    /// Where the server refuses.
    pub fn commit(mut self) -> Result<(), Failure> {
        let mut input = self.input.take().ok_or("it is over")?;
        writeln!(input, "COMMIT;")?;
        drop(input);
        let done = self.psql.wait()?;
        done.success().then_some(()).ok_or_else(|| "it was not committed".into())
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        drop(self.input.take());
        // It has undone everything, whatever it says.
        let _ = self.psql.wait();
    }
}
