//! Twenty processes that connect, write and close without pause.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::ground::{Ground, Kind};
use crate::history::History;
use crate::line::Line;
use crate::place::Place;
use crate::process::Process;
use crate::role::{Role, Task};

const PROCESSES: usize = 20;

/// Twenty processes at a time on one outbox.
#[derive(Debug, Clone, Copy)]
pub struct Crowd {
    /// What it is played on.
    pub kind: Kind,
    /// Of how often a process comes before it ends and another one takes its place.
    pub seed: u64,
    /// How often at most.
    pub visits: u64,
    /// For how long new ones take the place of those that ended; zero for not at all.
    pub time: Duration,
}

/// What came of it.
#[derive(Debug)]
pub struct Crowded {
    /// Events that were acknowledged.
    pub acknowledged: usize,
    /// Events that were refused since the file was busy.
    pub busy: usize,
    /// What is wrong.
    pub problems: Vec<String>,
}

impl Crowd {
    /// Plays it with this crate's program.
    #[must_use]
    pub fn play(self, program: &Path) -> Crowded {
        let ground = Ground::new(self.kind);
        let place = &ground.place();
        let mut history = History::default();
        std::thread::scope(|scope| {
            let places =
                (0..PROCESSES).map(|seat| scope.spawn(move || self.sit(program, place, seat)));
            for place in places.collect::<Vec<_>>() {
                place.join().unwrap().into_iter().for_each(|told| history.told(told));
            }
        });
        let (acknowledged, busy) = (history.acknowledged.len(), history.busy);
        Crowded { acknowledged, busy, problems: problems(&history, &ground) }
    }

    /// One process after the other.
    fn sit(self, program: &Path, place: &Place, seat: usize) -> Vec<Vec<Line>> {
        let (began, mut told) = (Instant::now(), Vec::new());
        let mut rng = Rng::with_seed(self.seed + seat as u64);
        loop {
            let name = format!("{seat}.{}", told.len());
            let task = Task::Visit { name, times: rng.u64(1..=self.visits) };
            let role = Role { place: place.clone(), ahead: 0, flaw: None, task };
            told.push(Process::start(program, &role).finish());
            if began.elapsed() >= self.time {
                return told;
            }
        }
    }
}

fn problems(history: &History, ground: &Ground) -> Vec<String> {
    let mut problems: Vec<_> = history
        .refused
        .iter()
        .map(|(event, code)| format!("{event} was refused: {code}"))
        .collect();
    problems.extend(ground.locked().map(|error| format!("a lock stays: {error}")));
    let rows: BTreeSet<i64> = ground.rows();
    for (event, id) in &history.acknowledged {
        if !rows.contains(id) {
            problems.push(format!("{event} was acknowledged and is not there"));
        }
    }
    let integrity = ground.integrity();
    if integrity != "ok" {
        problems.push(format!("the outbox is damaged: {integrity}"));
    }
    problems
}
