//! The machine's clock, which is set now and then, beside real time, which is not.

use std::sync::Mutex;

use tokio::time::Instant;

use crate::outbox::state::Millis;

/// 1 June 2026, 00:00 UTC.
const BEGINNING: Millis = 1_780_272_000_000;

pub(super) struct Clock {
    began: Instant,
    /// When it was set, and by how much.
    jumps: Mutex<Vec<(Millis, Millis)>>,
}

impl Clock {
    pub(super) fn new() -> Self {
        Self { began: Instant::now(), jumps: Mutex::default() }
    }

    /// Real time since the beginning.
    pub(super) fn real(&self) -> Millis {
        Millis::try_from(self.began.elapsed().as_millis()).unwrap()
    }

    /// What the clock shows.
    pub(super) fn wall(&self) -> Millis {
        let jumps: Millis = self.jumps.lock().unwrap().iter().map(|(_, by)| by).sum();
        BEGINNING + self.real() + jumps
    }

    pub(super) fn jump(&self, by: Millis) {
        self.jumps.lock().unwrap().push((self.real(), by));
    }

    /// By how much it was set since then, back and forth.
    pub(super) fn wrong_since(&self, real: Millis) -> Millis {
        let jumps = self.jumps.lock().unwrap();
        jumps.iter().filter(|(at, _)| *at >= real).map(|(_, by)| by.abs()).sum()
    }
}
