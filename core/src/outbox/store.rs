//! What runs jobs on tables: each in a transaction, and told only when that is on the disk.

use std::fmt;

use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use super::table::Table;
use crate::error::{Error, ErrorCode, ErrorKind, Result};

/// A database with the outbox's tables.
pub trait Store: fmt::Debug + Send + Sync {
    /// Runs a job, soon, and settles it when it is durable. Never blocks.
    fn submit(&self, job: Box<dyn Job>);

    /// Ends what is under way and closes the database; a later job opens it again.
    fn close(&self) -> BoxFuture<'_, ()>;

    /// The events' table, as a statement of the shop's own names it; `None` where it is not in a
    /// PostgreSQL database.
    fn events_table(&self) -> Option<String> {
        None
    }

    /// Why what it stores may be gone one day; known once a job has succeeded.
    fn warnings(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Something to be done in one transaction.
pub trait Job: Send {
    /// What it may do.
    fn kind(&self) -> Kind;

    /// Whether somebody still waits for it.
    fn is_wanted(&self) -> bool;

    /// Does it.
    ///
    /// # Errors
    /// What it wrote is to be undone.
    fn run(&mut self, table: &mut dyn Table) -> Result<(), Undo>;

    /// Tells what came of it: after the transaction is durable, or has failed.
    fn settle(self: Box<Self>, committed: Result<()>);
}

/// What a job may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It only reads.
    Read,
    /// It may add an event: not on a full disk, where the room that is left is for the others.
    Add,
    /// It changes what is there.
    Change,
    /// It erases: what it erased must be gone from the disk before it is settled.
    Erase,
}

/// What a job wrote is to be undone; the job itself tells why.
#[derive(Debug, Clone, Copy)]
pub struct Undo;

/// Runs a question and waits for its answer.
pub(super) async fn read<T: Send + 'static>(
    store: &dyn Store,
    question: impl FnMut(&mut dyn Table) -> Result<T> + Send + 'static,
) -> Result<T> {
    call(store, Kind::Read, question).await
}

/// Runs a change and waits until it is durable.
pub(super) async fn write<T: Send + 'static>(
    store: &dyn Store,
    kind: Kind,
    change: impl FnMut(&mut dyn Table) -> Result<T> + Send + 'static,
) -> Result<T> {
    call(store, kind, change).await
}

async fn call<T: Send + 'static>(
    store: &dyn Store,
    kind: Kind,
    body: impl FnMut(&mut dyn Table) -> Result<T> + Send + 'static,
) -> Result<T> {
    let (reply, answer) = oneshot::channel();
    store.submit(Box::new(Call { kind, body, answer: None, reply }));
    answer.await.unwrap_or_else(|_| {
        let message = "the outbox's store ended without an answer";
        Err(Error::new(ErrorKind::Outbox, ErrorCode::OutboxFailed, message))
    })
}

struct Call<T, F> {
    kind: Kind,
    body: F,
    answer: Option<Result<T>>,
    reply: oneshot::Sender<Result<T>>,
}

impl<T, F> Job for Call<T, F>
where
    T: Send + 'static,
    F: FnMut(&mut dyn Table) -> Result<T> + Send + 'static,
{
    fn kind(&self) -> Kind {
        self.kind
    }

    fn is_wanted(&self) -> bool {
        !self.reply.is_closed()
    }

    fn run(&mut self, table: &mut dyn Table) -> Result<(), Undo> {
        self.answer = None;
        let answer = (self.body)(table);
        let done = answer.as_ref().map(|_| ()).map_err(|_| Undo);
        self.answer = Some(answer);
        done
    }

    fn settle(self: Box<Self>, committed: Result<()>) {
        let answer = match (self.answer, committed) {
            // The job's own error tells more than the transaction's.
            (Some(Err(error)), _) | (_, Err(error)) => Err(error),
            (Some(answer), Ok(())) => answer,
            (None, Ok(())) => return,
        };
        // Whoever asked may have gone.
        let _ = self.reply.send(answer);
    }
}
