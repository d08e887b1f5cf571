//! One call: attempts, waits and the deadline around them.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use tracing::Instrument;

use super::in_flight::{Call, LONGEST};
use super::settings::Limits;
use crate::delivery::{Decision, Disposition, Failure, Receipt, Sender, Situation};
use crate::error::ErrorCode;
use crate::event::ConversionEvent;

/// Sends one event. A failure is the last attempt's, with the whole call's error.
pub(super) async fn send(
    sender: &impl Sender,
    call: &Call<'_>,
    limits: &Limits,
    event: &ConversionEvent,
) -> Result<Receipt, Failure> {
    let span = tracing::debug_span!("connectly.send", event_name = event.event_name().as_str());
    attempts(sender, call, limits, event).instrument(span).await
}

async fn attempts(
    sender: &impl Sender,
    call: &Call<'_>,
    limits: &Limits,
    event: &ConversionEvent,
) -> Result<Receipt, Failure> {
    let began = Instant::now();
    let deadline = began + limits.total.min(LONGEST);
    let (mut attempts, mut earlier) = (0, None);
    loop {
        let attempt = match call.connection(deadline).await {
            Ok(_connection) => {
                attempts += 1;
                let attempt_ends = deadline.min(Instant::now() + limits.attempt.min(LONGEST));
                sender.post(event.wire(), attempt_ends).await
            }
            Err(error) => Err(Failure { error, disposition: Disposition::NeverSent }),
        };
        let failure = match attempt {
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
        let resend = match decision {
            Decision::RetryAfter(wait) => tokio::select! {
                biased;
                () = call.cut_off() => situation.resend_after(Duration::ZERO),
                () = sleep(wait) => {
                    earlier = Some(failure.disposition);
                    continue;
                }
            },
            Decision::GiveUp(resend) => resend,
        };
        let failure = failure.given_up(attempts, resend);
        return Err(if situation.remaining.is_zero() { out_of_time(failure) } else { failure });
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
