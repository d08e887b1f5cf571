//! One call: attempts, waits and the deadline around them.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use tracing::Instrument;

use super::settings::Limits;
use crate::delivery::{Decision, Failure, Receipt, Sender, Situation};
use crate::error::ErrorCode;
use crate::event::ConversionEvent;

/// A time-out of centuries would overflow the clock: a day is as good as none.
const LONGEST: Duration = Duration::from_hours(24);

/// Sends one event. A failure is the last attempt's, with the whole call's error.
pub(super) async fn send(
    sender: &impl Sender,
    limits: &Limits,
    event: &ConversionEvent,
) -> Result<Receipt, Failure> {
    let span = tracing::debug_span!("connectly.send", event_name = event.event_name().as_str());
    attempts(sender, limits, event).instrument(span).await
}

async fn attempts(
    sender: &impl Sender,
    limits: &Limits,
    event: &ConversionEvent,
) -> Result<Receipt, Failure> {
    let began = Instant::now();
    let deadline = began + limits.total.min(LONGEST);
    let mut earlier = None;
    let mut attempts = 0;
    loop {
        attempts += 1;
        let attempt_ends = deadline.min(Instant::now() + limits.attempt.min(LONGEST));
        let failure = match sender.post(event.wire(), attempt_ends).await {
            Ok(receipt) => {
                let (status, events_received) = (receipt.status(), receipt.events_received());
                tracing::debug!(attempts, status, events_received, "received");
                return Ok(receipt.with_attempts(attempts));
            }
            Err(failure) => failure.after(earlier),
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
            Decision::GiveUp(resend) => {
                let failure = failure.given_up(attempts, resend);
                return Err(if situation.remaining.is_zero() {
                    out_of_time(failure)
                } else {
                    failure
                });
            }
        }
        earlier = Some(situation.disposition);
    }
}

/// The attempt ended because the whole call did.
fn out_of_time(failure: Failure) -> Failure {
    match failure.error.code() {
        ErrorCode::AttemptTimeout => {
            Failure { error: failure.error.with_code(ErrorCode::DeadlineExceeded), ..failure }
        }
        _ => failure,
    }
}

#[cfg(test)]
mod tests;
