//! Jobs that share a transaction.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rusqlite::Connection;

use super::schema;
use super::tables::{Clock, Tables};
use crate::error::{Error, ErrorCode};
use crate::outbox::failure::Failure;
use crate::outbox::store::{Job, Kind, Undo};

/// Jobs that wait for one commit.
pub(super) struct Group {
    members: Vec<Member>,
}

struct Member {
    job: Box<dyn Job>,
    kind: Kind,
    /// A defect of its own.
    has_panicked: bool,
    has_erased: bool,
}

impl Group {
    pub(super) fn new(jobs: impl IntoIterator<Item = Box<dyn Job>>) -> Self {
        let member = |job: Box<dyn Job>| {
            let kind = job.kind();
            Member { job, kind, has_panicked: false, has_erased: false }
        };
        Self { members: jobs.into_iter().map(member).collect() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub(super) fn has(&self, kind: Kind) -> bool {
        self.members.iter().any(|member| member.kind == kind)
    }

    pub(super) fn has_erased(&self) -> bool {
        self.members.iter().any(|member| member.has_erased)
    }

    /// Those of this kind.
    pub(super) fn split_off(&mut self, kind: Kind) -> Self {
        let (of_kind, others) =
            std::mem::take(&mut self.members).into_iter().partition(|member| member.kind == kind);
        self.members = others;
        Self { members: of_kind }
    }

    /// Each alone.
    pub(super) fn each(self) -> impl Iterator<Item = Self> {
        self.members.into_iter().map(|member| Self { members: vec![member] })
    }

    /// Runs them in one transaction: durable when this returns. On a failure nothing was written.
    pub(super) fn commit(&mut self, on: &Connection, clock: &Clock) -> Result<(), Failure> {
        execute(on, "BEGIN IMMEDIATE")?;
        // One that failed alone has ended it already.
        let end = || if on.is_autocommit() { Ok(()) } else { execute(on, "COMMIT") };
        let done = self.run(on, clock).and_then(|()| end());
        if done.is_err() && !on.is_autocommit() {
            // Where that fails, too, the connection is closed.
            let _ = execute(on, "ROLLBACK");
        }
        done
    }

    fn run(&mut self, on: &Connection, clock: &Clock) -> Result<(), Failure> {
        may_work(on)?;
        // They waited for the lock, too.
        self.members.retain(|member| member.job.is_wanted());
        let is_alone = self.members.len() == 1;
        for member in &mut self.members {
            if !is_alone {
                execute(on, "SAVEPOINT job")?;
            }
            let mut tables = Tables::new(on, clock);
            let done = run(&mut *member.job, &mut tables);
            if let Some(failure) = tables.failure {
                return Err(failure);
            }
            member.has_panicked = done.is_err();
            member.has_erased = tables.has_erased;
            if !matches!(done, Ok(Ok(()))) {
                execute(on, if is_alone { "ROLLBACK" } else { "ROLLBACK TO job" })?;
                member.has_erased = false;
            }
            if !is_alone {
                execute(on, "RELEASE job")?;
            }
        }
        Ok(())
    }

    /// Runs each in a snapshot of its own.
    pub(super) fn read(&mut self, on: &Connection, clock: &Clock) -> Result<(), Failure> {
        for member in &mut self.members {
            execute(on, "BEGIN")?;
            let done = may_work(on).and_then(|()| {
                let mut tables = Tables::new(on, clock);
                member.has_panicked = run(&mut *member.job, &mut tables).is_err();
                tables.failure.map_or(Ok(()), Err)
            });
            let ended = if on.is_autocommit() { Ok(()) } else { execute(on, "ROLLBACK") };
            done.and(ended)?;
        }
        Ok(())
    }

    /// Tells each what came of it.
    pub(super) fn settle(self, committed: &Result<(), Failure>) {
        for member in self.members {
            let committed = match committed {
                Ok(()) if member.has_panicked => {
                    Err(Error::internal("a job of the outbox panicked"))
                }
                Ok(()) => Ok(()),
                Err(failure) => Err(failure.clone().into()),
            };
            let job = member.job;
            // What a waker does is not this thread's affair.
            let _ = catch_unwind(AssertUnwindSafe(|| job.settle(committed)));
        }
    }
}

/// Another process may have brought the tables to a version that this one does not know.
fn may_work(on: &Connection) -> Result<(), Failure> {
    if schema::check(on)? {
        return Ok(());
    }
    Err(Failure::new(ErrorCode::OutboxFailed, "the outbox's tables are not as they were"))
}

type Panicked = Box<dyn std::any::Any + Send>;

fn run(job: &mut dyn Job, tables: &mut Tables<'_>) -> Result<Result<(), Undo>, Panicked> {
    catch_unwind(AssertUnwindSafe(|| job.run(tables)))
}

fn execute(on: &Connection, sql: &'static str) -> Result<(), Failure> {
    on.prepare_cached(sql)?.execute([])?;
    Ok(())
}
