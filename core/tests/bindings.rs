//! What the core offers to the languages' packages: values that JSON cannot carry, and numbers
//! and names as they come from outside.
// Helpers of tests say what they expect by failing.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Duration;

use connectly_conversions::{
    ConversionEvent, Error, EventOptions, EventTime, Issue, IssueCode, TrackingParams, binding,
};

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
    for (value, code) in [
        (javascript("number", "NaN"), IssueCode::InvalidAmount),
        (javascript("number", "-Infinity"), IssueCode::InvalidAmount),
        // A bigint does not tell cents from dollars.
        (javascript("bigint", "9997"), IssueCode::WrongType),
    ] {
        let found = issues(&format!(r#""currency":"USD","order_id":"A","value":{value}"#));
        assert_eq!(found, [(code, "payload.value".to_owned())], "{value}");
    }
}

/// The only issue of an event with this member of its payload.
fn problem(member: &str, spelling: binding::Spelling) -> Issue {
    let document = format!(
        r#"{{"cnct_tracking_id":"t","event_name":"ViewContent","sendout_id":"s",
        "attribution":{{"meta_ctwa":{{"ctwa_clid":"c","ad_id":"1"}}}},
        "payload":{{{member}}}}}"#
    );
    let options = EventOptions::new().spelling(spelling);
    let error = ConversionEvent::from_json_with(&document, &options).expect_err("it is refused");
    let errors: Vec<_> = error.issues().iter().filter(|issue| issue.is_error()).collect();
    assert_eq!(errors.len(), 1, "{error}");
    errors[0].clone()
}

#[test]
fn a_hint_names_what_the_language_accepts_and_the_path_is_the_wires() {
    let misspelt = problem(r#""order_ID":"A""#, binding::Spelling::Node);
    assert_eq!(misspelt.path(), "payload.order_ID");
    assert_eq!(misspelt.suggestion(), Some("orderId"));
    let price = problem(r#""contents":[{"id":"a","price":1}]"#, binding::Spelling::Node);
    assert_eq!(price.path(), "payload.contents[0].price");
    assert_eq!(price.suggestion(), Some("itemPrice"));
    let misspelt = problem(r#""orderId":"A""#, binding::Spelling::Wire);
    assert_eq!(misspelt.suggestion(), Some("order_id"));
}

#[test]
fn half_a_character_is_told_where_it_stands() {
    let half = problem(r#""order_id":"A-\ud83d""#, binding::Spelling::Node);
    assert_eq!((half.code(), half.path()), (IssueCode::WrongType, "payload.order_id"));
}

#[test]
fn milliseconds_as_a_text_suggest_the_seconds() {
    let time = problem(r#""event_time":"1746480000000""#, binding::Spelling::Wire);
    assert_eq!(time.suggestion(), Some("1746480000"));
    let time = problem(r#""event_time":"1746480000""#, binding::Spelling::Wire);
    assert_eq!(time.suggestion(), Some("1746480000"));
}

#[test]
fn well_known_money_objects_are_told_what_to_give() {
    for object in [r#"{"$numberDecimal":"9.99"}"#, r#"{"amount":999,"currency":"USD"}"#] {
        let value =
            problem(&format!(r#""currency":"USD","value":{object}"#), binding::Spelling::Node);
        assert_eq!((value.code(), value.path()), (IssueCode::WrongType, "payload.value"));
        assert!(value.message().contains("give the"), "{value}");
    }
}

#[test]
fn both_times_of_a_document_are_judged() {
    let document = r#"{"captured_at":"yesterday","payload":{"event_time":"today"}}"#;
    let error = ConversionEvent::from_json(document).expect_err("it is refused");
    for path in ["captured_at", "payload.event_time"] {
        let found = error.issues().iter().find(|issue| issue.path() == path);
        assert_eq!(found.map(Issue::code), Some(IssueCode::WrongType), "{path}");
    }
}

#[test]
fn a_clock_that_cannot_be_right_is_refused() {
    let tracking = TrackingParams::new("t", "s", "c", "1").expect("params");
    let at = |now: EventTime| {
        let options = EventOptions::new().now(now);
        ConversionEvent::view_content(&tracking).options(options).build()
    };
    for (now, why) in [
        (EventTime::from(1_746_480_000_000), "looks like milliseconds"),
        (EventTime::from(0), "before 2015"),
        (EventTime::from("2025-05-05"), "offset"),
        (EventTime::from("now"), "neither"),
    ] {
        let error = at(now).expect_err("it is refused");
        assert_eq!(error.code().as_str(), "invalid_option");
        assert!(error.message().contains(why), "{error}");
    }
    for now in
        [EventTime::from(1_746_480_000), "2025-05-05T21:20:00.5Z".into(), 1_746_480_000.5.into()]
    {
        assert_eq!(at(now).expect("an event").event_time(), 1_746_480_000);
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
