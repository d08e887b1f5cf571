//! Pause, probes and the breaker, as `OUTBOX.md` says.

use super::*;

const SECOND: Millis = 1_000;
const MINUTE: Millis = 60 * SECOND;
const HOUR: Millis = 60 * MINUTE;
const DAY: Millis = 24 * HOUR;

/// Some day.
const START: Millis = 1_780_000_000_000;

fn failed(disposition: Disposition, status: Option<u16>, retry_after: Option<Millis>) -> Outcome {
    let (code, message) = ("code".to_owned(), String::new());
    Outcome::Failed { disposition, code, status, message, retry_after }
}

fn refused(status: u16) -> Outcome {
    failed(Disposition::Misconfigured, Some(status), None)
}

const ACCEPTED: Outcome = Outcome::Accepted { status: 200 };

/// A queue whose sender was refused at the start, with the event 1.
fn refused_queue() -> Queue {
    let mut queue = Queue::default();
    queue.after(1, &refused(401), false, START, 0.5);
    queue
}

fn down() -> Outcome {
    failed(Disposition::NeverSent, None, None)
}

/// A queue whose breaker has just opened for the first time.
fn open_queue(random: f64) -> Queue {
    let mut queue = Queue::default();
    for _ in 0..5 {
        assert_eq!(queue.admits(START), Admission::All);
        queue.after(1, &down(), false, START, random);
    }
    queue
}

#[test]
fn an_operator_pauses_until_a_time_or_until_resume() {
    let mut queue = Queue::default();
    queue.pause(Some(START + HOUR), START);
    assert_eq!(queue.admits(START + HOUR - 1), Admission::Nothing(Some(START + HOUR)));
    assert_eq!(queue.admits(START + HOUR), Admission::All);
    queue.pause(None, START);
    assert_eq!(queue.admits(START + 365 * DAY), Admission::Nothing(None));
    queue.resume(START + 365 * DAY);
    assert_eq!(queue.admits(START + 365 * DAY), Admission::All);
}

#[test]
fn a_refused_sender_is_probed_once_a_minute() {
    for status in [401, 403, 404, 302] {
        let mut queue = Queue::default();
        queue.after(1, &refused(status), false, START, 0.5);
        assert_eq!(queue.admits(START + MINUTE - 1), Admission::Nothing(Some(START + MINUTE)));
        assert_eq!(queue.admits(START + MINUTE), Admission::Probe);
        assert_eq!(queue.probed_id, Some(1), "another one is tried first");
        queue.probe(2, START + MINUTE);
        assert_eq!(queue.probed_id, Some(2));
        let next = START + 2 * MINUTE;
        assert_eq!(queue.admits(START + MINUTE), Admission::Nothing(Some(next)));
        assert_eq!(queue.admits(next), Admission::Probe, "also where its worker never tells");
    }
}

#[test]
fn any_other_answer_resumes() {
    let answers = [
        ACCEPTED,
        failed(Disposition::Refused, Some(400), None),
        failed(Disposition::NotRecorded, Some(503), None),
        failed(Disposition::Ambiguous, Some(500), None),
    ];
    for answer in answers {
        let mut queue = refused_queue();
        queue.probe(2, START + MINUTE);
        queue.after(2, &answer, false, START + MINUTE, 0.5);
        assert_eq!(queue.admits(START + MINUTE), Admission::All, "{answer:?}");
        assert_eq!(queue.refused_code, None);
    }
    // No answer is none.
    let mut queue = refused_queue();
    queue.after(2, &down(), false, START + MINUTE, 0.5);
    assert!(queue.refused_code.is_some());
}

#[test]
fn a_refusal_of_one_event_alone_stops_nobody() {
    let mut queue = Queue::default();
    queue.after(1, &refused(404), true, START, 0.5);
    assert_eq!(queue.admits(START), Admission::All);
    let mut queue = refused_queue();
    queue.after(2, &refused(404), true, START + MINUTE, 0.5);
    assert_eq!(queue.admits(START + MINUTE), Admission::All);
}

#[test]
fn paused_time_is_counted_whoever_paused() {
    let mut queue = Queue::default();
    assert_eq!(queue.paused(START + DAY), 0);
    queue.pause(Some(START + HOUR), START);
    assert_eq!(queue.paused(START + MINUTE), MINUTE);
    assert_eq!(queue.paused(START + DAY), HOUR, "it ended by itself");
    // A refusal a day later adds its own time.
    queue.after(1, &refused(401), false, START + DAY, 0.5);
    assert_eq!(queue.paused(START + DAY + HOUR), 2 * HOUR);
    queue.after(2, &ACCEPTED, false, START + DAY + 2 * HOUR, 0.5);
    assert_eq!(queue.paused(START + 9 * DAY), 3 * HOUR);
}

#[test]
fn two_pauses_at_once_count_once() {
    let mut queue = refused_queue();
    queue.pause(None, START + HOUR);
    assert_eq!(queue.paused(START + 2 * HOUR), 2 * HOUR);
    // A probe of before is answered; the operator's pause goes on.
    queue.after(1, &ACCEPTED, false, START + 2 * HOUR, 0.5);
    assert_eq!(queue.admits(START + 3 * HOUR), Admission::Nothing(None));
    assert_eq!(queue.paused(START + 3 * HOUR), 3 * HOUR);
    queue.resume(START + 4 * HOUR);
    assert_eq!(queue.paused(START + DAY), 4 * HOUR);
}

#[test]
fn a_shorter_pause_takes_the_place_of_a_longer_one() {
    let mut queue = Queue::default();
    queue.pause(None, START);
    queue.pause(Some(START + 2 * HOUR), START + HOUR);
    assert_eq!(queue.admits(START + 2 * HOUR), Admission::All);
    assert_eq!(queue.paused(START + DAY), 2 * HOUR);
}

#[test]
fn five_failures_in_a_row_open_the_breaker() {
    let queue = open_queue(1.0);
    assert_eq!(queue.admits(START), Admission::Nothing(Some(START + 2 * SECOND)));
    assert_eq!(queue.admits(START + 2 * SECOND), Admission::Probe);
    // A success in between begins the count anew.
    let mut queue = Queue::default();
    for _ in 0..4 {
        queue.after(1, &down(), false, START, 1.0);
    }
    queue.after(1, &ACCEPTED, false, START, 1.0);
    queue.after(1, &down(), false, START, 1.0);
    assert_eq!(queue.admits(START), Admission::All);
}

#[test]
fn an_open_breaker_lets_one_try_at_a_time() {
    let mut queue = open_queue(1.0);
    let now = START + 2 * SECOND;
    queue.probe(1, now);
    assert!(matches!(queue.admits(now + 10 * SECOND), Admission::Nothing(_)));
    assert_eq!(queue.admits(now + 20 * SECOND), Admission::Probe, "its worker is gone");
    queue.after(1, &ACCEPTED, false, now + SECOND, 1.0);
    assert_eq!(queue.admits(now + SECOND), Admission::All);
}

#[test]
fn the_breaker_rests_for_a_minute_at_most() {
    let mut queue = open_queue(1.0);
    for _ in 0..50 {
        let until = queue.open_until.unwrap();
        queue.probe(1, until);
        queue.after(1, &down(), false, until, 1.0);
        let Admission::Nothing(Some(next)) = queue.admits(until) else { panic!("{queue:?}") };
        assert!(next - until <= MINUTE, "{}", next - until);
    }
}

#[test]
fn a_retry_after_holds_everyone_for_an_hour_at_most() {
    for (asked, waits) in [(10 * MINUTE, 10 * MINUTE), (DAY, HOUR), (-HOUR, 0)] {
        let mut queue = Queue::default();
        let asks = failed(Disposition::NotRecorded, Some(429), Some(asked));
        queue.after(1, &asks, false, START, 0.5);
        let is_stopped = |now| matches!(queue.admits(now), Admission::Nothing(_));
        assert!(waits == 0 || is_stopped(START + waits - 1), "{asked}");
        assert!(!is_stopped(START + waits), "{asked}");
    }
}

#[test]
fn a_clock_that_was_set_back_stops_nothing() {
    assert_eq!(refused_queue().admits(START - DAY), Admission::Probe);
    assert_eq!(open_queue(1.0).admits(START - DAY), Admission::Probe);
    let mut queue = Queue::default();
    queue.pause(None, START);
    assert_eq!(queue.paused(START - DAY), 0, "and no time is taken back");
}

#[test]
fn it_is_stored_as_it_is() {
    let mut queue = refused_queue();
    queue.pause(None, START);
    let text = serde_json::to_string(&queue).unwrap();
    assert_eq!(serde_json::from_str::<Queue>(&text).unwrap(), queue);
    // A version before knows less.
    assert_eq!(serde_json::from_str::<Queue>("{}").unwrap(), Queue::default());
}
