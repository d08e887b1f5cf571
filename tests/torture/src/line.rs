//! What a process tells the one that started it: a line of JSON each, through a pipe, which
//! survives a `kill -9`. A line that is cut short was not told.

use std::io::Write;

use connectly_conversions::State;
use serde::{Deserialize, Serialize};

/// A moment of the store's clock, in milliseconds.
pub type Millis = i64;

/// Something that has happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// It does what it was started for.
    Ready,
    /// `enqueue` has returned: the event is durable.
    Acknowledged {
        /// The event's name.
        event: String,
        /// Its row.
        id: i64,
    },
    /// `enqueue` has failed.
    Refused {
        /// The event's name.
        event: String,
        /// The error's code.
        code: String,
    },
    /// A claim is durable; its worker does not know yet.
    Claimed(Claim),
    /// The transaction that ends a lease is about to be committed.
    Ending {
        /// The lease.
        lease: Lease,
        /// Whether its worker told what came of it; else it expired.
        told: bool,
    },
    /// It is durable.
    Ended {
        /// The lease.
        lease: Lease,
        /// Whether its worker told what came of it; else it expired.
        told: bool,
        /// Where the event stands now.
        state: State,
        /// Whether it is not known if the API has recorded it.
        is_doubtful: bool,
    },
}

/// One worker's time with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Lease {
    /// The event's row.
    pub id: i64,
    /// The fencing number.
    pub number: i64,
}

/// How a lease began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The lease.
    pub lease: Lease,
    /// The event's name.
    pub event: String,
    /// When it was claimed.
    pub at: Millis,
    /// When the lease is over by itself.
    pub until: Millis,
}

impl Line {
    /// Tells it; in one write, so that a kill leaves whole lines.
    pub fn tell(&self) {
        let mut line = serde_json::to_vec(self).unwrap();
        line.push(b'\n');
        // Nobody listens to a process that outlives the one that started it.
        let _ = std::io::stdout().lock().write_all(&line);
    }
}
