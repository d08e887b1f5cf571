//! What a process does.

mod fill_disk;
mod lock_holder;
mod producer;
mod visitor;
mod worker;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use connectly_conversions::Outbox;
use serde::{Deserialize, Serialize};

use crate::event;
use crate::flaw::Flaw;
use crate::lens::Lens;
use crate::line::Line;
use crate::place::Place;

/// Nothing that works takes this long, on however slow a machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a process does on an outbox.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Role {
    /// Where the outbox is.
    pub place: Place,
    /// How far its clock is ahead, in milliseconds.
    pub ahead: u64,
    /// What is wrong with it.
    pub flaw: Option<Flaw>,
    /// What it does there.
    pub task: Task,
}

/// What is done there.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Enqueues events from several tasks at once, until it is killed.
    Produce {
        /// Its events' name, its own.
        name: String,
        /// Its name for events that others enqueue as well.
        shared: String,
    },
    /// Delivers.
    Work {
        /// The API.
        url: String,
        /// Ends once nothing is due; else it is killed.
        until_empty: bool,
    },
    /// Connects, writes and closes without pause.
    Visit {
        /// Its events' name.
        name: String,
        /// How often.
        times: u64,
    },
    /// Holds the file's lock for writing until its input ends.
    HoldLock,
    /// Fills a small disk of its own, and delivers all the same.
    FillDisk,
}

impl Role {
    /// Does it.
    pub fn play(self) {
        if matches!(self.task, Task::FillDisk) {
            fill_disk::mount_small_disk(self.file());
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            match &self.task {
                Task::Produce { name, shared } => producer::produce(&self, name, shared).await,
                Task::Work { url, until_empty } => worker::work(&self, url, *until_empty).await,
                Task::Visit { name, times } => visitor::visit(&self, name, *times).await,
                Task::FillDisk => fill_disk::fill(&self).await,
                Task::HoldLock => lock_holder::hold(self.file()),
            }
        });
    }

    fn outbox(&self) -> Outbox {
        let outbox = self.place.outbox().enqueue_timeout(PATIENCE);
        let store = self.place.store(Duration::from_millis(self.ahead), PATIENCE);
        let later = self.place.later(self.ahead.try_into().unwrap());
        outbox.build_on(Arc::new(Lens::new(store, later, self.flaw))).unwrap()
    }

    fn file(&self) -> &Path {
        match &self.place {
            Place::File(path) => path,
            Place::Server(_) => panic!("only a file has a lock or a disk"),
        }
    }
}

/// Enqueues the event of this name and tells what came of it.
async fn enqueue(outbox: &Outbox, event: String) {
    match outbox.enqueue(&event::event(&event)).await {
        Ok(enqueued) => Line::Acknowledged { event, id: enqueued.id }.tell(),
        Err(error) => Line::Refused { event, code: error.code().as_str().to_owned() }.tell(),
    }
}
