//! Stands between an outbox and its store.

mod table;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use connectly_conversions::Error;
use connectly_conversions::binding::{Job, Kind, Store, Table, Undo};
use futures_util::future::BoxFuture;

use crate::flaw::Flaw;
use crate::line::{Claim, Line, Millis};
use table::Through;

/// A store that is seen through a lens.
#[derive(Debug)]
pub(crate) struct Lens {
    store: Arc<dyn Store>,
    /// How far the true time is ahead of the store's.
    later: Millis,
    /// What is wrong with it.
    flaw: Option<Flaw>,
    claimed: Claimed,
}

/// The numbers under which this process claimed rows.
type Claimed = Arc<Mutex<HashMap<i64, i64>>>;

impl Lens {
    pub(crate) fn new(store: Arc<dyn Store>, later: Millis, flaw: Option<Flaw>) -> Self {
        Self { store, later, flaw, claimed: Claimed::default() }
    }
}

impl Store for Lens {
    fn submit(&self, job: Box<dyn Job>) {
        let (later, flaw, claimed) = (self.later, self.flaw, Arc::clone(&self.claimed));
        self.store.submit(Box::new(Seen { job, later, flaw, claimed, history: Vec::new() }));
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        self.store.close()
    }
}

struct Seen {
    job: Box<dyn Job>,
    later: Millis,
    flaw: Option<Flaw>,
    claimed: Claimed,
    history: Vec<Line>,
}

impl Job for Seen {
    fn kind(&self) -> Kind {
        self.job.kind()
    }

    fn is_wanted(&self) -> bool {
        self.job.is_wanted()
    }

    fn run(&mut self, table: &mut dyn Table) -> Result<(), Undo> {
        let claimed = self.claimed.lock().unwrap().clone();
        let mut through = Through::new(table, self.later, self.flaw, claimed);
        let done = self.job.run(&mut through);
        // It may run again.
        self.history = if done.is_ok() { through.history } else { Vec::new() };
        for line in &self.history {
            // If the process is killed behind the commit, this is all that tells of it.
            if let Line::Ended { lease, told, .. } = *line {
                Line::Ending { lease, told }.tell();
            }
        }
        done
    }

    fn settle(self: Box<Self>, committed: Result<(), Error>) {
        if committed.is_ok() {
            // Before the worker knows of a claim, so that none is used that nobody has told of.
            for line in &self.history {
                line.tell();
                if let Line::Claimed(Claim { lease, .. }) = line {
                    self.claimed.lock().unwrap().insert(lease.id, lease.number);
                }
            }
        }
        self.job.settle(committed);
    }
}
