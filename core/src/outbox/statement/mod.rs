//! `enqueue` as one SQL statement, for a transaction of the shop's own on PostgreSQL.
//!
//! No connection and no driver: the shop's runs it. What it decides is written in
//! `schema/enqueue.postgres.sql`, and held against `transition` by a test.

mod parameter;
mod report;
mod style;
#[cfg(test)]
mod tests;
#[cfg(feature = "outbox-postgres")]
mod to_sql;

pub use parameter::Parameter;
pub use report::ReportStatement;
pub use style::Style;

use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error as Unknown;

use super::api::{self, EnqueueOptions, Outbox};
use super::command::Command;
use super::decision::Effect;
use super::entry::Entry;
use super::record::Enqueued;
use super::state::State;
use super::url;
use crate::error::{Error, Result};
use crate::event::ConversionEvent;

/// One SQL statement that enqueues an event in the transaction that runs it: rolled back means
/// never sent, committed means sent. It answers with one row: `id`, `state` and `effect`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statement {
    /// The statement, the same text for every event.
    pub sql: String,
    /// Its parameters by name, in the order of their numbers.
    pub parameters: Vec<(&'static str, Parameter)>,
}

impl Outbox {
    /// The statement that enqueues an event on PostgreSQL within a transaction of the shop's own,
    /// run by the shop's own driver. Like [`Outbox::enqueue_with`], it takes an order once; it asks
    /// for no cap, and wakes no worker: one looks within seconds. The tables are made by the
    /// outbox's first use, such as its worker's.
    ///
    /// Whoever reports the same order at once waits until the first has committed. A shop that
    /// would rather not wait sets `lock_timeout` in a savepoint.
    ///
    /// # Errors
    /// `invalid_outbox_url` where the outbox is not in a PostgreSQL database.
    pub fn insert_statement(
        &self,
        event: &ConversionEvent,
        style: Style,
        options: &EnqueueOptions,
    ) -> Result<Statement> {
        let entry = Entry::of(event, self.business_id(), options.traceparent.clone());
        let command = Command::Enqueue {
            content_hash: super::hash::Hash::of(&event.content()),
            has_order_id: entry.order_id.is_some(),
            hold: options.hold,
        };
        Ok(Statement::new(&self.events_table()?, &entry, &command, style))
    }

    fn events_table(&self) -> Result<String> {
        let why = "a statement is for an outbox in a PostgreSQL database";
        self.inner.store.events_table().ok_or_else(|| url::refused(why))
    }
}

impl Statement {
    fn new(table: &str, entry: &Entry, command: &Command, style: Style) -> Self {
        let parameters = parameter::of(entry, command);
        Self { sql: style.write(table, &parameters), parameters }
    }

    /// What the row that it answered with says.
    ///
    /// # Errors
    /// `invalid_option` where it is another statement's.
    pub fn enqueued(&self, id: i64, state: &str, effect: &str) -> Result<Enqueued> {
        let read: Result<Effect, Unknown> = Effect::deserialize(effect.into_deserializer());
        let (Some(state), Ok(effect)) = (State::named(state), read) else {
            return Err(Error::wrong_argument("row", "the row that the statement answered with"));
        };
        let enqueued = Enqueued::new(id, state, effect);
        api::tell_of_conflict(&enqueued);
        Ok(enqueued)
    }
}
