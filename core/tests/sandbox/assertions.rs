//! What a test asserts of what was reported.

use connectly_conversions::{Decimal, Expected, Sandbox};

use crate::support::*;

fn amount(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn refused(sandbox: &Sandbox, expected: &Expected) -> String {
    sandbox.assert_reported(expected).unwrap_err().to_string()
}

#[test]
fn an_order_that_was_reported_is_found_by_its_id() {
    let sandbox = sandbox();
    report(&sandbox, &order("A"));
    report(&sandbox, &order("B"));
    let found = sandbox.assert_reported(&Expected::order("A")).unwrap();
    assert_eq!(found.order_id.as_deref(), Some("A"));
}

#[test]
fn amounts_are_compared_as_decimals_and_currencies_in_any_case() {
    let sandbox = sandbox();
    report(&sandbox, &order("A"));
    let expected = Expected::order("A").value(amount("99.970")).currency("usd");
    assert!(sandbox.assert_reported(&expected).is_ok());
    let more = Expected::order("A").value(amount("99.97000000000000001"));
    assert_eq!(
        refused(&sandbox, &more),
        "order A was expected with the value 99.97000000000000001 and came as Purchase A 99.97 USD"
    );
    assert_eq!(
        refused(&sandbox, &Expected::order("A").currency("EUR")),
        "order A was expected in EUR and came as Purchase A 99.97 USD"
    );
}

#[test]
fn what_did_not_come_is_told_with_what_came() {
    let sandbox = sandbox();
    assert_eq!(
        refused(&sandbox, &Expected::order("A")),
        "order A was expected once and did not come; received: nothing"
    );
    report(&sandbox, &order("B"));
    report(&sandbox, &with(|body| body["payload"]["order_id"] = 7.5.into()));
    assert_eq!(
        refused(&sandbox, &Expected::order("A").times(3)),
        "order A was expected 3 times and did not come; received: Purchase B 99.97 USD \
         (requests that recorded nothing: 1, the last answered with 400)"
    );
}

#[test]
fn it_is_expected_once_unless_told_otherwise() {
    let sandbox = sandbox();
    report(&sandbox, &order("A"));
    report(&sandbox, &order("A"));
    let told = "received: Purchase A 99.97 USD, Purchase A 99.97 USD";
    assert_eq!(
        refused(&sandbox, &Expected::order("A")),
        format!("order A was expected once and came twice; {told}")
    );
    assert_eq!(sandbox.assert_reported(&Expected::order("A").times(2)).unwrap().times, 2);
}

#[test]
fn nothing_can_be_expected_zero_times() {
    let sandbox = sandbox();
    let refused = refused(&sandbox, &Expected::order("A").times(0));
    assert!(refused.contains("assert that it was not reported"), "{refused}");
}

#[test]
fn an_event_without_an_order_is_expected_by_its_name() {
    let sandbox = sandbox();
    report(&sandbox, &example());
    report(&sandbox, &with(|body| body["event_name"] = "ViewContent".into()));
    let view = sandbox.assert_reported(&Expected::event("ViewContent")).unwrap();
    assert_eq!(view.event_name.as_str(), "ViewContent");
}

#[test]
fn an_order_that_must_not_come() {
    let sandbox = sandbox();
    assert!(sandbox.assert_not_reported("A").is_ok());
    report(&sandbox, &order("A"));
    let came = sandbox.assert_not_reported("A").unwrap_err().to_string();
    assert_eq!(came, "order A was not expected and came: Purchase A 99.97 USD");
}

#[test]
fn long_lists_are_cut() {
    let sandbox = sandbox();
    for id in 0..25 {
        report(&sandbox, &order(&format!("N-{id}")));
    }
    assert!(refused(&sandbox, &Expected::order("A")).ends_with(", and 5 more"));
}

#[test]
fn a_binding_expects_by_json() {
    let sandbox = sandbox();
    report(&sandbox, &order("A"));
    let json = r#"{"order_id":"A","value":"9.997E1","currency":"usd","times":1}"#;
    let found = sandbox.assert_reported_json(json).unwrap().unwrap();
    let found: serde_json::Value = serde_json::from_str(&found).unwrap();
    assert_eq!(found["order_id"], "A");
    for nonsense in
        [r#"{"order":"A"}"#, r#"{"value":"much"}"#, r#"{"times":-1}"#, r#"{"value":1.5}"#]
    {
        let refused = sandbox.assert_reported_json(nonsense).unwrap_err();
        assert_eq!(refused.code().as_str(), "invalid_option", "{nonsense}");
    }
}
