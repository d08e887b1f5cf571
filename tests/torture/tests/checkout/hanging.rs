//! A store whose thread stands still, as if its disk did.

use std::sync::{Arc, Condvar, Mutex};

use connectly_conversions::Error;
use connectly_conversions::binding::{Job, Kind, SqliteStore, Store, Table, Undo};
use futures_util::future::BoxFuture;

/// The disk's switch.
#[derive(Debug, Clone, Default)]
pub(crate) struct Disk(Arc<(Mutex<bool>, Condvar)>);

impl Disk {
    pub(crate) fn hang(&self) {
        *self.0.0.lock().unwrap() = true;
    }

    pub(crate) fn work(&self) {
        *self.0.0.lock().unwrap() = false;
        self.0.1.notify_all();
    }

    fn wait(&self) {
        let hangs = self.0.0.lock().unwrap();
        drop(self.0.1.wait_while(hangs, |hangs| *hangs).unwrap());
    }
}

#[derive(Debug)]
pub(crate) struct Hanging {
    pub(crate) store: SqliteStore,
    pub(crate) disk: Disk,
}

impl Store for Hanging {
    fn submit(&self, job: Box<dyn Job>) {
        self.store.submit(Box::new(Waiting { job, disk: self.disk.clone() }));
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        self.store.close()
    }
}

struct Waiting {
    job: Box<dyn Job>,
    disk: Disk,
}

impl Job for Waiting {
    fn kind(&self) -> Kind {
        self.job.kind()
    }

    fn is_wanted(&self) -> bool {
        self.job.is_wanted()
    }

    fn run(&mut self, table: &mut dyn Table) -> Result<(), Undo> {
        self.disk.wait();
        self.job.run(table)
    }

    fn settle(self: Box<Self>, committed: Result<(), Error>) {
        self.job.settle(committed);
    }
}
