//! A queue made of this module alone, on a paused clock, with an API that follows a script: what
//! a durable outbox needs is here. It knows neither a client nor HTTP.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::HeaderMap;
use tokio::time::{Instant, sleep, sleep_until};

use super::*;
use crate::error::{Error, ErrorCode, ErrorKind};

const HOUR: Duration = Duration::from_secs(60 * 60);
const WIRE: Bytes = Bytes::from_static(br#"{"event_name":"Purchase"}"#);

/// What the API does with one request.
#[derive(Clone, Copy)]
enum Step {
    Receives,
    Answers(u16),
    AsksToWait(&'static str),
    IsNotThere,
    Hangs,
}

struct Api {
    steps: Mutex<VecDeque<Step>>,
    /// Once the script is over.
    finally: Step,
    /// When each request came, and with which bytes.
    requests: Mutex<Vec<(Instant, Bytes)>>,
}

impl Api {
    fn new(steps: impl IntoIterator<Item = Step>, finally: Step) -> Self {
        let steps = Mutex::new(steps.into_iter().collect());
        Self { steps, finally, requests: Mutex::default() }
    }

    fn times(&self) -> Vec<Instant> {
        self.requests.lock().unwrap().iter().map(|(time, _)| *time).collect()
    }
}

fn failed(kind: ErrorKind, code: ErrorCode, disposition: Disposition) -> Attempt {
    Err(Failure { error: Error::new(kind, code, "scripted"), disposition })
}

impl Sender for Api {
    async fn post(&self, wire: Bytes, until: Instant) -> Attempt {
        self.requests.lock().unwrap().push((Instant::now(), wire));
        let step = self.steps.lock().unwrap().pop_front().unwrap_or(self.finally);
        let answer = |status, headers, body: &[u8]| {
            Answer { status, headers, body: body.to_vec(), damage: None }.read(SystemTime::now())
        };
        match step {
            Step::Receives => answer(200, HeaderMap::new(), br#"{"events_received":1}"#),
            Step::Answers(status) => answer(status, HeaderMap::new(), b"scripted"),
            Step::AsksToWait(seconds) => {
                let wait = (http::header::RETRY_AFTER, seconds.parse().unwrap());
                answer(429, HeaderMap::from_iter([wait]), b"")
            }
            Step::IsNotThere => {
                failed(ErrorKind::Network, ErrorCode::ConnectFailed, Disposition::NeverSent)
            }
            Step::Hangs => {
                sleep_until(until).await;
                failed(ErrorKind::Timeout, ErrorCode::AttemptTimeout, Disposition::Ambiguous)
            }
        }
    }
}

/// What a queue would store of an event's end.
#[derive(Debug)]
enum End {
    Accepted(Receipt),
    GivenUp(Failure),
    /// The event stays as it is until the sender is mended.
    Paused(Failure),
}

/// One row's life: everything but the wire bytes and the order id's presence comes from here.
async fn drain(api: &Api, has_order_id: bool) -> End {
    let policy = RetryPolicy::new(u32::MAX, Duration::from_millis(500), HOUR / 4);
    let first_try = Instant::now();
    let (mut attempts, mut earlier) = (0, None);
    loop {
        attempts += 1;
        let until = Instant::now() + Duration::from_secs(10);
        let failure = match api.post(WIRE, until).await {
            Ok(receipt) => return End::Accepted(receipt.with_attempts(attempts)),
            Err(failure) => failure.after(earlier),
        };
        if failure.disposition.concerns_all() {
            return End::Paused(failure);
        }
        let decision = policy.decide(&Situation {
            attempts,
            disposition: failure.disposition,
            has_order_id,
            retry_after: failure.error.retry_after(),
            remaining: Duration::MAX,
            since_first_try: first_try.elapsed(),
            random: 0.5,
        });
        match decision {
            Decision::RetryAfter(wait) => sleep(wait).await,
            Decision::GiveUp(resend) => return End::GivenUp(failure.given_up(attempts, resend)),
        }
        earlier = Some(failure.disposition);
    }
}

fn accepted(end: End) -> Receipt {
    let End::Accepted(receipt) = end else { panic!("{end:?}") };
    receipt
}

fn given_up(end: End) -> Error {
    let End::GivenUp(failure) = end else { panic!("{end:?}") };
    failure.error
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_days_loses_nothing() {
    let api = Api::new([Step::IsNotThere; 500], Step::Receives);
    let began = Instant::now();
    let receipt = accepted(drain(&api, false).await);
    assert_eq!((receipt.attempts(), receipt.status()), (501, 200));
    assert!(began.elapsed() > 48 * HOUR, "nothing was recorded, so no window binds it");
    assert!(api.requests.lock().unwrap().iter().all(|(_, wire)| *wire == WIRE));
}

#[tokio::test(start_paused = true)]
async fn with_an_order_id_an_ambiguous_outcome_is_resent_for_48_hours_and_no_longer() {
    let api = Api::new([], Step::Answers(500));
    let began = Instant::now();
    let error = given_up(drain(&api, true).await);
    assert_eq!(error.code(), ErrorCode::UnknownOutcome);
    assert!(!error.retryable());
    let last = *api.times().last().unwrap() - began;
    assert!(last <= 48 * HOUR && last > 47 * HOUR, "{last:?}");
}

#[tokio::test(start_paused = true)]
async fn without_an_order_id_an_ambiguous_outcome_is_the_end() {
    for step in [Step::Hangs, Step::Answers(500), Step::Answers(408)] {
        let api = Api::new([step], Step::Receives);
        let error = given_up(drain(&api, false).await);
        assert_eq!((error.code(), error.attempts()), (ErrorCode::UnknownOutcome, 1));
        assert_eq!(api.times().len(), 1);
    }
}

/// The first attempt may have been recorded, and Meta has forgotten its order id by then.
#[tokio::test(start_paused = true)]
async fn an_outage_after_an_ambiguous_outcome_does_not_outlive_the_window() {
    let api = Api::new([Step::Hangs], Step::IsNotThere);
    let began = Instant::now();
    let error = given_up(drain(&api, true).await);
    assert_eq!(error.code(), ErrorCode::UnknownOutcome);
    assert!(*api.times().last().unwrap() - began <= 48 * HOUR);
}

#[tokio::test(start_paused = true)]
async fn a_misconfigured_sender_pauses_and_gives_nothing_up() {
    for status in [401, 403, 404, 301] {
        let api = Api::new([Step::Answers(status)], Step::Receives);
        let End::Paused(failure) = drain(&api, true).await else { panic!("{status}") };
        assert_eq!(failure.error.status(), Some(status));
        assert_eq!(failure.disposition, Disposition::Misconfigured);
        // Mended, the same row goes out.
        assert_eq!(accepted(drain(&api, true).await).attempts(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_final() {
    let api = Api::new([Step::Answers(400)], Step::Receives);
    let error = given_up(drain(&api, true).await);
    assert_eq!((error.code(), error.message()), (ErrorCode::Rejected, "scripted"));
    assert!(!error.retryable());
    assert_eq!(api.times().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_a_floor_beyond_the_longest_backoff() {
    let api = Api::new([Step::AsksToWait("7200")], Step::Receives);
    assert_eq!(accepted(drain(&api, false).await).attempts(), 2);
    let times = api.times();
    assert_eq!(times[1] - times[0], 2 * HOUR);
}
