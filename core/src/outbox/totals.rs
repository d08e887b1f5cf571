//! What this process delivered so far.

use std::sync::atomic::{AtomicU64, Ordering};

use super::record::Delivered;
use super::state::State;

#[derive(Debug, Default)]
pub(super) struct Totals {
    accepted: AtomicU64,
    rejected: AtomicU64,
    dead: AtomicU64,
    retried: AtomicU64,
    leases_lost: AtomicU64,
}

impl Totals {
    pub(super) fn add(&self, delivered: Delivered) {
        self.accepted.fetch_add(delivered.accepted, Ordering::Relaxed);
        self.rejected.fetch_add(delivered.rejected, Ordering::Relaxed);
        self.dead.fetch_add(delivered.dead, Ordering::Relaxed);
        self.retried.fetch_add(delivered.retried, Ordering::Relaxed);
    }

    pub(super) fn add_lost_lease(&self) {
        self.leases_lost.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn delivered(&self) -> Delivered {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Delivered {
            accepted: of(&self.accepted),
            rejected: of(&self.rejected),
            dead: of(&self.dead),
            retried: of(&self.retried),
        }
    }

    pub(super) fn leases_lost(&self) -> u64 {
        self.leases_lost.load(Ordering::Relaxed)
    }
}

impl Delivered {
    /// Adds one event that is now in this state.
    pub(super) fn count(&mut self, state: State) {
        match state {
            State::Accepted => self.accepted += 1,
            State::Rejected => self.rejected += 1,
            State::Dead => self.dead += 1,
            State::Pending => self.retried += 1,
            _ => {}
        }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            accepted: self.accepted + other.accepted,
            rejected: self.rejected + other.rejected,
            dead: self.dead + other.dead,
            retried: self.retried + other.retried,
        }
    }
}
