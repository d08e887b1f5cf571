//! One call: attempts, waits and the deadline around them.

use std::time::{Duration, SystemTime};

use tokio::time::{Instant, sleep};
use tracing::Instrument;

use super::receipt::Receipt;
use super::response::Failure;
use super::retry::{Decision, Disposition, RetryPolicy, Situation};
use super::transport::Transport;
use crate::error::{Error, ErrorCode, Result};
use crate::event::ConversionEvent;

/// How long a call may take, and how often it tries.
#[derive(Debug, Clone)]
pub(super) struct Limits {
    pub attempt: Duration,
    pub total: Duration,
    pub retry: RetryPolicy,
}

/// A time-out of centuries would overflow the clock: a day is as good as none.
const LONGEST: Duration = Duration::from_hours(24);

impl Limits {
    /// The same with another deadline for the whole call.
    pub(super) fn within(&self, total: Duration) -> Self {
        Self { attempt: self.attempt.min(total), total, retry: self.retry }
    }
}

/// Sends one event.
pub(super) async fn send(
    transport: &impl Transport,
    limits: &Limits,
    event: &ConversionEvent,
) -> Result<Receipt> {
    let span = tracing::debug_span!("connectly.send", event_name = event.event_name().as_str());
    attempts(transport, limits, event).instrument(span).await
}

async fn attempts(
    transport: &impl Transport,
    limits: &Limits,
    event: &ConversionEvent,
) -> Result<Receipt> {
    let began = Instant::now();
    let deadline = began + limits.total.min(LONGEST);
    for attempts in 1_u32.. {
        let attempt_ends = deadline.min(Instant::now() + limits.attempt.min(LONGEST));
        let failure = match attempt(transport, event, attempt_ends).await {
            Ok((events_received, status, raw_body)) => {
                tracing::debug!(attempts, status, events_received, "received");
                return Ok(Receipt { events_received, attempts, status, raw_body });
            }
            Err(failure) => failure,
        };
        let situation = Situation {
            attempts,
            disposition: failure.disposition,
            has_order_id: event.order_id().is_some(),
            retry_after: failure.error.retry_after(),
            remaining: deadline.saturating_duration_since(Instant::now()),
            since_first_try: began.elapsed(),
            random: fastrand::f64(),
        };
        let decision = limits.retry.decide(&situation);
        tracing::debug!(
            attempts,
            code = failure.error.code().as_str(),
            status = failure.error.status(),
            ?decision,
            "not received"
        );
        match decision {
            Decision::RetryAfter(wait) => sleep(wait).await,
            Decision::GiveUp => return Err(given_up(failure, &situation)),
            Decision::UnknownOutcome => {
                return Err(failure.error.with_attempts(attempts).into_unknown_outcome());
            }
        }
    }
    Err(Error::internal("a retry policy that never gives up"))
}

/// The attempt's own error, and whether a later call may try again.
fn given_up(failure: Failure, situation: &Situation) -> Error {
    let retryable = match failure.disposition {
        Disposition::NeverSent | Disposition::NotRecorded => true,
        Disposition::Ambiguous => situation.has_order_id,
        Disposition::Refused | Disposition::Misconfigured => false,
    };
    let out_of_time = situation.remaining.is_zero();
    let error = failure.error.with_attempts(situation.attempts).with_retryable(retryable);
    if out_of_time && error.code() == ErrorCode::AttemptTimeout {
        error.with_code(ErrorCode::DeadlineExceeded)
    } else {
        error
    }
}

async fn attempt(
    transport: &impl Transport,
    event: &ConversionEvent,
    deadline: Instant,
) -> Result<(u64, u16, String), Failure> {
    let answer = transport.post(event.wire(), deadline).await?;
    let events_received = answer.read(SystemTime::now())?;
    Ok((events_received, answer.status.as_u16(), answer.text()))
}

#[cfg(test)]
mod tests;
