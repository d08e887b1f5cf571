//! Jobs that share a transaction.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::connection::Connection;
use super::failure::Broken;
use super::tables::{Mode, Tables};
use crate::error::Error;
use crate::outbox::failure::Failure;
use crate::outbox::store::Job;

/// A job, and what has come of it.
pub(super) struct Member {
    job: Box<dyn Job>,
    /// A defect of its own.
    has_panicked: bool,
    /// What the database has refused to it alone.
    pub(super) broken: Option<Broken>,
}

impl Member {
    pub(super) fn new(job: Box<dyn Job>) -> Self {
        Self { job, has_panicked: false, broken: None }
    }

    pub(super) fn is_wanted(&self) -> bool {
        self.job.is_wanted()
    }

    /// Tells what came of it.
    pub(super) fn settle(self, committed: Result<(), Failure>) {
        let committed = match (committed, self.broken) {
            (Err(failure), _) | (Ok(()), Some(Broken { failure, .. })) => Err(failure.into()),
            (Ok(()), None) if self.has_panicked => {
                Err(Error::internal("a job of the outbox panicked"))
            }
            (Ok(()), None) => Ok(()),
        };
        let job = self.job;
        // What a waker does is not this thread's affair.
        let _ = catch_unwind(AssertUnwindSafe(|| job.settle(committed)));
    }

    /// Runs it; whether what it wrote shall stay. Where the database failed, the transaction can go
    /// on from a savepoint, if at all.
    fn run(&mut self, tables: &mut Tables<'_>, locks_queue: bool) -> Result<bool, Broken> {
        tables.begin_job(locks_queue);
        let job = &mut self.job;
        let done = catch_unwind(AssertUnwindSafe(|| job.run(tables)));
        self.has_panicked = done.is_err();
        match tables.broken.take() {
            Some(broken) => Err(broken),
            None => Ok(matches!(done, Ok(Ok(())))),
        }
    }
}

/// Runs them in one transaction: durable when this returns. On a failure nothing was written.
pub(super) fn commit(
    on: &Connection,
    mode: Mode,
    begin: &str,
    members: &mut [Member],
) -> Result<(), Broken> {
    for member in &mut *members {
        member.broken = None;
    }
    match members {
        [alone] => run_alone(on, mode, begin, alone),
        _ => run_together(on, mode, begin, members),
    }
}

fn run_alone(on: &Connection, mode: Mode, begin: &str, member: &mut Member) -> Result<(), Broken> {
    let mut locks_queue = false;
    loop {
        let mut tables = Tables::new(on, mode, begin);
        match member.run(&mut tables, locks_queue) {
            Ok(true) => return tables.commit(),
            Err(broken) if !broken.is_sound => return Err(broken),
            Err(broken) => return tables.undo().and(Err(broken)),
            Ok(false) => {}
        }
        let is_over = locks_queue || !tables.must_lock_queue;
        tables.undo()?;
        if is_over {
            return Ok(());
        }
        locks_queue = true;
    }
}

fn run_together(
    on: &Connection,
    mode: Mode,
    begin: &str,
    members: &mut [Member],
) -> Result<(), Broken> {
    let mut tables = Tables::new(on, mode, begin);
    for member in members {
        let mut locks_queue = false;
        loop {
            tables.first("SAVEPOINT job; ");
            let stays = member.run(&mut tables, locks_queue).and_then(|stays| {
                // A failure in what it has left to be written is its own.
                let flushed = if stays { tables.flush() } else { Ok(()) };
                match (flushed, tables.broken.take()) {
                    (Err(_), Some(broken)) => Err(broken),
                    _ => Ok(stays),
                }
            });
            match stays {
                Ok(true) => {
                    tables.first("RELEASE job; ");
                    break;
                }
                Ok(false) => {}
                Err(broken) if broken.is_sound => member.broken = Some(broken),
                Err(broken) => return Err(broken),
            }
            tables.forget_job();
            tables.first("ROLLBACK TO job; RELEASE job; ");
            if locks_queue || !tables.must_lock_queue {
                break;
            }
            locks_queue = true;
        }
    }
    tables.commit()
}
