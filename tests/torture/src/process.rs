//! A process of a role, and what it has told.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::line::Line;
use crate::role::Role;

/// A process of a role; it is killed where it is dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    told: Option<JoinHandle<Vec<Line>>>,
    progress: Receiver<()>,
}

impl Process {
    /// Starts it; `program` is this crate's.
    #[must_use]
    pub fn start(program: &Path, role: &Role) -> Self {
        Self::of(&mut Command::new(program), role)
    }

    /// Starts it by this command, which runs this crate's program somewhere.
    #[must_use]
    pub fn of(command: &mut Command, role: &Role) -> Self {
        let mut child = command
            .args(["role", &serde_json::to_string(role).unwrap()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (step, progress) = channel();
        let output = child.stdout.take().unwrap();
        let told = std::thread::spawn(move || listen(BufReader::new(output), &step));
        Self { child, told: Some(told), progress }
    }

    /// Waits until it has told of so many steps; false where none came for this time, or it ended.
    #[must_use]
    pub fn steps(&self, count: usize, within: Duration) -> bool {
        (0..count).all(|_| self.progress.recv_timeout(within).is_ok())
    }

    /// Counts the steps that it has told of and nobody has waited for.
    #[must_use]
    pub fn forget_steps(&self) -> usize {
        self.progress.try_iter().count()
    }

    /// Ends it with SIGKILL and gives what it has told.
    #[must_use]
    pub fn kill(mut self) -> Vec<Line> {
        self.child.kill().unwrap();
        self.ended().1
    }

    /// Waits until it ends by itself, and gives what it has told.
    #[must_use]
    pub fn finish(mut self) -> Vec<Line> {
        drop(self.child.stdin.take());
        let (is_success, told) = self.ended();
        assert!(is_success, "a process failed");
        told
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        let id = Pid::from_raw(self.child.id().try_into().unwrap());
        kill(id, signal).unwrap();
    }

    fn ended(&mut self) -> (bool, Vec<Line>) {
        let status = self.child.wait().unwrap();
        (status.success(), self.told.take().unwrap().join().unwrap())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn listen(mut output: impl BufRead, step: &Sender<()>) -> Vec<Line> {
    let (mut told, mut text) = (Vec::new(), String::new());
    // A last line without an end was cut off by the kill.
    while output.read_line(&mut text).is_ok_and(|_| text.ends_with('\n')) {
        let line: Line = serde_json::from_str(&text).unwrap();
        if matches!(line, Line::Ready | Line::Acknowledged { .. } | Line::Claimed(_)) {
            // Nobody may be counting any more.
            let _ = step.send(());
        }
        told.push(line);
        text.clear();
    }
    told
}
