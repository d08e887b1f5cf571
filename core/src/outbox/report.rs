//! What becomes of a shop's order, written into the ledger.

use serde::Serialize;

use super::api::{self, EnqueueOptions, Outbox};
use super::command::{Command, Hold};
use super::entry::Entry;
use super::ledger;
use super::record::Enqueued;
use super::state::State;
use crate::error::{Error, Result};
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

/// What the ledger is asked, and what its answer means.
#[derive(Debug)]
pub(super) struct Plan {
    /// Nothing where there is no order to compare with.
    pub(super) ask: Option<(Entry, Command)>,
    pub(super) meaning: Meaning,
}

/// What the ledger's answer means.
#[derive(Debug, Clone)]
pub(super) enum Meaning {
    Event,
    Invalid(Vec<Issue>),
    LeftOut { result: ReportResult, reason: Option<String> },
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
        let Plan { ask, meaning } = self.plan_report(order, policy, options)?;
        let Some((entry, command)) = ask else { return Ok(meaning.reported(None)) };
        let caps = self.inner.settings.caps;
        let enqueued = self
            .add(move |table| match &command {
                Command::Skip { reason } => ledger::note(table, &entry, reason.clone(), caps),
                command => ledger::add(table, &entry, command, caps),
            })
            .await?;
        api::tell_of_conflict(&enqueued);
        Ok(meaning.reported(Some(enqueued)))
    }

    /// What is to be asked of the ledger.
    pub(super) fn plan_report(
        &self,
        order: &Order<'_>,
        policy: Reporting,
        options: EnqueueOptions,
    ) -> Result<Plan> {
        match policy.decide(order) {
            Decided::Report { event, held } => Ok(self.plan_event(&event, held, options)),
            Decided::Invalid { error, .. } if error.issues().is_empty() => Err(error),
            Decided::Invalid { error, document } => {
                Ok(self.plan_invalid(order, &error, document, options))
            }
            Decided::NotAttributed => {
                Ok(self.plan_note(order, ReportResult::NotAttributed, "not_attributed", None))
            }
            Decided::Skipped(reason) => {
                Ok(self.plan_note(order, ReportResult::Skipped, &reason, Some(reason.clone())))
            }
        }
    }

    fn plan_event(&self, event: &ConversionEvent, held: Held, options: EnqueueOptions) -> Plan {
        let until = match held {
            Held::AsAsked => options.hold,
            Held::AsBefore => None,
            Held::Ended => Some(Hold::Until(0)),
        };
        let entry = Entry::of(event, self.business_id(), options.traceparent);
        let command = entry.enqueue(until);
        Plan { ask: command.map(|command| (entry, command)), meaning: Meaning::Event }
    }

    fn plan_invalid(
        &self,
        order: &Order<'_>,
        error: &Error,
        document: String,
        options: EnqueueOptions,
    ) -> Plan {
        let issues = error.issues().to_vec();
        let entry = Entry {
            document: Some(document),
            issues: serde_json::to_string(&issues).ok(),
            traceparent: options.traceparent,
            ..self.entry_of(order)
        };
        let has_order_id = entry.order_id.is_some();
        let command = Command::EnqueueInvalid { has_order_id, message: error.message().to_owned() };
        Plan { ask: Some((entry, command)), meaning: Meaning::Invalid(issues) }
    }

    /// Without an id there is no order to compare with.
    fn plan_note(
        &self,
        order: &Order<'_>,
        result: ReportResult,
        noted: &str,
        reason: Option<String>,
    ) -> Plan {
        let entry = self.entry_of(order);
        let command = Command::Skip { reason: noted.to_owned() };
        let ask = entry.key.is_some().then_some((entry, command));
        Plan { ask, meaning: Meaning::LeftOut { result, reason } }
    }

    fn entry_of(&self, order: &Order<'_>) -> Entry {
        let name = EventName::Purchase.as_str();
        Entry::of_order(self.business_id(), name, order.id().as_deref())
    }
}

impl Meaning {
    /// What became of the order.
    pub(super) fn reported(self, kept: Option<Enqueued>) -> Reported {
        let is_known = kept.is_some_and(|kept| kept.duplicate);
        let state = kept.map(|kept| kept.state);
        let (result, reason, issues) = match self {
            Self::Event if is_known => (ReportResult::Duplicate, None, Vec::new()),
            Self::Event if state == Some(State::Held) => (ReportResult::Held, None, Vec::new()),
            Self::Event => (ReportResult::Queued, None, Vec::new()),
            Self::Invalid(issues) => (ReportResult::Invalid, None, issues),
            // What was left out before is left out again.
            Self::LeftOut { .. } if is_known && state != Some(State::Skipped) => {
                (ReportResult::Duplicate, None, Vec::new())
            }
            Self::LeftOut { result, reason } => (result, reason, Vec::new()),
        };
        let conflict = kept.is_some_and(|kept| kept.conflict);
        Reported { result, id: kept.map(|kept| kept.id), state, conflict, reason, issues }
    }
}
