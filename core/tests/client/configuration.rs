//! Settings, wherever they come from.

use std::process::Command;
use std::time::Duration;

use connectly_conversions::{
    Client, ClientBuilder, Error, ErrorCode, ErrorKind, RetryPolicy, Sandbox, binding,
};

use crate::support::{BUSINESS, KEY, client, event};

fn refused(builder: ClientBuilder, code: ErrorCode) {
    let error = builder.build().unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Configuration, code), "{error}");
    assert!(!error.retryable() && error.attempts() == 0);
    assert!(!error.to_string().contains(KEY));
}

const NOWHERE: &str = "http://127.0.0.1:1";

#[test]
fn a_business_id_is_a_uuid() {
    for id in ["", "shop", "3f1c9a52", "../../admin", "3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a/x"] {
        refused(client(NOWHERE).business_id(id), ErrorCode::InvalidBusinessId);
    }
}

#[test]
fn a_base_url_is_a_place_and_nothing_more() {
    for url in [
        "",
        "api.connectly.ai",
        "ftp://api.connectly.ai",
        "file:///etc/passwd",
        "https://",
        "https://user:hush@api.connectly.ai",
        "https://user@api.connectly.ai",
        "https://api.connectly.ai?a=b",
        "https://api.connectly.ai#a",
        "https://api.connectly.ai:99999",
    ] {
        refused(client(url), ErrorCode::InvalidBaseUrl);
        assert!(!client(url).build().unwrap_err().to_string().contains("hush"));
    }
    refused(client("http://api.connectly.ai"), ErrorCode::InsecureBaseUrl);
    refused(client("http://localhost.attacker.example"), ErrorCode::InsecureBaseUrl);
    refused(client("http://127.0.0.1.attacker.example"), ErrorCode::InsecureBaseUrl);
}

#[test]
fn a_time_out_is_above_zero() {
    let zero = Duration::ZERO;
    refused(client(NOWHERE).timeout(zero), ErrorCode::InvalidTimeout);
    refused(client(NOWHERE).attempt_timeout(zero), ErrorCode::InvalidTimeout);
    refused(client(NOWHERE).connect_timeout(zero), ErrorCode::InvalidTimeout);
    for seconds in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e30] {
        let error = binding::seconds("timeout", seconds).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidTimeout);
        assert!(error.message().contains("timeout"));
    }
}

#[test]
fn a_retry_policy_is_made_of_counts_and_seconds() {
    for (retries, base, cap) in [
        (Some(-1), None, None),
        (Some(i64::MAX), None, None),
        (None, Some(-0.1), None),
        (None, Some(f64::NAN), None),
        (None, None, Some(f64::INFINITY)),
    ] {
        let error = RetryPolicy::from_seconds(retries, base, cap).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidRetryPolicy);
    }
    assert_eq!(RetryPolicy::from_seconds(None, None, None).unwrap(), RetryPolicy::default());
    let policy = RetryPolicy::from_milliseconds(Some(3), Some(0.0), Some(1500.0)).unwrap();
    assert_eq!(policy, RetryPolicy::new(3, Duration::ZERO, Duration::from_millis(1500)));
}

#[test]
fn a_wait_is_told_in_the_unit_in_which_it_was_given() {
    let message = |policy: Result<RetryPolicy, Error>| policy.unwrap_err().message().to_owned();
    assert_eq!(
        message(RetryPolicy::from_milliseconds(None, Some(-1.0), None)),
        "retry.base: must be a number of milliseconds, 0 or more, not -1"
    );
    assert_eq!(
        message(RetryPolicy::from_seconds(None, None, Some(-0.5))),
        "retry.cap: must be a number of seconds, 0 or more, not -0.5"
    );
    assert_eq!(
        message(RetryPolicy::from_seconds(Some(-1), None, None)),
        "retry.retries: must be a whole number, 0 or more, not -1"
    );
}

/// Not a test by itself: what [`in_child`] runs in a process of its own.
#[test]
fn entry() {
    let Ok(what) = std::env::var("TEST_SEND") else { return };
    let built = match what.as_str() {
        "from_env" => Client::from_env(),
        // What is given wins.
        _ => Client::builder().api_key("given").base_url(what).build(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let sent = built.and_then(|client| runtime.block_on(client.send(&event("A"))));
    match sent {
        Ok(_) => println!("outcome: accepted"),
        Err(error) => println!("outcome: {} {error:?}", error.code()),
    }
}

/// The environment of a process is its own, so another process is asked.
fn in_child(what: &str, environment: &[(&str, &str)]) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["configuration::entry", "--exact", "--nocapture"]);
    command.env_clear().env("TEST_SEND", what).envs(environment.iter().copied());
    let output = command.output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!printed.contains(KEY), "the key is shown");
    let outcome = printed.lines().find_map(|line| line.split_once("outcome: "));
    outcome.unwrap_or_else(|| panic!("{printed}")).1.to_owned()
}

#[test]
fn the_environment_fills_the_gaps() {
    let sandbox = Sandbox::builder().api_key(KEY).business_id(BUSINESS).start().unwrap();
    let complete = [
        ("CONNECTLY_API_KEY", KEY),
        ("CONNECTLY_BUSINESS_ID", BUSINESS),
        ("CONNECTLY_BASE_URL", sandbox.url()),
    ];
    assert_eq!(in_child("from_env", &complete), "accepted");
    assert_eq!(sandbox.received().len(), 1);

    for (index, code) in [(0, "missing_api_key"), (1, "missing_business_id")] {
        let mut environment = complete.to_vec();
        environment[index].1 = "";
        assert!(in_child("from_env", &environment).starts_with(code), "empty counts as unset");
        environment.remove(index);
        assert!(in_child("from_env", &environment).starts_with(code));
    }
    assert_eq!(sandbox.requests().len(), 1);
}

#[test]
fn what_is_given_wins_over_the_environment() {
    let sandbox = Sandbox::builder().api_key("given").start().unwrap();
    let environment = [
        ("CONNECTLY_API_KEY", KEY),
        ("CONNECTLY_BUSINESS_ID", BUSINESS),
        ("CONNECTLY_BASE_URL", "http://127.0.0.1:9"),
    ];
    assert_eq!(in_child(sandbox.url(), &environment), "accepted");
}
