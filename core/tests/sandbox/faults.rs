//! Each fault does what its name says.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use connectly_conversions::{Fault, Sandbox};
use serde_json::json;

use crate::support::*;

/// What the journal says of the only request: status, fault, recorded; and how many were received.
fn told(sandbox: &Sandbox) -> (Option<u16>, Option<&'static str>, bool, usize) {
    let requests = sandbox.requests();
    assert_eq!(requests.len(), 1);
    let request = &requests[0];
    (request.status, request.fault, request.recorded, sandbox.received().len())
}

/// Plays a script on one request, and gives the connection to look at.
fn play(sandbox: &Sandbox, script: &str) -> Connection {
    sandbox.script_json(script).unwrap();
    let mut connection = Connection::open(sandbox);
    connection.write(&conversion(&example()));
    connection
}

#[test]
fn a_status_comes_with_its_headers_and_body() {
    let sandbox = sandbox();
    let script = r#"{"kind":"status","status":429,"retry_after":7,"headers":{"X-A":"b"},"body":"slow down"}"#;
    let answer = play(&sandbox, script).answer();
    assert_eq!((answer.status, answer.body.as_slice()), (429, &b"slow down"[..]));
    assert_eq!((answer.header("retry-after"), answer.header("x-a")), (Some("7"), Some("b")));
    assert_eq!(told(&sandbox), (Some(429), Some("status"), false, 0));
}

#[test]
fn a_status_without_a_number_is_503_in_the_style_of_the_api() {
    let sandbox = sandbox();
    let answer = play(&sandbox, r#"{"kind":"status"}"#).answer();
    assert_eq!((answer.status, &answer.json()["code"]), (503, &json!(14)));
    assert!(answer.json()["message"].as_str().unwrap().starts_with("UNAVAILABLE: "));
}

#[test]
fn a_body_may_be_given_as_json() {
    let sandbox = sandbox();
    let script = r#"{"kind":"status","status":400,"body":{"error":{"message":"Meta says no"}}}"#;
    let answer = play(&sandbox, script).answer();
    assert_eq!(answer.json(), json!({"error": {"message": "Meta says no"}}));
}

#[test]
fn a_status_may_record_all_the_same() {
    let sandbox = sandbox();
    let answer = play(&sandbox, r#"{"kind":"status","status":500,"recorded":true}"#).answer();
    assert_eq!(answer.status, 500);
    assert_eq!(told(&sandbox), (Some(500), Some("status"), true, 1));
}

#[test]
fn an_invalid_conversion_is_never_recorded() {
    let sandbox = sandbox();
    sandbox.fail_next(Fault::status(500).recorded(true));
    assert_eq!(report(&sandbox, &json!({})).status, 500);
    assert_eq!(told(&sandbox), (Some(500), Some("status"), false, 0));
}

#[test]
fn a_delay_records_at_once_and_answers_as_usual_later() {
    let sandbox = sandbox();
    let pause = Duration::from_millis(50);
    let started = Instant::now();
    let answer = play(&sandbox, r#"{"kind":"delay","seconds":0.05}"#).answer();
    assert!(started.elapsed() >= pause);
    assert_eq!((answer.status, answer.json()), (200, json!({"events_received": 1})));
    assert_eq!(told(&sandbox), (Some(200), Some("delay"), true, 1));
}

#[test]
fn a_hang_says_nothing_until_the_client_leaves() {
    let sandbox = sandbox();
    let mut hung = play(&sandbox, r#"{"kind":"hang"}"#);
    // Another connection is served meanwhile, after the hanging request has arrived.
    while sandbox.requests().is_empty() {
        std::thread::yield_now();
    }
    assert_eq!(told(&sandbox), (None, Some("hang"), false, 0));
    assert_eq!(report(&sandbox, &example()).status, 200);
    sandbox.stop();
    assert!(hung.rest().unwrap_or_default().is_empty());
}

#[test]
fn a_reset_breaks_the_connection_before_anything_is_recorded() {
    let sandbox = sandbox();
    let broken = play(&sandbox, r#"{"kind":"reset"}"#).rest().unwrap_err();
    assert_eq!(broken, ErrorKind::ConnectionReset);
    assert_eq!(told(&sandbox), (None, Some("reset"), false, 0));
}

#[test]
fn a_reset_after_recording_is_a_success_that_nobody_was_told_of() {
    let sandbox = sandbox();
    let broken = play(&sandbox, r#"{"kind":"reset_after_recording"}"#).rest().unwrap_err();
    assert_eq!(broken, ErrorKind::ConnectionReset);
    assert_eq!(told(&sandbox), (None, Some("reset_after_recording"), true, 1));
}

#[test]
fn half_an_answer_ends_before_its_length() {
    let sandbox = sandbox();
    let mut connection = play(&sandbox, r#"{"kind":"half_answer"}"#);
    let head = connection.head();
    assert!(head.starts_with("HTTP/1.1 200 "));
    assert!(head.contains("content-length: 21\r\n"), "{head}");
    assert_eq!(connection.rest().unwrap(), br#"{"events_r"#);
    assert_eq!(told(&sandbox), (Some(200), Some("half_answer"), true, 1));
}

#[test]
fn garbage_is_not_http() {
    let sandbox = sandbox();
    let bytes = play(&sandbox, r#"{"kind":"garbage"}"#).rest().unwrap();
    assert!(!bytes.is_empty() && !bytes.starts_with(b"HTTP/"));
    assert_eq!(told(&sandbox), (None, Some("garbage"), false, 0));
}

#[test]
fn an_oversized_body_is_over_64_kib() {
    let sandbox = sandbox();
    let answer = play(&sandbox, r#"{"kind":"oversized_body"}"#).answer();
    assert_eq!(answer.status, 200);
    assert!(answer.body.len() > 64 * 1024);
    assert_eq!(told(&sandbox), (Some(200), Some("oversized_body"), true, 1));
}

#[test]
fn a_slow_drip_never_ends() {
    let sandbox = sandbox();
    let mut connection = play(&sandbox, r#"{"kind":"slow_drip","seconds":0.0001}"#);
    assert!(connection.head().starts_with("HTTP/1.1 200 "));
    let body = connection.read(64);
    assert!(body.starts_with(br#"{"events_received":1}"#));
    assert!(body.ends_with(b"  "));
    assert_eq!(told(&sandbox), (Some(200), Some("slow_drip"), true, 1));
}

#[test]
fn close_idle_closes_without_having_said_so() {
    let sandbox = sandbox();
    let mut connection = play(&sandbox, r#"{"kind":"close_idle"}"#);
    let answer = connection.answer();
    assert_eq!((answer.status, answer.header("connection")), (200, None));
    assert_eq!(answer.json(), json!({"events_received": 1}));
    assert!(connection.rest().unwrap().is_empty());
    assert_eq!(told(&sandbox), (Some(200), Some("close_idle"), true, 1));
}

#[test]
fn a_huge_header_has_a_mebibyte() {
    let sandbox = sandbox();
    let answer = play(&sandbox, r#"{"kind":"huge_header"}"#).answer();
    assert_eq!(answer.header("x-huge").unwrap().len(), 1024 * 1024);
    assert_eq!(told(&sandbox), (Some(200), Some("huge_header"), true, 1));
}

/// That it inflates was proven with zlib when its bytes were computed; its trailer says how far.
#[test]
fn a_gzip_bomb_is_small_and_claims_48_mib() {
    let sandbox = sandbox();
    let answer = play(&sandbox, r#"{"kind":"gzip_bomb"}"#).answer();
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    assert!(answer.body.len() < 64 * 1024);
    assert!(answer.body.starts_with(&[0x1f, 0x8b, 8]));
    let claimed: [u8; 4] = answer.body.last_chunk().copied().unwrap();
    assert!(u32::from_le_bytes(claimed) > 48 * 1024 * 1024);
    assert_eq!(told(&sandbox), (Some(200), Some("gzip_bomb"), true, 1));
}

#[test]
fn a_redirect_names_its_location() {
    let sandbox = sandbox();
    let script = r#"{"kind":"redirect","location":"https://elsewhere.example/"}"#;
    let answer = play(&sandbox, script).answer();
    assert_eq!((answer.status, answer.body.len()), (307, 0));
    assert_eq!(answer.header("location"), Some("https://elsewhere.example/"));
    assert_eq!(told(&sandbox), (Some(307), Some("redirect"), false, 0));
}

#[test]
fn not_received_is_a_200_that_recorded_nothing() {
    let sandbox = sandbox();
    let answer = play(&sandbox, r#"{"kind":"not_received"}"#).answer();
    assert_eq!((answer.status, answer.json()), (200, json!({"events_received": 0})));
    assert_eq!(told(&sandbox), (Some(200), Some("not_received"), false, 0));
}

#[test]
fn a_duplicate_answer_comes_twice_and_the_connection_goes_on() {
    let sandbox = sandbox();
    let mut connection = play(&sandbox, r#"{"kind":"duplicate_answer"}"#);
    for _ in 0..2 {
        assert_eq!(connection.answer().json(), json!({"events_received": 1}));
    }
    assert_eq!(told(&sandbox), (Some(200), Some("duplicate_answer"), true, 1));
    assert_eq!(connection.exchange(&conversion(&json!({}))).status, 400);
}

#[test]
fn faults_are_used_up_in_order() {
    let sandbox = sandbox();
    let script =
        r#"{"faults":[{"kind":"status","status":500},{"kind":"status","status":502,"times":2}]}"#;
    assert_eq!(control(&sandbox, "POST", "/sandbox/faults", script).status, 200);
    let statuses: Vec<_> = (0..4).map(|_| report(&sandbox, &example()).status).collect();
    assert_eq!(statuses, [500, 502, 502, 200]);
}

#[test]
fn zero_times_is_always() {
    let sandbox = sandbox();
    sandbox.fail_next(Fault::status(503).times(0));
    assert!((0..5).all(|_| report(&sandbox, &example()).status == 503));
    sandbox.clear_faults();
    assert_eq!(report(&sandbox, &example()).status, 200);
}

#[test]
fn a_fault_for_one_order_leaves_the_others_alone() {
    let sandbox = sandbox();
    sandbox.script_json(r#"{"kind":"status","order_id":"B","times":2}"#).unwrap();
    sandbox.fail_next(Fault::status(500).for_order("C"));
    let statuses: Vec<_> =
        ["A", "B", "C", "B", "B", "C"].map(|id| report(&sandbox, &order(id)).status).into();
    assert_eq!(statuses, [200, 503, 500, 503, 200, 200]);
}

#[test]
fn faults_concern_the_api_only() {
    let sandbox = sandbox();
    sandbox.fail_next(Fault::status(503));
    assert_eq!(control(&sandbox, "GET", "/sandbox/received", "").status, 200);
    assert_eq!(control(&sandbox, "GET", &path(), "").status, 405);
    assert_eq!(report(&sandbox, &example()).status, 503);
}

#[test]
fn a_typed_fault_that_cannot_be_played_says_so() {
    let sandbox = sandbox();
    sandbox.fail_next(Fault::status(42));
    let answer = report(&sandbox, &example());
    assert_eq!(answer.status, 500);
    assert!(answer.json()["message"].as_str().unwrap().contains("status: 42"));
}
