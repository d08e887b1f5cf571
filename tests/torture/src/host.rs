//! Hosts: network namespaces on one bridge, each with a clock of its own.

use std::path::Path;
use std::process::Command;

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::unistd::geteuid;

/// What makes a process believe another time; make test-hosts installs it.
const FAKETIME: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

const BRIDGE: &str = "shops";

/// The address of whoever serves the hosts: the database and the API.
pub const SERVER: &str = "10.77.0.1";

/// Leaves the machine's network for one of this process alone, where hosts can be made. To be
/// called before there is a second thread.
///
/// # Panics
/// Without the rights of root, or without what Debian calls iproute2 and libfaketime.
pub fn leave_the_network() {
    assert!(geteuid().is_root(), "network namespaces are root's: run this as root");
    assert!(Path::new(FAKETIME).exists(), "{FAKETIME} is missing: make test-hosts installs it");
    unshare(CloneFlags::CLONE_NEWNET | CloneFlags::CLONE_NEWNS).unwrap();
    let private = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
    mount(None::<&str>, "/", None::<&str>, private, None::<&str>).unwrap();
    mount(Some("none"), "/run", Some("tmpfs"), MsFlags::empty(), None::<&str>).unwrap();
    ip("link set lo up");
    ip(&format!("link add {BRIDGE} type bridge"));
    ip(&format!("addr add {SERVER}/24 dev {BRIDGE}"));
    ip(&format!("link set {BRIDGE} up"));
}

fn ip(words: &str) {
    let done = Command::new("ip").args(words.split(' ')).output().unwrap();
    assert!(done.status.success(), "ip {words}: {}", String::from_utf8_lossy(&done.stderr));
}

/// A machine of a shop.
#[derive(Debug)]
pub struct Host {
    name: String,
    /// How far its clock is ahead, in seconds.
    ahead: i64,
}

impl Host {
    /// The host of this number, counted from 1.
    #[must_use]
    pub fn new(number: u8, ahead: i64) -> Self {
        let name = format!("host{number}");
        ip(&format!("netns add {name}"));
        ip(&format!("link add {name} type veth peer name eth0 netns {name}"));
        ip(&format!("link set {name} master {BRIDGE} up"));
        ip(&format!("-n {name} addr add 10.77.0.{}/24 dev eth0", number + 1));
        ip(&format!("-n {name} link set eth0 up"));
        ip(&format!("-n {name} link set lo up"));
        Self { name, ahead }
    }

    /// Pulls the plug.
    pub fn cut_off(&self) {
        ip(&format!("link set {} down", self.name));
    }

    /// Puts it back.
    pub fn join(&self) {
        ip(&format!("link set {} up", self.name));
    }

    /// This program, to be run there.
    #[must_use]
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name]).arg(program);
        if self.ahead != 0 {
            // Only the time of day: how long something takes is the same everywhere.
            command.env("LD_PRELOAD", FAKETIME).env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
            command.env("FAKETIME", format!("{:+}s", self.ahead));
        }
        command
    }
}
