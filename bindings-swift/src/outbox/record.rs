//! What the ledger tells, as records. Times are Unix milliseconds.

use std::collections::HashMap;

use connectly_conversions as core;

/// What `enqueue` did.
#[derive(uniffi::Record)]
pub(crate) struct EnqueuedRecord {
    pub(crate) id: i64,
    pub(crate) state: String,
    pub(crate) duplicate: bool,
    pub(crate) replaced: bool,
    pub(crate) conflict: bool,
}

impl From<core::Enqueued> for EnqueuedRecord {
    fn from(done: core::Enqueued) -> Self {
        let core::Enqueued { id, state, duplicate, replaced, conflict, .. } = done;
        Self { id, state: state.as_str().to_owned(), duplicate, replaced, conflict }
    }
}

/// What `release`, `cancel` or `skip` did.
#[derive(uniffi::Record)]
pub(crate) struct ChangedRecord {
    pub(crate) changed: bool,
    pub(crate) state: Option<String>,
}

impl From<core::Changed> for ChangedRecord {
    fn from(done: core::Changed) -> Self {
        let state = done.state.map(|state| state.as_str().to_owned());
        Self { changed: done.changed, state }
    }
}

/// What `forget` did.
#[derive(uniffi::Record)]
pub(crate) struct ForgottenRecord {
    pub(crate) forgotten: u64,
    pub(crate) later: u64,
}

impl From<core::Forgotten> for ForgottenRecord {
    fn from(done: core::Forgotten) -> Self {
        Self { forgotten: done.forgotten, later: done.later }
    }
}

/// One conversion in the ledger.
#[derive(uniffi::Record)]
pub(crate) struct LedgerRecord {
    pub(crate) id: i64,
    pub(crate) event_name: String,
    pub(crate) order_id: Option<String>,
    pub(crate) state: String,
    pub(crate) due_at: Option<i64>,
    pub(crate) attempts: u32,
    pub(crate) enqueued_at: i64,
    pub(crate) first_attempt_at: Option<i64>,
    pub(crate) ambiguous_since: Option<i64>,
    pub(crate) finished_at: Option<i64>,
    pub(crate) code: Option<String>,
    pub(crate) status: Option<u16>,
    pub(crate) message: Option<String>,
    pub(crate) reason: Option<String>,
    /// Unix seconds.
    pub(crate) event_time: Option<i64>,
    pub(crate) currency: Option<String>,
    pub(crate) value: Option<String>,
    pub(crate) has_payload: bool,
    /// A JSON list.
    pub(crate) issues: Option<String>,
    pub(crate) forgotten_at: Option<i64>,
}

impl From<core::Record> for LedgerRecord {
    fn from(record: core::Record) -> Self {
        Self {
            id: record.id,
            event_name: record.event_name,
            order_id: record.order_id,
            state: record.state.as_str().to_owned(),
            due_at: record.due_at,
            attempts: record.attempts,
            enqueued_at: record.enqueued_at,
            first_attempt_at: record.first_attempt_at,
            ambiguous_since: record.ambiguous_since,
            finished_at: record.finished_at,
            code: record.code,
            status: record.status,
            message: record.message,
            reason: record.reason,
            event_time: record.event_time,
            currency: record.currency,
            value: record.value,
            has_payload: record.has_payload,
            issues: record.issues,
            forgotten_at: record.forgotten_at,
        }
    }
}

/// How many events are in each state.
#[derive(uniffi::Record)]
pub(crate) struct CountsRecord {
    pub(crate) held: u64,
    pub(crate) pending: u64,
    pub(crate) leased: u64,
    pub(crate) accepted: u64,
    pub(crate) rejected: u64,
    pub(crate) dead: u64,
    pub(crate) cancelled: u64,
    pub(crate) skipped: u64,
}

impl From<core::Counts> for CountsRecord {
    fn from(counts: core::Counts) -> Self {
        Self {
            held: counts.held,
            pending: counts.pending,
            leased: counts.leased,
            accepted: counts.accepted,
            rejected: counts.rejected,
            dead: counts.dead,
            cancelled: counts.cancelled,
            skipped: counts.skipped,
        }
    }
}

/// What a delivery did.
#[derive(uniffi::Record)]
pub(crate) struct DeliveredRecord {
    pub(crate) accepted: u64,
    pub(crate) rejected: u64,
    pub(crate) dead: u64,
    pub(crate) retried: u64,
}

impl From<core::Delivered> for DeliveredRecord {
    fn from(done: core::Delivered) -> Self {
        let core::Delivered { accepted, rejected, dead, retried, .. } = done;
        Self { accepted, rejected, dead, retried }
    }
}

/// The outbox in numbers.
#[derive(uniffi::Record)]
pub(crate) struct MetricsRecord {
    pub(crate) counts: CountsRecord,
    /// Milliseconds.
    pub(crate) oldest_due: i64,
    pub(crate) overdue_holds: u64,
    pub(crate) delivered: DeliveredRecord,
    pub(crate) leases_lost: u64,
    pub(crate) paused_until: Option<i64>,
    pub(crate) refused_code: Option<String>,
    pub(crate) open_until: Option<i64>,
}

impl From<core::Metrics> for MetricsRecord {
    fn from(metrics: core::Metrics) -> Self {
        Self {
            counts: metrics.counts.into(),
            oldest_due: metrics.oldest_due,
            overdue_holds: metrics.overdue_holds,
            delivered: metrics.delivered.into(),
            leases_lost: metrics.leases_lost,
            paused_until: metrics.paused_until,
            refused_code: metrics.refused_code,
            open_until: metrics.open_until,
        }
    }
}

/// What came of one attempt.
#[derive(uniffi::Record)]
pub(crate) struct AttemptRecord {
    pub(crate) id: i64,
    pub(crate) event_name: String,
    pub(crate) order_id: Option<String>,
    pub(crate) state: String,
    pub(crate) attempts: u32,
    pub(crate) code: Option<String>,
    pub(crate) status: Option<u16>,
    /// Milliseconds.
    pub(crate) took: i64,
    pub(crate) traceparent: Option<String>,
}

impl From<&core::Attempted> for AttemptRecord {
    fn from(attempted: &core::Attempted) -> Self {
        Self {
            id: attempted.id,
            event_name: attempted.event_name.clone(),
            order_id: attempted.order_id.clone(),
            state: attempted.state.as_str().to_owned(),
            attempts: attempted.attempts,
            code: attempted.code.clone(),
            status: attempted.status,
            took: attempted.took,
            traceparent: attempted.traceparent.clone(),
        }
    }
}

/// What a replay did, or would do.
#[derive(uniffi::Record)]
pub(crate) struct ReplayedRecord {
    pub(crate) events: Vec<ReplayedEventRecord>,
    pub(crate) replayed: u64,
    /// Plain decimals by currency.
    pub(crate) money: HashMap<String, String>,
}

impl From<core::Replayed> for ReplayedRecord {
    fn from(done: core::Replayed) -> Self {
        let money = done.money.into_iter().map(|(currency, sum)| (currency, sum.to_string()));
        Self {
            events: done.events.into_iter().map(ReplayedEventRecord::from).collect(),
            replayed: done.replayed,
            money: money.collect(),
        }
    }
}

/// What a replay does with one event.
#[derive(uniffi::Record)]
pub(crate) struct ReplayedEventRecord {
    pub(crate) record: LedgerRecord,
    pub(crate) verdict: String,
    pub(crate) counts: bool,
}

impl From<core::ReplayedEvent> for ReplayedEventRecord {
    fn from(event: core::ReplayedEvent) -> Self {
        let verdict = event.verdict.as_str().to_owned();
        Self { record: event.record.into(), verdict, counts: event.counts }
    }
}
