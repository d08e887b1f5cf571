//! What the store's thread does with a group of jobs.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::connection::{Checkpoint, Open};
use super::disk;
use super::group::Group;
use super::patience::Patience;
use super::reserve::Reserve;
use super::tables::Clock;
use crate::error::ErrorCode;
use crate::outbox::failure::Failure;
use crate::outbox::inbox::Inbox;
use crate::outbox::store::{Job, Kind};

/// How soon an erasure that a reader was in the way of is tried again.
const ERASE_AGAIN: Duration = Duration::from_millis(500);

pub(super) struct Desk {
    path: PathBuf,
    clock: Arc<Clock>,
    inbox: Arc<Inbox>,
    patience: Patience,
    reserve: Reserve,
    open: Option<Open>,
    /// What was erased may still lie in the log.
    must_erase: bool,
    warning: Arc<OnceLock<Option<String>>>,
}

/// What helps on a full disk, in this order.
#[derive(Clone, Copy)]
enum Relief {
    /// No new events.
    RefuseNew,
    /// The log begins anew.
    Checkpoint,
    /// The room that was kept for this is used.
    Reserve,
}

const RELIEFS: [Relief; 3] = [Relief::RefuseNew, Relief::Checkpoint, Relief::Reserve];

impl Desk {
    pub(super) fn new(
        path: PathBuf,
        clock: Arc<Clock>,
        inbox: Arc<Inbox>,
        warning: Arc<OnceLock<Option<String>>>,
    ) -> Self {
        let (patience, reserve) = (Patience::new(inbox.hurry()), Reserve::beside(&path));
        Self { path, clock, inbox, patience, reserve, open: None, must_erase: false, warning }
    }

    pub(super) fn work(&mut self, jobs: Vec<Box<dyn Job>>) {
        let mut group = Group::new(jobs.into_iter().filter(|job| job.is_wanted()));
        let reads = group.split_off(Kind::Read);
        self.write(group);
        for read in reads.each() {
            self.read(read);
        }
    }

    /// How long it may rest.
    pub(super) fn rest(&self) -> Option<Duration> {
        (self.must_erase && self.open.is_some()).then_some(ERASE_AGAIN)
    }

    /// While there is nothing else to do.
    pub(super) fn idle(&mut self) {
        if let (true, Some(open)) = (self.must_erase, &self.open) {
            self.must_erase = !matches!(open.checkpoint(false), Ok(Checkpoint::Done));
        }
    }

    /// Closes the file at once.
    pub(super) fn drop_file(&mut self) {
        self.open = None;
    }

    /// Closes the file in order.
    pub(super) fn close_file(&mut self) {
        if let Some(open) = self.open.take().filter(Open::is_current) {
            open.close();
        }
    }

    fn read(&mut self, mut one: Group) {
        let done = self.with_file(|desk, open| one.read(&open.connection, &*desk.clock));
        one.settle(&done);
    }

    fn write(&mut self, mut group: Group) {
        if group.has(Kind::Add)
            && let Err(failure) = self.keep_reserve()
        {
            group.split_off(Kind::Add).settle(&Err(failure));
        }
        let mut reliefs = RELIEFS.into_iter();
        while !group.is_empty() {
            let done = self.with_file(|desk, open| group.commit(&open.connection, &*desk.clock));
            let relief = match &done {
                Err(failure) if failure.is_full() => reliefs.next(),
                _ => None,
            };
            match relief {
                Some(relief) => self.relieve(relief, &mut group, &done),
                None => return self.tell(group, done),
            }
        }
    }

    /// The folder is asked for first: without it there is nothing to keep room for.
    fn keep_reserve(&mut self) -> Result<(), Failure> {
        self.with_file(|desk, _| desk.reserve.keep())
    }

    fn relieve(&mut self, relief: Relief, group: &mut Group, full: &Result<(), Failure>) {
        match relief {
            Relief::RefuseNew => group.split_off(Kind::Add).settle(full),
            Relief::Checkpoint => {
                // It is tried once more in any case.
                let _ = self.with_file(|_, open| open.checkpoint(false));
            }
            Relief::Reserve => self.reserve.give_up(),
        }
    }

    fn tell(&mut self, mut group: Group, done: Result<(), Failure>) {
        let erasing = group.split_off(Kind::Erase);
        self.must_erase |= done.is_ok() && (group.has_erased() || erasing.has_erased());
        group.settle(&done);
        if erasing.is_empty() {
            self.idle();
            return;
        }
        let done = done.and_then(|()| self.erase());
        erasing.settle(&done);
    }

    /// Waits until nothing that was erased lies in the log.
    fn erase(&mut self) -> Result<(), Failure> {
        self.must_erase = true;
        self.with_file(|_, open| match open.checkpoint(true)? {
            Checkpoint::Done => Ok(()),
            // Busy, so that it is tried again where a fork was in the way.
            Checkpoint::InUse => Err(Failure::new(
                ErrorCode::OutboxBusy,
                "it is forgotten, but its bytes are in the outbox's log until another process has \
                 read to the end; ask again to be sure",
            )),
        })?;
        self.must_erase = false;
        Ok(())
    }

    /// Does something with the file that the path leads to now. While a fork is at hand the file
    /// is closed, and what could not be done for that reason is done afterwards.
    fn with_file<T>(
        &mut self,
        mut what: impl FnMut(&Self, &Open) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        loop {
            let done = self.file().and_then(|open| {
                let done = what(self, &open);
                self.put_back(open, done)
            });
            match done {
                Err(failure) if failure.is_busy() && self.inbox.is_hurried() => {
                    self.drop_file();
                    self.inbox.stand_still();
                }
                done => return done,
            }
        }
    }

    fn file(&mut self) -> Result<Open, Failure> {
        match self.open.take() {
            Some(open) if open.is_current() => Ok(open),
            moved => {
                if let Some(moved) = moved {
                    // Wherever it is now, all of it is in it.
                    moved.close();
                }
                let open = Open::at(&self.path, &self.patience, &self.reserve)?;
                self.warning.get_or_init(|| warning(&self.path));
                Ok(open)
            }
        }
    }

    fn put_back<T>(&mut self, open: Open, done: Result<T, Failure>) -> Result<T, Failure> {
        let is_sound = match &done {
            Ok(_) => true,
            Err(failure) => failure.is_full() || failure.is_busy(),
        };
        // Whatever else went wrong, it begins anew.
        self.open = (is_sound && open.connection.is_autocommit()).then_some(open);
        done
    }
}

fn warning(path: &Path) -> Option<String> {
    let warning = disk::warning(path);
    if let Some(warning) = &warning {
        tracing::warn!("the outbox may be lost: {warning}");
    }
    warning
}
