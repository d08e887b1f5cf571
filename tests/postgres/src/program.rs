//! Programs of the servers, and the user that they run as.

use std::fs::{Permissions, set_permissions};
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nix::unistd::{User, geteuid};

/// Why a server could not be used.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Neither server runs as root.
const SERVERS_USER: &str = "nobody";

/// Waits until nobody holds its standard input any longer, then ends the server and removes its
/// folder: also where whoever started it was killed.
const UNTIL_LEFT: &str = r#"
cat >/dev/null
for file in "$1"/data/postmaster.pid "$1"/pgbouncer.pid; do
    [ -e "$file" ] && kill -QUIT "$(head -n 1 "$file")"
done
until rm -rf "$1"; do sleep 0.1; done"#;

/// Where a server's program is: Debian keeps those of PostgreSQL off the PATH.
///
/// # Errors
/// Where it is missing.
pub fn program(name: &str) -> Result<PathBuf, Failure> {
    let mut folders: Vec<_> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|found| found.flatten().map(|folder| folder.path().join("bin")).collect())
        .unwrap_or_default();
    folders.sort();
    folders.reverse();
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    folders.push("/usr/sbin".into());
    let found = folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file());
    found.ok_or_else(|| format!("{name} is missing: make test-postgres installs it").into())
}

/// A command of the servers' user, which nothing in the environment changes.
pub(crate) fn command(path: &Path) -> Result<Command, Failure> {
    let mut command = Command::new(path);
    command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C.UTF-8").current_dir("/");
    if geteuid().is_root() {
        let user = servers_user()?;
        command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
    }
    Ok(command)
}

/// Runs it to its end and gives what it said.
pub(crate) fn run(command: &mut Command) -> Result<String, Failure> {
    let done = command.output()?;
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr);
        return Err(format!("{command:?}: {said}").into());
    }
    Ok(String::from_utf8_lossy(&done.stdout).trim_end().to_owned())
}

/// Writes a file that the servers' user can read, and nobody else.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let mut into = command(Path::new("/bin/sh"))?;
    into.args(["-c", "umask 077; cat >\"$1\"", "sh"]).arg(path).stdin(Stdio::piped());
    let mut child = into.spawn()?;
    child.stdin.take().ok_or("no standard input")?.write_all(text.as_bytes())?;
    if !child.wait()?.success() {
        return Err(format!("{} could not be written", path.display()).into());
    }
    Ok(())
}

/// A folder of a server. It goes, and the server with it, when it is dropped or its process ends.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    keeper: Child,
}

impl Folder {
    pub(crate) fn new() -> Result<Self, Failure> {
        // Short: the path of a socket has 107 bytes at most.
        let path = tempfile::Builder::new().prefix("connectly-").tempdir()?.keep();
        if geteuid().is_root() {
            let user = servers_user()?;
            chown(&path, Some(user.uid.as_raw()), Some(user.gid.as_raw()))?;
        }
        set_permissions(&path, Permissions::from_mode(0o755))?;
        let mut keeper = command(Path::new("/bin/sh"))?;
        keeper.args(["-c", UNTIL_LEFT, "sh"]).arg(&path).stdin(Stdio::piped());
        // What a terminal tells the tests is not for it.
        let keeper = keeper.process_group(0).spawn()?;
        Ok(Self { path, keeper })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // It says nothing of use.
        let _ = self.keeper.wait();
    }
}

fn servers_user() -> Result<User, Failure> {
    User::from_name(SERVERS_USER)?.ok_or_else(|| "the user nobody is missing".into())
}
