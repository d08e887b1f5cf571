//! The sandbox's own routes, its clock, its start and its end.

use std::net::{SocketAddr, TcpStream};

use connectly_conversions::{Fault, Sandbox};
use serde_json::{Value, json};

use crate::support::*;

#[test]
fn the_routes_tell_what_the_methods_tell() {
    let sandbox = sandbox();
    report(&sandbox, &example());
    let received = control(&sandbox, "GET", "/sandbox/received", "");
    assert_eq!(received.header("content-type"), Some("application/json"));
    assert_eq!(String::from_utf8(received.body).unwrap(), sandbox.received_json());
    let requests = control(&sandbox, "GET", "/sandbox/requests", "");
    assert_eq!(String::from_utf8(requests.body).unwrap(), sandbox.requests_json());
    // Asking is not a request to the API.
    assert_eq!(sandbox.requests().len(), 1);
}

#[test]
fn an_event_is_old_or_ahead_relative_to_the_clock_that_was_set() {
    const WEEK: i64 = 604_800;
    let sandbox = Sandbox::start().unwrap();
    let time = 1_746_480_000;
    let codes = |now: i64| {
        assert_eq!(
            control(&sandbox, "PUT", "/sandbox/clock", &format!("{{\"now\":{now}}}")).status,
            200
        );
        let status = report(&sandbox, &example()).status;
        let received = sandbox.received();
        let warnings = received.last().map(|event| event.warnings.clone()).unwrap_or_default();
        (status, warnings.iter().map(|issue| issue.code().as_str()).collect::<Vec<_>>())
    };
    assert_eq!(codes(time + WEEK), (200, vec![]));
    assert_eq!(codes(time + WEEK + 1), (200, vec!["event_older_than_seven_days"]));
    assert_eq!(codes(time - 300).0, 200);
    assert_eq!(codes(time - 301).0, 400);
    // Back to the real clock, for which the example is long past.
    control(&sandbox, "PUT", "/sandbox/clock", "{\"now\":null}");
    assert_eq!(report(&sandbox, &example()).status, 200);
    assert!(!sandbox.received().last().unwrap().warnings.is_empty());
}

#[test]
fn reset_forgets_journal_orders_faults_and_clock() {
    let by_method = |sandbox: &Sandbox| sandbox.reset();
    let by_route = |sandbox: &Sandbox| {
        assert_eq!(control(sandbox, "POST", "/sandbox/reset", "").status, 200);
    };
    for reset in [&by_method as &dyn Fn(&Sandbox), &by_route] {
        let sandbox = Sandbox::start().unwrap();
        report(&sandbox, &example());
        sandbox.fail_next(Fault::status(503));
        // Before the example's time, which would be refused as the future.
        sandbox.set_now(Some(1_746_000_000));
        reset(&sandbox);
        assert!(sandbox.received().is_empty());
        assert!(sandbox.requests().is_empty());
        assert_eq!(report(&sandbox, &example()).status, 200);
        assert_eq!((sandbox.received()[0].times, sandbox.received()[0].duplicate), (1, false));
    }
}

#[test]
fn faults_can_be_forgotten() {
    let sandbox = sandbox();
    sandbox.fail_next(Fault::status(503));
    assert_eq!(control(&sandbox, "DELETE", "/sandbox/faults", "").status, 200);
    assert_eq!(report(&sandbox, &example()).status, 200);
    sandbox.fail_next(Fault::status(503));
    sandbox.clear_faults();
    assert_eq!(report(&sandbox, &example()).status, 200);
}

#[test]
fn a_script_that_cannot_be_played_is_refused_whole() {
    let sandbox = sandbox();
    for script in [
        "",
        "[]",
        "{}",
        r#"{"kind":"explode"}"#,
        r#"{"kind":"status","status":99}"#,
        r#"{"kind":"status","status":101}"#,
        r#"{"kind":"status","retry-after":1}"#,
        r#"{"kind":"status","headers":{"bad name":"1"}}"#,
        r#"{"kind":"status","headers":{"x":"a\nb"}}"#,
        r#"{"kind":"delay"}"#,
        r#"{"kind":"delay","seconds":-1}"#,
        r#"{"kind":"delay","seconds":1e300}"#,
        r#"{"kind":"redirect"}"#,
        r#"{"kind":"hang","location":"http://127.0.0.1/"}"#,
        r#"{"faults":[{"kind":"status"},{"kind":"explode"}]}"#,
        r#"{"faults":[{"kind":"status"}],"kind":"hang"}"#,
    ] {
        let answer = control(&sandbox, "POST", "/sandbox/faults", script);
        assert_eq!((answer.status, &answer.json()["code"]), (400, &json!(3)), "{script}");
        assert_eq!(sandbox.script_json(script).unwrap_err().code().as_str(), "invalid_option");
    }
    assert_eq!(report(&sandbox, &example()).status, 200);
}

#[test]
fn other_routes_and_methods_do_not_exist() {
    let sandbox = sandbox();
    assert_eq!(control(&sandbox, "GET", "/sandbox/nothing", "").status, 404);
    assert_eq!(control(&sandbox, "PUT", "/sandbox/faults", "{}").status, 405);
    for clock in ["", "{}x", "{\"now\":\"noon\"}", "{\"then\":1}"] {
        assert_eq!(control(&sandbox, "PUT", "/sandbox/clock", clock).status, 400, "{clock}");
    }
    assert!(sandbox.requests().is_empty());
}

#[test]
fn the_page_is_made_of_parts_that_load_nothing_from_elsewhere_and_hold_nothing_inline() {
    let sandbox = sandbox();
    let get = |path: &str| control(&sandbox, "GET", path, "");
    for (path, kind) in [
        ("/", "text/html"),
        ("/sandbox", "text/html"),
        ("/sandbox/page.css", "text/css"),
        ("/sandbox/page.js", "text/javascript"),
        ("/sandbox/icon.svg", "image/svg+xml"),
    ] {
        let part = get(path);
        assert_eq!(part.header("content-type"), Some(&*format!("{kind}; charset=utf-8")), "{path}");
        assert_eq!(part.header("x-content-type-options"), Some("nosniff"));
        let policy = part.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"));
        assert!(!policy.contains("unsafe"), "{policy}");
        let text = String::from_utf8(part.body).unwrap();
        // The one URL is the name of the language that an icon is drawn in.
        assert!(!text.replace("http://www.w3.org/2000/svg", "").contains("://"), "{path}");
        assert!(!text.contains("style=") && !text.contains(" onclick="), "{path}");
    }
    let html = String::from_utf8(get("/").body).unwrap();
    assert!(!html.contains("<style") && html.matches("<script").count() == 1);
    // What a browser asks for by itself is no request to the API.
    assert_eq!(get("/favicon.ico").status, 404);
    assert!(sandbox.requests().is_empty());
}

#[test]
fn the_page_offers_every_fault() {
    let html = String::from_utf8(control(&sandbox(), "GET", "/", "").body).unwrap();
    for kind in connectly_conversions::FaultKind::ALL {
        assert!(html.contains(&format!("<option value=\"{kind}\"")), "{kind}");
    }
}

#[test]
fn what_is_still_to_be_played_is_told_as_it_was_asked_for() {
    let sandbox = sandbox();
    let script = json!({"faults": [
        {"kind": "status", "status": 503, "headers": {"Retry-After": "7"}, "body": "no", "times": 2},
        {"kind": "delay", "seconds": 0.5, "order_id": "A", "times": 1, "recorded": false},
        {"kind": "redirect", "location": "/elsewhere", "times": 0},
    ]});
    assert_eq!(control(&sandbox, "POST", "/sandbox/faults", &script.to_string()).status, 200);
    assert_eq!(control(&sandbox, "GET", "/sandbox/faults", "").json(), script);
    report(&sandbox, &order("B"));
    let left = control(&sandbox, "GET", "/sandbox/faults", "").json();
    assert_eq!((&left["faults"][0]["times"], &left["faults"][2]["times"]), (&json!(1), &json!(0)));
    report(&sandbox, &order("B"));
    assert_eq!(
        control(&sandbox, "GET", "/sandbox/faults", "").json()["faults"][0]["kind"],
        "delay"
    );
}

#[test]
fn one_request_is_told_by_its_number() {
    let sandbox = sandbox();
    for id in ["A", "B"] {
        report(&sandbox, &order(id));
    }
    let second = control(&sandbox, "GET", "/sandbox/requests/2", "").json();
    assert_eq!(second["body"], order("B").to_string());
    assert_eq!(second["headers"]["x-api-key"], "***");
    for other in ["0", "3", "-1", "x", ""] {
        assert_eq!(control(&sandbox, "GET", &format!("/sandbox/requests/{other}"), "").status, 404);
    }
}

/// An address of this machine that no other test listens on, so that nobody takes a port that is
/// free again; only Linux has more than one.
fn alone(last: u8) -> SocketAddr {
    let last = if cfg!(target_os = "linux") { last } else { 1 };
    ([127, 0, 0, last], 0).into()
}

#[test]
fn dropping_it_stops_it() {
    let sandbox = Sandbox::builder().on(alone(2)).start().unwrap();
    let address = sandbox.url().strip_prefix("http://").unwrap().to_owned();
    sandbox.fail_next(Fault::hang());
    let mut waiting = Connection::open(&sandbox);
    waiting.write(&conversion(&example()));
    drop(sandbox);
    assert!(waiting.rest().unwrap_or_default().is_empty());
    let refused = TcpStream::connect(address).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
}

#[test]
fn a_port_that_is_taken_is_an_error_and_one_that_was_left_is_free() {
    let first = Sandbox::builder().on(alone(3)).start().unwrap();
    let address: SocketAddr = first.url().strip_prefix("http://").unwrap().parse().unwrap();
    let error = Sandbox::builder().on(address).start().unwrap_err();
    assert_eq!(error.code().as_str(), "invalid_option");
    assert!(error.message().starts_with("port: cannot listen on 127.0.0."), "{error}");
    report(&first, &example());
    first.stop();
    let second = Sandbox::builder().on(address).start().unwrap();
    assert_eq!(second.url(), format!("http://{address}"));
}

#[test]
fn every_address_is_found_on_this_machine() {
    let sandbox = Sandbox::builder().on(([0, 0, 0, 0], 0).into()).start().unwrap();
    assert!(sandbox.url().starts_with("http://127.0.0.1:"));
    let told: Value = control(&sandbox, "GET", "/sandbox/received", "").json();
    assert_eq!(told, json!({"received": []}));
}

#[tokio::test]
async fn it_starts_serves_and_stops_within_async_code() {
    let sandbox = Sandbox::start().unwrap();
    let client = connectly_conversions::Client::builder()
        .api_key("key-1")
        .business_id(BUSINESS)
        .base_url(sandbox.url())
        .build()
        .unwrap();
    let tracking = connectly_conversions::TrackingParams::new("t", "s", "c", "1").unwrap();
    let event = connectly_conversions::ConversionEvent::purchase(tracking, "O-1", "USD", "5.00")
        .build()
        .unwrap();
    let receipt = client.send(&event).await.unwrap();
    assert_eq!((receipt.events_received(), receipt.attempts()), (1, 1));
    assert_eq!(sandbox.received()[0].body.as_bytes(), event.to_wire());
    sandbox.stop();
}

#[test]
fn another_web_page_may_not_steer_the_sandbox() {
    let sandbox = sandbox();
    report(&sandbox, &order("A"));
    let from = |origin: &str| {
        exchange(&sandbox, &request("POST", "/sandbox/reset", &[("origin", origin)], "")).status
    };
    for origin in ["https://evil.example", "http://evil.example", "null"] {
        assert_eq!(from(origin), 403, "{origin}");
        assert_eq!(sandbox.received().len(), 1);
    }
    assert_eq!(from("http://sandbox"), 200);
    assert!(sandbox.received().is_empty());
}
