//! A machine whose clock differs from the API's: the answers tell, and events are judged by it.

use std::time::{Duration, SystemTime};

use connectly_conversions::{
    Client, ConversionEvent, Error, EventOptions, Result, Sandbox, TrackingParams,
};
use tokio::io::AsyncWriteExt;

use crate::support::*;

/// A client that a server has told the time, so many seconds from the machine's.
async fn told(status: &str, ahead: i64) -> Client {
    let (listener, url) = listen().await;
    let client = client(&url).build().unwrap();
    let event = event("A");
    let sent = client.send(&event);
    let answered = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        request(&mut stream).await.unwrap();
        let date = httpdate::fmt_http_date(at(ahead));
        let body = "{\"events_received\":1}";
        let answer = format!(
            "HTTP/1.1 {status}\r\ndate: {date}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(answer.as_bytes()).await.unwrap();
    };
    // What it says is known by its date, not by its success.
    let _ = tokio::join!(sent, answered);
    client
}

fn at(seconds: i64) -> SystemTime {
    let apart = Duration::from_secs(seconds.unsigned_abs());
    let now = SystemTime::now();
    if seconds < 0 { now - apart } else { now + apart }
}

fn placed(options: &EventOptions, seconds: i64) -> Result<ConversionEvent> {
    let tracking = TrackingParams::new("t", "s", "c", "1").unwrap();
    ConversionEvent::purchase(tracking, "A", "USD", "1")
        .event_time(at(seconds))
        .options(options.clone())
        .build()
}

/// The codes of what an event is refused for.
fn refused(options: &EventOptions, seconds: i64) -> Vec<&'static str> {
    let refused = placed(options, seconds).err();
    let issues = refused.as_ref().map(Error::issues).unwrap_or_default();
    issues.iter().map(|issue| issue.code().as_str()).collect()
}

const FUTURE: [&str; 1] = ["event_time_in_future"];

// Five minutes ahead of the clock are allowed. A minute is left for a machine under load.

#[tokio::test]
async fn on_a_machine_that_is_behind_what_has_happened_is_no_future() {
    let client = told("200 OK", 3_600).await;
    let options = client.event_options();
    assert_eq!(refused(options, 3_600), [""; 0], "just now, by the API's clock");
    assert_eq!(refused(options, 3_600 + 360), FUTURE);
    // Whoever made no client goes by the machine's clock: this API is not the real one.
    assert_eq!(refused(&EventOptions::new(), 3_600), FUTURE);
}

#[tokio::test]
async fn on_a_machine_that_is_ahead_the_apis_future_is_refused() {
    let client = told("200 OK", -3_600).await;
    let options = client.event_options();
    assert_eq!(refused(options, 0), FUTURE, "the API would refuse it");
    assert_eq!(refused(options, -3_600), [""; 0]);
    assert_eq!(refused(&EventOptions::new(), 0), [""; 0]);
}

#[tokio::test]
async fn a_time_that_is_given_stays_and_one_that_is_left_out_is_the_apis() {
    for ahead in [-3_600, 3_600] {
        let client = told("200 OK", ahead).await;
        let given = placed(client.event_options(), -7_200).unwrap();
        let expected = at(-7_200).duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        let near = |time: i64, expected: u64| time.unsigned_abs().abs_diff(expected) <= 60;
        assert!(near(given.event_time(), expected));
        let tracking = TrackingParams::new("t", "s", "c", "1").unwrap();
        let left_out = ConversionEvent::purchase(tracking, "A", "USD", "1")
            .options(client.event_options().clone())
            .build()
            .unwrap();
        let expected = at(ahead).duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        assert!(near(left_out.event_time(), expected), "{ahead}");
    }
}

#[tokio::test]
async fn a_refusal_tells_the_time_as_well() {
    let client = told("400 Bad Request", 3_600).await;
    assert_eq!(refused(client.event_options(), 3_600), [""; 0]);
}

#[tokio::test]
async fn clocks_that_differ_by_less_than_a_minute_are_left_alone() {
    for ahead in [-50, 50] {
        let client = told("200 OK", ahead).await;
        let tracking = TrackingParams::new("t", "s", "c", "1").unwrap();
        let before = at(0).duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        let event = ConversionEvent::purchase(tracking, "A", "USD", "1")
            .options(client.event_options().clone())
            .build()
            .unwrap();
        let after = at(0).duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        assert!((before..=after).contains(&event.event_time().unsigned_abs()), "{ahead}");
    }
}

#[tokio::test]
async fn a_sandbox_tells_the_time_that_it_was_set_to() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(sandbox.url()).build().unwrap();
    let unix = at(3_600).duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    sandbox.set_now(i64::try_from(unix).ok());
    client.send(&event("A")).await.unwrap();
    let placed = placed(client.event_options(), 3_600).unwrap();
    // What is accepted here is accepted there.
    client.send(&placed).await.unwrap();
    assert_eq!(refused(client.event_options(), 3_600 + 360), FUTURE);
}

#[tokio::test]
async fn a_moment_that_the_caller_gives_is_not_corrected() {
    let client = told("200 OK", 3_600).await;
    let options = client.event_options().clone().now(at(0));
    assert_eq!(refused(&options, 3_600), FUTURE);
}
