//! What the core offers to the languages' packages: values that JSON cannot carry, and numbers
//! and names as they come from outside.
// Helpers of tests say what they expect by failing.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Duration;

use connectly_conversions::{ConversionEvent, Error, EventOptions, IssueCode, binding};

/// The issues of a Purchase with this member of its payload.
fn issues(member: &str) -> Vec<(IssueCode, String)> {
    let document = format!(
        r#"{{"cnct_tracking_id":"t","event_name":"Purchase","sendout_id":"s",
        "attribution":{{"meta_ctwa":{{"ctwa_clid":"c","ad_id":"1"}}}},
        "payload":{{{member}}}}}"#
    );
    let options = EventOptions::new().javascript_numbers(true);
    let error = ConversionEvent::from_json_with(&document, &options).expect_err("it is refused");
    let errors = error.issues().iter().filter(|issue| issue.is_error());
    errors.map(|issue| (issue.code(), issue.path().to_owned())).collect()
}

fn javascript(kind: &str, text: &str) -> String {
    format!(r#"{{"$javascript":"{kind}","text":"{text}"}}"#)
}

#[test]
fn an_amount_that_javascript_cannot_print_is_no_amount() {
    for value in [
        javascript("number", "NaN"),
        javascript("number", "-Infinity"),
        javascript("bigint", "9997"),
    ] {
        let found = issues(&format!(r#""currency":"USD","order_id":"A","value":{value}"#));
        assert_eq!(found, [(IssueCode::InvalidAmount, "payload.value".to_owned())], "{value}");
    }
}

#[test]
fn a_function_is_no_value() {
    let value = javascript("function", "() => 1");
    let found = issues(&format!(r#""currency":{value},"order_id":"A","value":1"#));
    assert_eq!(found, [(IssueCode::WrongType, "payload.currency".to_owned())]);
}

#[test]
fn a_date_without_a_time_is_no_time() {
    let time = javascript("date", "Invalid Date");
    let found =
        issues(&format!(r#""currency":"USD","order_id":"A","value":1,"event_time":{time}"#));
    assert_eq!(found, [(IssueCode::WrongType, "payload.event_time".to_owned())]);
}

#[test]
fn an_id_of_a_bigint_is_refused_and_a_quantity_of_nan() {
    let (id, quantity) = (javascript("bigint", "7"), javascript("number", "NaN"));
    let found = issues(&format!(
        r#""currency":"USD","order_id":{id},"value":1,"contents":[{{"id":"a","quantity":{quantity}}}]"#
    ));
    let expected = [
        (IssueCode::WrongType, "payload.order_id".to_owned()),
        (IssueCode::InvalidQuantity, "payload.contents[0].quantity".to_owned()),
    ];
    assert_eq!(found, expected);
}

#[test]
fn milliseconds_are_finite_and_above_zero() {
    assert_eq!(binding::milliseconds("timeout", 1.5).ok(), Some(Duration::from_micros(1500)));
    for value in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let error = binding::milliseconds("timeout", value).expect_err("it is refused");
        assert_eq!(error.code().as_str(), "invalid_timeout");
        assert!(error.message().starts_with("timeout: "), "{error}");
    }
}

#[test]
fn a_concurrency_is_a_whole_number_of_at_least_one() {
    assert_eq!(binding::concurrency(16.0).ok(), Some(16));
    for value in [0.0, 1.5, -1.0, f64::NAN, f64::INFINITY] {
        let error = binding::concurrency(value).expect_err("it is refused");
        assert_eq!(error.code().as_str(), "invalid_concurrency");
    }
}

#[test]
fn a_port_is_a_whole_number_of_sixteen_bits() {
    assert_eq!(binding::port(65_535.0).ok(), Some(65_535));
    for value in [-1.0, 65_536.0, 1.5, f64::NAN, f64::INFINITY] {
        let error = binding::port(value).expect_err("it is refused");
        assert_eq!(error.code().as_str(), "invalid_option");
        assert!(error.message().starts_with("port: "), "{error}");
    }
}

#[test]
fn an_argument_of_a_wrong_type_is_named_with_what_is_needed() {
    let error = Error::wrong_argument("signal", "an AbortSignal");
    assert_eq!(error.code().as_str(), "invalid_option");
    assert_eq!(error.message(), "signal: an AbortSignal is needed");
}

#[test]
fn an_unknown_option_is_told_with_the_one_that_was_meant() {
    let known = ["apiKey", "timeout"];
    assert!(Error::unknown_option("apikey", &known).message().contains("is apiKey meant?"));
    assert!(Error::unknown_option("colour", &known).message().contains("apiKey, timeout"));
}
