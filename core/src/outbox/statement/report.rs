//! A whole report in a transaction of the shop's own.

use super::{Statement, Style};
use crate::error::Result;
use crate::outbox::api::{EnqueueOptions, Outbox};
use crate::outbox::record::Enqueued;
use crate::outbox::report::{Meaning, Reported};
use crate::reporting::{Order, Reporting};

/// What becomes of an order, before it is written.
#[derive(Debug, Clone)]
pub struct ReportStatement {
    /// What writes it; `None` where there is nothing to write: without an order id, nobody could
    /// ask for what was left out.
    pub statement: Option<Statement>,
    meaning: Meaning,
}

impl Outbox {
    /// [`Outbox::report`] as a statement: the order's event, its dead letter where the event breaks
    /// a rule, or why it is not reported.
    ///
    /// # Errors
    /// Of kind `configuration` where an option of the order's event cannot be used, or the outbox
    /// is not in a PostgreSQL database.
    pub fn report_statement(
        &self,
        order: &Order<'_>,
        policy: Reporting,
        options: EnqueueOptions,
        style: Style,
    ) -> Result<ReportStatement> {
        let plan = self.plan_report(order, policy, options)?;
        let table = self.events_table()?;
        let write = |(entry, command)| Statement::new(&table, &entry, &command, style);
        let statement = plan.ask.map(write);
        Ok(ReportStatement { statement, meaning: plan.meaning })
    }
}

impl ReportStatement {
    /// What became of the order, by what [`Statement::enqueued`] read; `None` where there was no
    /// statement.
    #[must_use]
    pub fn reported(&self, enqueued: Option<Enqueued>) -> Reported {
        self.meaning.clone().reported(enqueued)
    }
}
