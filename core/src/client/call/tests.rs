//! The promises of a call, on a paused clock and a transport that follows a script.

use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use http::HeaderMap;

use super::*;
use crate::client::in_flight::InFlight;
use crate::delivery::{Answer, Attempt, Disposition, RetryPolicy};
use crate::error::{Error, ErrorKind, Result};
use crate::tracking::TrackingParams;

/// One scripted attempt.
enum Step {
    Status(u16),
    RetryAfter(u16, &'static str),
    Received,
    NeverSent,
    Broken,
    /// No answer until the attempt's deadline.
    Hang,
}

struct Script {
    steps: Mutex<std::vec::IntoIter<Step>>,
    /// When each attempt began.
    begun: Mutex<Vec<Instant>>,
}

impl Script {
    fn new(steps: Vec<Step>) -> Self {
        Self { steps: Mutex::new(steps.into_iter()), begun: Mutex::default() }
    }

    fn attempts(&self) -> usize {
        self.begun.lock().unwrap().len()
    }

    /// The wait before each further attempt.
    fn waits(&self) -> Vec<Duration> {
        self.begun.lock().unwrap().windows(2).map(|pair| pair[1] - pair[0]).collect()
    }
}

fn failed(kind: ErrorKind, code: ErrorCode, disposition: Disposition) -> Attempt {
    Err(Failure { error: Error::new(kind, code, "scripted"), disposition })
}

impl Sender for Script {
    async fn post(&self, _: bytes::Bytes, until: Instant) -> Attempt {
        self.begun.lock().unwrap().push(Instant::now());
        let step = self.steps.lock().unwrap().next().expect("more attempts than scripted");
        let answer = |status, body: &[u8]| Answer {
            status,
            headers: HeaderMap::new(),
            body: body.to_vec(),
            damage: None,
        };
        let answer = match step {
            Step::Status(status) => answer(status, b"scripted"),
            Step::RetryAfter(status, value) => {
                let mut answer = answer(status, b"");
                answer.headers.insert("retry-after", value.parse().unwrap());
                answer
            }
            Step::Received => answer(200, br#"{"events_received":1}"#),
            Step::NeverSent => {
                return failed(
                    ErrorKind::Network,
                    ErrorCode::ConnectFailed,
                    Disposition::NeverSent,
                );
            }
            Step::Broken => {
                return failed(
                    ErrorKind::Network,
                    ErrorCode::ConnectionLost,
                    Disposition::Ambiguous,
                );
            }
            Step::Hang => {
                tokio::time::sleep_until(until).await;
                return failed(
                    ErrorKind::Timeout,
                    ErrorCode::AttemptTimeout,
                    Disposition::Ambiguous,
                );
            }
        };
        answer.read(SystemTime::now())
    }
}

fn event(order_id: Option<&str>) -> ConversionEvent {
    let tracking = TrackingParams::new("t", "s", "c", "1").unwrap();
    ConversionEvent::purchase(tracking, order_id, "USD", 1).build().unwrap()
}

fn defaults() -> Limits {
    Limits {
        attempt: Duration::from_secs(5),
        total: Duration::from_secs(15),
        retry: RetryPolicy::default(),
    }
}

async fn run(steps: Vec<Step>, order_id: Option<&str>) -> (Result<Receipt>, Script) {
    let script = Script::new(steps);
    let in_flight = InFlight::new(1);
    let call = in_flight.begin().unwrap();
    let result = send(&script, &call, &defaults(), &event(order_id)).await;
    (result.map_err(|failure| failure.error), script)
}

#[tokio::test(start_paused = true)]
async fn a_receipt_counts_the_attempts() {
    let (result, _) =
        run(vec![Step::Status(503), Step::NeverSent, Step::Received], Some("A")).await;
    let receipt = result.unwrap();
    assert_eq!((receipt.attempts(), receipt.status(), receipt.events_received()), (3, 200, 1));
}

#[tokio::test(start_paused = true)]
async fn two_retries_and_no_more() {
    let (result, script) =
        run(vec![Step::Status(503), Step::Status(503), Step::Status(503)], Some("A")).await;
    let error = result.unwrap_err();
    assert_eq!((error.code(), error.attempts()), (ErrorCode::Unavailable, 3));
    assert!(error.retryable());
    assert_eq!(script.attempts(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_event_with_an_order_id_is_resent_after_an_ambiguous_outcome() {
    for step in [Step::Broken, Step::Hang, Step::Status(500), Step::Status(408)] {
        let (result, _) = run(vec![step, Step::Received], Some("A")).await;
        assert_eq!(result.unwrap().attempts(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_without_an_order_id_is_never_resent_after_an_ambiguous_outcome() {
    for step in [Step::Broken, Step::Hang, Step::Status(500), Step::Status(408)] {
        let (result, script) = run(vec![step], None).await;
        let error = result.unwrap_err();
        assert_eq!((error.code(), error.attempts()), (ErrorCode::UnknownOutcome, 1));
        assert!(!error.retryable());
        assert_eq!(script.attempts(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_without_an_order_id_is_resent_while_nothing_can_have_been_recorded() {
    let (result, _) = run(vec![Step::NeverSent, Step::Status(429), Step::Received], None).await;
    assert_eq!(result.unwrap().attempts(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_final() {
    for status in [400, 401, 403, 404, 409, 410, 413, 422, 301, 302, 307, 308] {
        let (result, script) = run(vec![Step::Status(status)], Some("A")).await;
        let error = result.unwrap_err();
        assert_eq!((error.status(), error.attempts()), (Some(status), 1));
        assert!(!error.retryable(), "{status}");
        assert_eq!(script.attempts(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_a_floor() {
    let (result, script) = run(vec![Step::RetryAfter(429, "7"), Step::Received], Some("A")).await;
    result.unwrap();
    assert!(script.waits()[0] >= Duration::from_secs(7));
}

#[tokio::test(start_paused = true)]
async fn retry_after_past_the_deadline_fails_at_once_and_carries_it() {
    let began = Instant::now();
    let (result, script) = run(vec![Step::RetryAfter(429, "60")], Some("A")).await;
    let error = result.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(60)));
    assert!(error.retryable());
    assert_eq!((script.attempts(), began.elapsed()), (1, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn a_call_ends_at_its_deadline() {
    let began = Instant::now();
    let (result, _) = run(vec![Step::Hang, Step::Hang, Step::Hang], Some("A")).await;
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.code(), ErrorCode::DeadlineExceeded);
    assert!(began.elapsed() <= Duration::from_secs(15));
}

#[tokio::test(start_paused = true)]
async fn one_attempt_takes_five_seconds_at_most() {
    let (_, script) = run(vec![Step::Hang, Step::Received], Some("A")).await;
    let wait = script.waits()[0];
    // The attempt, and then up to a quarter of a second.
    assert!(wait >= Duration::from_secs(5) && wait <= Duration::from_millis(5_250), "{wait:?}");
}
