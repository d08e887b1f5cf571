//! The durable queue and ledger.
//!
//! `transition` decides, purely; `queue` decides what concerns all events. `ledger` and `exchange`
//! ask them about the rows of a [`Table`], which a [`Store`] runs them on: that is a database. It
//! knows `delivery`, and no client.

mod api;
mod asked;
mod codes;
mod command;
mod decision;
mod entry;
mod exchange;
#[cfg(any(feature = "outbox-sqlite", feature = "outbox-postgres"))]
mod failure;
mod hash;
#[cfg(any(feature = "outbox-sqlite", feature = "outbox-postgres"))]
mod inbox;
mod ledger;
mod operator;
mod options;
mod place;
#[cfg(feature = "outbox-postgres")]
mod postgres;
mod queue;
mod record;
mod report;
mod row;
mod settings;
#[cfg(test)]
mod simulation;
#[cfg(feature = "outbox-sqlite")]
mod sqlite;
mod state;
mod statement;
mod store;
mod table;
mod target;
mod totals;
mod transition;
mod url;
mod worker;

pub use api::{Changed, EnqueueOptions, Forgotten, Outbox};
pub use asked::{dead, hold, target, transition_json};
pub use command::{Command, Hold, Outcome};
pub use decision::{Decision, Effect, Payload};
pub use entry::Entry;
pub use hash::Hash;
pub use operator::Dead;
pub use options::OutboxBuilder;
#[cfg(feature = "outbox-postgres")]
pub use postgres::PostgresStore;
pub use queue::{Admission, Queue};
pub use record::{
    Attempted, Counts, Delivered, Enqueued, Metrics, Record, Replayed, ReplayedEvent,
};
pub use report::Reported;
pub use row::Row;
#[cfg(feature = "outbox-sqlite")]
pub use sqlite::{Quiesced, SqliteStore, before_fork};
pub use state::{Millis, State, Verdict};
pub use statement::{Parameter, ReportStatement, Statement, Style};
pub use store::{Job, Kind, Store, Undo};
pub use table::{Change, Due, Filter, Live, Table, Which};
pub use target::Target;
pub use transition::{Context, transition};
pub(crate) use transition::{LEASE, LONGEST_WAIT};
pub use worker::{DeliverOptions, Worker, WorkerBuilder};
