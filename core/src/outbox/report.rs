//! What becomes of a shop's order, written into the ledger.

use serde::Serialize;

use super::api::{EnqueueOptions, Outbox};
use super::command::{Command, Hold};
use super::entry::Entry;
use super::ledger;
use super::record::Enqueued;
use super::state::State;
use crate::error::Result;
use crate::event::ConversionEvent;
use crate::issue::Issue;
use crate::model::EventName;
use crate::reporting::{Decided, Held, Order, ReportResult, Reporting};

/// What became of an order.
#[derive(Debug, Clone, Serialize)]
pub struct Reported {
    /// In one word.
    pub result: ReportResult,
    /// The ledger's own number of it; `None` where the ledger has nothing of it.
    pub id: Option<i64>,
    /// Where it stands in the ledger.
    pub state: Option<State>,
    /// Of a duplicate: whether this report has another content than the first.
    pub conflict: bool,
    /// Why it was skipped.
    pub reason: Option<String>,
    /// Every problem of an invalid event.
    pub issues: Vec<Issue>,
}

impl Outbox {
    /// Reports an order, or writes down why it is not reported. What is deliberately left out
    /// changes nothing of an order that is known.
    ///
    /// # Errors
    /// Of kind `outbox` where the store fails; of kind `configuration` where an option of the
    /// order's event cannot be used.
    pub async fn report(
        &self,
        order: &Order<'_>,
        policy: Reporting,
        options: EnqueueOptions,
    ) -> Result<Reported> {
        match policy.decide(order) {
            Decided::Report { event, held } => self.report_event(&event, held, options).await,
            Decided::Invalid { error, .. } if error.issues().is_empty() => Err(error),
            Decided::Invalid { error, document } => {
                let issues = error.issues().to_vec();
                let message = error.message().to_owned();
                let entry = Entry {
                    document: Some(document),
                    issues: serde_json::to_string(&issues).ok(),
                    traceparent: options.traceparent,
                    ..self.entry_of(order)
                };
                let has_order_id = entry.order_id.is_some();
                let command = Command::EnqueueInvalid { has_order_id, message };
                let kept = self.write_down(entry, command).await?;
                Ok(Reported { issues, ..Reported::of(ReportResult::Invalid, kept) })
            }
            Decided::NotAttributed => {
                self.leave_out(order, ReportResult::NotAttributed, "not_attributed").await
            }
            Decided::Skipped(reason) => {
                let reported = self.leave_out(order, ReportResult::Skipped, &reason).await?;
                let reason = (reported.result == ReportResult::Skipped).then_some(reason);
                Ok(Reported { reason, ..reported })
            }
        }
    }

    async fn report_event(
        &self,
        event: &ConversionEvent,
        held: Held,
        options: EnqueueOptions,
    ) -> Result<Reported> {
        let until = match held {
            Held::AsAsked => options.hold,
            Held::AsBefore => None,
            Held::Ended => Some(Hold::Until(0)),
        };
        let options = EnqueueOptions { hold: until, ..options };
        let enqueued = self.enqueue_with(event, options).await?;
        let result = match enqueued.state {
            _ if enqueued.duplicate => ReportResult::Duplicate,
            State::Held => ReportResult::Held,
            _ => ReportResult::Queued,
        };
        Ok(Reported { conflict: enqueued.conflict, ..Reported::of(result, Some(enqueued)) })
    }

    fn entry_of(&self, order: &Order<'_>) -> Entry {
        let name = EventName::Purchase.as_str();
        Entry::of_order(self.business_id(), name, order.id().as_deref())
    }

    /// Adds a row without a payload; nothing where a known order stays as it was.
    async fn write_down(&self, entry: Entry, command: Command) -> Result<Option<Enqueued>> {
        let caps = self.inner.settings.caps;
        self.add(move |table| ledger::add(table, &entry, &command, caps)).await.map(Some)
    }

    async fn leave_out(
        &self,
        order: &Order<'_>,
        result: ReportResult,
        reason: &str,
    ) -> Result<Reported> {
        let entry = self.entry_of(order);
        if entry.key.is_none() {
            // Without an id there is no order to compare with.
            return Ok(Reported::of(result, None));
        }
        let (reason, caps) = (reason.to_owned(), self.inner.settings.caps);
        let kept = self.add(move |table| ledger::note(table, &entry, reason.clone(), caps)).await?;
        let is_known = kept.duplicate && kept.state != State::Skipped;
        let result = if is_known { ReportResult::Duplicate } else { result };
        Ok(Reported::of(result, Some(kept)))
    }
}

impl Reported {
    fn of(result: ReportResult, kept: Option<Enqueued>) -> Self {
        Self {
            result,
            id: kept.map(|kept| kept.id),
            state: kept.map(|kept| kept.state),
            conflict: false,
            reason: None,
            issues: Vec::new(),
        }
    }
}
