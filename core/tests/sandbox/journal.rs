//! What the sandbox remembers.

use std::time::Duration;

use connectly_conversions::EventName;
use serde_json::json;

use crate::support::*;

#[test]
fn an_accepted_conversion_is_told_with_its_body_as_it_came() {
    let sandbox = sandbox();
    report(&sandbox, &example());
    let told: serde_json::Value = serde_json::from_str(&sandbox.received_json()).unwrap();
    assert_eq!(
        told,
        json!({"received": [{
            "event_name": "Purchase", "order_id": "ORD-7821", "currency": "USD", "value": "99.97",
            "event_time": 1_746_480_000, "times": 1, "duplicate": false, "business_id": BUSINESS,
            "warnings": [], "body": example(),
        }]})
    );
    let received = sandbox.received();
    assert_eq!(received[0].event_name, EventName::Purchase);
    assert_eq!(received[0].body, example().to_string());
}

#[test]
fn a_view_without_money_has_nulls() {
    let sandbox = sandbox();
    report(
        &sandbox,
        &with(|body| {
            body["event_name"] = "ViewContent".into();
            body["payload"] = json!({"event_time": 1_746_480_000});
        }),
    );
    let told: serde_json::Value = serde_json::from_str(&sandbox.received_json()).unwrap();
    let view = &told["received"][0];
    assert_eq!(view["event_name"], "ViewContent");
    for absent in ["order_id", "currency", "value"] {
        assert_eq!(view[absent], json!(null), "{absent}");
    }
}

#[test]
fn an_order_that_comes_again_is_received_again_and_marked() {
    let sandbox = sandbox();
    for id in ["A", "B", "A"] {
        let answer = report(&sandbox, &order(id));
        assert_eq!((answer.status, answer.json()), (200, json!({"events_received": 1})));
    }
    let told: Vec<_> = sandbox
        .received()
        .into_iter()
        .map(|event| (event.order_id.unwrap(), event.times, event.duplicate))
        .collect();
    let [a, b] = ["A".to_owned(), "B".to_owned()];
    assert_eq!(told, [(a.clone(), 2, false), (b, 1, false), (a, 2, true)]);
}

#[test]
fn another_event_or_another_business_is_another_conversion() {
    let sandbox = sandbox();
    report(&sandbox, &example());
    report(&sandbox, &with(|body| body["event_name"] = "ViewContent".into()));
    let elsewhere = path().replace("6f1c", "7f1c");
    let headers = [("content-type", "application/json"), ("x-api-key", "key-1")];
    exchange(&sandbox, &request("POST", &elsewhere, &headers, &example().to_string()));
    let received = sandbox.received();
    assert_eq!(received.len(), 3);
    assert!(received.iter().all(|event| event.times == 1 && !event.duplicate));
}

#[test]
fn events_without_an_order_id_are_never_duplicates() {
    let sandbox = sandbox();
    let body = with(|body| drop(body["payload"].as_object_mut().unwrap().remove("order_id")));
    for _ in 0..2 {
        assert_eq!(report(&sandbox, &body).status, 200);
    }
    let received = sandbox.received();
    assert!(received.iter().all(|event| event.times == 1 && !event.duplicate));
    assert_eq!(received[0].warnings[0].code().as_str(), "missing_order_id");
}

#[test]
fn members_that_the_api_may_gain_are_accepted_with_a_warning() {
    let sandbox = sandbox();
    let body = with(|body| body["payload"]["predicted_ltv"] = 12.5.into());
    assert_eq!(report(&sandbox, &body).status, 200);
    let received = sandbox.received();
    let warning = &received[0].warnings[0];
    assert_eq!(warning.code().as_str(), "undeclared_field");
    assert_eq!(warning.path(), "payload.predicted_ltv");
}

#[test]
fn every_request_is_told_with_its_answer_and_without_the_key() {
    let sandbox = sandbox();
    let secret = "cn_live_0123456789";
    let headers = [
        ("Content-Type", "application/json"),
        ("X-API-KEY", secret),
        ("X-Two", "1"),
        ("x-two", "2"),
    ];
    let body = example().to_string();
    exchange(&sandbox, &request("POST", &path(), &headers, &body));
    exchange(&sandbox, &request("POST", &path(), &headers, "{}"));
    exchange(&sandbox, &request("GET", "/elsewhere?a=b", &[], ""));
    let told: serde_json::Value = serde_json::from_str(&sandbox.requests_json()).unwrap();
    let length = body.len().to_string();
    assert_eq!(
        told["requests"][0],
        json!({
            "method": "POST", "path": path(), "body": body, "status": 200, "fault": null,
            "recorded": true,
            "headers": {"host": "sandbox", "content-type": "application/json",
                "x-api-key": "***", "x-two": "1, 2", "content-length": length},
        })
    );
    let rest: Vec<_> = sandbox
        .requests()
        .into_iter()
        .skip(1)
        .map(|request| (request.path, request.status, request.recorded))
        .collect();
    assert_eq!(rest, [(path(), Some(400), false), ("/elsewhere".to_owned(), Some(404), false)]);
    assert!(!sandbox.requests_json().contains(secret));
    assert!(!format!("{sandbox:?}{:?}", sandbox.requests()).contains(secret));
}

#[test]
fn two_sandboxes_side_by_side_know_nothing_of_each_other() {
    let (one, other) = (sandbox(), sandbox());
    assert_ne!(one.url(), other.url());
    report(&one, &example());
    assert_eq!((one.received().len(), other.received().len()), (1, 0));
}

#[test]
fn a_report_in_the_background_can_be_waited_for() {
    let sandbox = sandbox();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            report(&sandbox, &order("A"));
            report(&sandbox, &order("B"));
        });
        // Far longer than it takes: the wait ends with the second event, not with the time.
        let two = sandbox.wait_for_within(2, Duration::from_secs(300)).unwrap();
        assert_eq!(two.len(), 2);
    });
}

#[test]
fn a_wait_that_is_over_says_what_came() {
    let sandbox = sandbox();
    report(&sandbox, &order("A"));
    let short = sandbox.wait_for_within(2, Duration::from_millis(1)).unwrap_err();
    assert_eq!(
        short.to_string(),
        "2 were expected within 0.001 s, 1 came; received: Purchase A 99.97 USD"
    );
}

#[test]
fn a_stop_ends_the_wait_and_closes_the_port() {
    let sandbox = sandbox();
    let address = sandbox.url().strip_prefix("http://").unwrap().to_owned();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| sandbox.wait_for_within(1, Duration::from_secs(300)));
        sandbox.stop();
        // The port is closed although somebody may still be waiting.
        assert!(std::net::TcpStream::connect(&address).is_err());
        let stopped = waiting.join().unwrap().unwrap_err();
        assert!(stopped.to_string().contains("before the sandbox was stopped"), "{stopped}");
    });
    sandbox.stop();
}

#[test]
fn what_arrived_can_be_asked_for_after_the_end() {
    let sandbox = sandbox();
    report(&sandbox, &order("A"));
    sandbox.stop();
    assert_eq!((sandbox.received().len(), sandbox.requests().len()), (1, 1));
    assert_eq!(sandbox.wait_for(1).unwrap().len(), 1);
}
