//! Each answer that the API documents.

use connectly_conversions::{ConversionEvent, EventOptions, Issue, IssueCode, Sandbox};
use serde_json::{Value, json};

use crate::support::*;

#[test]
fn a_valid_conversion_is_received_and_recorded() {
    let sandbox = sandbox();
    let answer = report(&sandbox, &example());
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.json(), json!({"events_received": 1}));
    assert_eq!(sandbox.received().len(), 1);
}

#[test]
fn a_purchase_without_currency_and_value_is_an_invalid_argument_that_names_both() {
    let sandbox = sandbox();
    let body = with(|body| {
        let payload = body["payload"].as_object_mut().unwrap();
        payload.remove("currency");
        payload.remove("value");
    });
    let answer = report(&sandbox, &body);
    assert_eq!(answer.status, 400);
    let error = answer.json();
    assert_eq!(error["code"], 3);
    let message = error["message"].as_str().unwrap();
    assert!(message.starts_with("INVALID_ARGUMENT: payload."), "{message}");
    let mut paths: Vec<_> =
        error["details"].as_array().unwrap().iter().map(|issue| issue["path"].clone()).collect();
    paths.sort_by_key(Value::to_string);
    assert_eq!(paths, ["payload.currency", "payload.value"]);
    assert!(sandbox.received().is_empty());
}

type Change = fn(&mut Value);

/// What is lenient in an input document is refused on the wire.
#[test]
fn the_wire_is_read_strictly() {
    let sandbox = sandbox();
    let cases: [(&str, Change, &str, &str); 9] = [
        (
            "value as text",
            |b| b["payload"]["value"] = "99.97".into(),
            "wrong_type",
            "payload.value",
        ),
        (
            "order id as number",
            |b| b["payload"]["order_id"] = 7821.into(),
            "wrong_type",
            "payload.order_id",
        ),
        (
            "time as text",
            |b| b["payload"]["event_time"] = "2025-05-05T21:20:00Z".into(),
            "wrong_type",
            "payload.event_time",
        ),
        (
            "captured_at",
            |b| b["captured_at"] = 1_746_480_000.into(),
            "unknown_field",
            "captured_at",
        ),
        (
            "extra_payload",
            |b| b["extra_payload"] = json!({"a": 1}),
            "unknown_field",
            "extra_payload",
        ),
        ("unknown at the top", |b| b["order_id"] = "1".into(), "unknown_field", "order_id"),
        (
            "another event",
            |b| b["event_name"] = "AddToCart".into(),
            "unsupported_event_name",
            "event_name",
        ),
        (
            "ad id as number",
            |b| b["attribution"]["meta_ctwa"]["ad_id"] = 1.into(),
            "wrong_type",
            "attribution.meta_ctwa.ad_id",
        ),
        ("no tracking id", |b| b["cnct_tracking_id"] = "".into(), "required", "cnct_tracking_id"),
    ];
    for (name, change, code, path) in cases {
        let answer = report(&sandbox, &with(change));
        assert_eq!(answer.status, 400, "{name}");
        let details = answer.json()["details"].clone();
        let errors: Vec<_> = details
            .as_array()
            .unwrap()
            .iter()
            .filter(|issue| issue["severity"] == "error")
            .map(|issue| (issue["code"].clone(), issue["path"].clone()))
            .collect();
        assert_eq!(errors, [(code.into(), path.into())], "{name}");
    }
    assert!(sandbox.received().is_empty());
}

#[test]
fn what_is_not_json_is_an_invalid_argument() {
    let sandbox = sandbox();
    let headers = [("content-type", "application/json"), ("x-api-key", "key-1")];
    for body in ["", "{", "[]", "null", "\"text\"", "{\"a\":1}{"] {
        let answer = exchange(&sandbox, &request("POST", &path(), &headers, body));
        assert_eq!((answer.status, &answer.json()["code"]), (400, &json!(3)), "{body}");
    }
    let mut binary = request("POST", &path(), &headers, "??");
    let end = binary.len();
    binary[end - 2..].copy_from_slice(&[0xff, 0xfe]);
    assert_eq!(exchange(&sandbox, &binary).status, 400);
}

#[test]
fn another_content_type_is_an_invalid_argument() {
    let sandbox = sandbox();
    let send = |content_type: &str| {
        let headers = [("content-type", content_type), ("x-api-key", "key-1")];
        exchange(&sandbox, &request("POST", &path(), &headers, &example().to_string())).status
    };
    assert_eq!(send("text/plain"), 400);
    assert_eq!(send("application/jsonp"), 400);
    assert_eq!(send("Application/JSON; charset=utf-8"), 200);
}

#[test]
fn a_body_over_a_million_bytes_is_an_invalid_argument_that_is_heard() {
    let sandbox = sandbox();
    let body = with(|body| body["payload"]["note"] = "x".repeat(3_000_000).into());
    let answer = report(&sandbox, &body);
    assert_eq!((answer.status, &answer.json()["code"]), (400, &json!(3)));
    assert!(sandbox.received().is_empty());
}

#[test]
fn a_missing_or_empty_key_is_unauthenticated() {
    let sandbox = sandbox();
    let json = ("content-type", "application/json");
    for headers in [vec![json], vec![json, ("x-api-key", "")]] {
        let answer =
            exchange(&sandbox, &request("POST", &path(), &headers, &example().to_string()));
        assert_eq!((answer.status, &answer.json()["code"]), (401, &json!(16)));
        assert!(answer.json()["message"].as_str().unwrap().starts_with("Unauthenticated: "));
    }
    assert!(sandbox.received().is_empty());
}

#[test]
fn only_the_configured_key_and_business_are_accepted() {
    let other = "00000000-0000-4000-8000-000000000000";
    let sandbox = Sandbox::builder().api_key("right").business_id(BUSINESS).start().unwrap();
    sandbox.set_now(Some(NOW));
    let send = |key: &str, business: &str| {
        let path = format!("/external/v1/businesses/{business}/conversion_events");
        let headers = [("content-type", "application/json"), ("x-api-key", key)];
        exchange(&sandbox, &request("POST", &path, &headers, &example().to_string()))
    };
    assert_eq!(send("wrong", BUSINESS).status, 401);
    assert_eq!(send("right", other).status, 404);
    assert_eq!(send("right", &BUSINESS.to_uppercase()).status, 200);
    assert_eq!(send("right", BUSINESS).status, 200);
    let unknown = send("right", "my-shop");
    assert_eq!((unknown.status, &unknown.json()["code"]), (404, &json!(5)));
    assert!(unknown.json()["message"].as_str().unwrap().starts_with("NOT_FOUND: "));
}

#[test]
fn other_paths_and_methods_do_not_exist() {
    let sandbox = sandbox();
    let headers = [("content-type", "application/json"), ("x-api-key", "key-1")];
    let send =
        |method: &str, path: &str| exchange(&sandbox, &request(method, path, &headers, "{}"));
    assert_eq!(send("POST", "/external/v1/businesses").status, 404);
    assert_eq!(send("POST", &format!("{}/", path())).status, 404);
    assert_eq!(send("POST", &format!("{}/more", path())).status, 404);
    let get = send("GET", &path());
    assert_eq!((get.status, get.header("allow")), (405, Some("POST")));
}

#[test]
fn an_unknown_business_id_that_is_no_uuid_stops_the_start() {
    let error = Sandbox::builder().business_id("my-shop").start().unwrap_err();
    assert_eq!(error.code().as_str(), "invalid_business_id");
}

#[test]
fn connections_are_kept_and_bodies_may_come_in_chunks() {
    let sandbox = sandbox();
    let mut connection = Connection::open(&sandbox);
    for id in ["A", "B"] {
        assert_eq!(connection.exchange(&conversion(&order(id))).status, 200);
    }
    let body = order("C").to_string();
    let (first, second) = body.split_at(100);
    connection.write(
        format!(
            "POST {} HTTP/1.1\r\nhost: s\r\ncontent-type: application/json\r\nx-api-key: k\r\n\
             transfer-encoding: chunked\r\n\r\n{:x}\r\n{first}\r\n",
            path(),
            first.len()
        )
        .as_bytes(),
    );
    connection.write(format!("{:x}\r\n{second}\r\n0\r\n\r\n", second.len()).as_bytes());
    assert_eq!(connection.answer().status, 200);
    let ids: Vec<_> = sandbox.received().into_iter().map(|event| event.order_id.unwrap()).collect();
    assert_eq!(ids, ["A", "B", "C"]);
}

#[test]
fn a_client_that_asks_before_it_sends_the_body_is_told_to_continue() {
    let sandbox = sandbox();
    let mut connection = Connection::open(&sandbox);
    let body = example().to_string();
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: s\r\ncontent-type: application/json\r\nx-api-key: k\r\n\
         expect: 100-continue\r\ncontent-length: {}\r\n\r\n",
        path(),
        body.len()
    );
    connection.write(head.as_bytes());
    assert!(connection.head().starts_with("HTTP/1.1 100 "));
    assert_eq!(connection.exchange(body.as_bytes()).status, 200);
}

#[test]
fn a_member_with_a_dot_that_the_library_sends_is_accepted() {
    let document = with(|body| {
        body["extra_payload"] = json!({"custom.score": 1, "payload.currency": "EUR"});
    });
    let options = EventOptions::new().now(NOW);
    let event = ConversionEvent::from_json_with(&document.to_string(), &options).unwrap();
    let told = |issues: &[Issue]| -> Vec<_> {
        issues.iter().map(|issue| (issue.code(), issue.path().to_owned())).collect()
    };
    let undeclared = |path: &str| (IssueCode::UndeclaredField, path.to_owned());
    let expected = ["payload.custom.score", "payload.payload.currency"].map(undeclared);
    assert_eq!(told(event.warnings()), expected);

    let sandbox = sandbox();
    let wire: Value = serde_json::from_slice(event.to_wire()).unwrap();
    assert_eq!(report(&sandbox, &wire).status, 200);
    assert_eq!(told(&sandbox.received()[0].warnings), expected);
}
