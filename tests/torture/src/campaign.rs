//! `kill -9`: three producers and two workers on one outbox, round after round, each killed at a
//! random moment of its progress.

use std::path::Path;
use std::time::Duration;

use connectly_conversions::{Fault, Sandbox};
use fastrand::Rng;

use crate::flaw::Flaw;
use crate::ground::{Ground, Kind};
use crate::history::{History, Rest};
use crate::process::Process;
use crate::rest;
use crate::role::{Role, Task};

const PRODUCERS: usize = 3;
const WORKERS: usize = 2;

/// Longer than a lease.
const LEASE_IS_OVER: u64 = 61_000;

/// Who makes no progress for so long has nothing to do, and is killed all the same.
const PATIENCE: Duration = Duration::from_secs(1);

/// A run of rounds on one outbox.
#[derive(Debug, Clone, Copy)]
pub struct Campaign {
    /// What it is played on.
    pub kind: Kind,
    /// Of the random moments and faults.
    pub seed: u64,
    /// After each all processes are dead.
    pub rounds: usize,
    /// What is wrong with the processes.
    pub flaw: Option<Flaw>,
}

impl Campaign {
    /// Plays it with this crate's program, and gives what is known of it.
    #[must_use]
    pub fn play(self, program: &Path) -> History {
        let mut play = Play {
            program,
            ground: Ground::new(self.kind),
            rng: Rng::with_seed(self.seed),
            flaw: self.flaw,
            ahead: 0,
            history: History::default(),
        };
        for number in 0..self.rounds {
            play.round(number);
        }
        let (rest, history) = (play.rest(), play.history);
        History { rest, ..history }
    }
}

struct Play<'a> {
    program: &'a Path,
    ground: Ground,
    rng: Rng,
    flaw: Option<Flaw>,
    ahead: u64,
    history: History,
}

impl Play<'_> {
    fn role(&self, task: Task) -> Role {
        Role { place: self.ground.place(), ahead: self.ahead, flaw: self.flaw, task }
    }

    fn time_goes_by(&mut self, millis: u64) {
        self.ahead += millis;
        self.ground.time_goes_by(millis);
    }

    fn round(&mut self, number: usize) {
        // Else the leases of those who died in the round before are still to be respected.
        if self.rng.bool() {
            self.time_goes_by(LEASE_IS_OVER);
        }
        let sandbox = Sandbox::start().unwrap();
        self.misbehave(&sandbox);
        let tasks = (0..PRODUCERS)
            .map(|index| Task::Produce {
                name: format!("{number}.{index}"),
                shared: format!("{number}.all"),
            })
            .chain(
                (0..WORKERS)
                    .map(|_| Task::Work { url: sandbox.url().to_owned(), until_empty: false }),
            );
        let mut processes = Vec::new();
        for task in tasks {
            // Some die while they open the file, or make it.
            let steps = if self.rng.u8(..8) == 0 { 0 } else { self.rng.usize(1..120) };
            let role = self.role(task);
            processes.push((Process::start(self.program, &role), steps));
        }
        std::thread::scope(|scope| {
            let killers = processes.into_iter().map(|(process, steps)| {
                scope.spawn(move || {
                    let _ = process.steps(steps, PATIENCE);
                    process.kill()
                })
            });
            for killer in killers.collect::<Vec<_>>() {
                self.history.told(killer.join().unwrap());
            }
        });
        sandbox.stop();
        self.history.saw(&sandbox);
    }

    /// One request in ten goes wrong.
    fn misbehave(&mut self, sandbox: &Sandbox) {
        for number in 0..500 {
            // The moment that this flaw is about comes often enough to be seen in a few rounds.
            if self.flaw == Some(Flaw::ResendsWithoutOrder) && number % 2 == 0 {
                sandbox.fail_next(Fault::reset_after_recording());
                continue;
            }
            let wait = Duration::from_millis(self.rng.u64(..4));
            sandbox.fail_next(match self.rng.u8(..80) {
                0 => Fault::status(429).retry_after(1),
                1 => Fault::status(503),
                2 => Fault::status(500),
                3 => Fault::status(500).recorded(true),
                4 => Fault::reset(),
                5 => Fault::reset_after_recording(),
                6 => Fault::half_answer(),
                7 => Fault::garbage(),
                _ => Fault::delay(wait),
            });
        }
    }

    /// All that was accepted is delivered, by workers that nobody kills.
    fn rest(&mut self) -> Rest {
        let sandbox = Sandbox::start().unwrap();
        let url = sandbox.url().to_owned();
        rest::settle(&self.ground.place(), || {
            // Longer than any wait for another attempt.
            self.time_goes_by(2 * 3_600_000);
            let task = Task::Work { url: url.clone(), until_empty: true };
            let told = Process::start(self.program, &self.role(task)).finish();
            self.history.told(told);
        });
        sandbox.stop();
        self.history.saw(&sandbox);
        self.ground.rest()
    }
}
