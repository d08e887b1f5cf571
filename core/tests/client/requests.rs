//! What goes out: always to the same place, with the same headers, and exactly the event's bytes.

use connectly_conversions::{ErrorCode, Fault, Sandbox, TrackingParams};

use crate::support::{BUSINESS, KEY, client, event, purchase};

/// Values that would mean something in a URL, a header or JSON.
const HOSTILE: [&str; 6] = [
    "../../../admin?x=1#y",
    "http://attacker.example/",
    "%0d%0aX-API-KEY:%20other",
    "\"},\"event_name\":\"ViewContent",
    "{{7*7}}${jndi:ldap://attacker.example}",
    "💥\u{202e}\u{feff}",
];

#[tokio::test]
async fn event_data_changes_neither_path_nor_headers() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(sandbox.url()).user_agent("shop/1.0").build().unwrap();
    for text in HOSTILE {
        let event = purchase(TrackingParams::new(text, text, text, text).unwrap(), text);
        client.send(&event).await.unwrap();
        let request = sandbox.requests().pop().unwrap();
        assert_eq!(request.method, "POST");
        assert_eq!(request.path, format!("/external/v1/businesses/{BUSINESS}/conversion_events"));
        assert_eq!(request.body.as_bytes(), event.to_wire());
        let names: Vec<_> = request.headers.keys().map(String::as_str).collect();
        let expected =
            ["accept", "content-length", "content-type", "host", "user-agent", "x-api-key"];
        assert_eq!(names, expected);
        assert_eq!(request.headers["content-type"], "application/json");
        let agent = format!("connectly-conversions/{} shop/1.0", env!("CARGO_PKG_VERSION"));
        assert_eq!(request.headers["user-agent"], agent);
        assert_eq!(sandbox.received().pop().unwrap().order_id.as_deref(), Some(text));
    }
}

#[test]
fn line_ends_are_refused_before_they_reach_a_header() {
    for key in ["key\r\nX-Other: 1", "key\n", "\0", "schlüssel\u{7f}"] {
        let error = client("http://127.0.0.1:1").api_key(key).build().unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidApiKey);
        assert!(!error.to_string().contains("X-Other"));
    }
    let error = client("http://127.0.0.1:1").user_agent("a\r\nX-Other: 1").build().unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidOption);
    let error = TrackingParams::new("t\r\nX-Other: 1", "s", "c", "1").unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidTracking);
}

#[tokio::test]
async fn the_path_follows_from_base_url_and_business_alone() {
    let sandbox = Sandbox::start().unwrap();
    for (suffix, business, prefix) in [
        ("", "3F1C9A52-6F0D-4B8E-9A57-2D1F0C4E8B6A", ""),
        ("/", " 3f1c9a526f0d4b8e9a572d1f0c4e8b6a\n", ""),
        ("/gateway", BUSINESS, "/gateway"),
        ("/gateway///", BUSINESS, "/gateway"),
    ] {
        let url = format!("{}{suffix}", sandbox.url());
        let client = client(&url).business_id(business).build().unwrap();
        // Behind a prefix the sandbox knows nothing; what counts is where the request went.
        let _ = client.send(&event("A")).await;
        let expected = format!("{prefix}/external/v1/businesses/{BUSINESS}/conversion_events");
        assert_eq!(sandbox.requests().pop().unwrap().path, expected);
    }
}

#[tokio::test]
async fn a_redirect_takes_nothing_to_another_host() {
    let (sandbox, other) = (Sandbox::start().unwrap(), Sandbox::start().unwrap());
    let client = client(sandbox.url()).build().unwrap();
    let path = format!("/external/v1/businesses/{BUSINESS}/conversion_events");
    for status in [301, 302, 303, 307, 308] {
        let location = format!("{}{path}", other.url());
        sandbox.fail_next(Fault::status(status).header("Location", location));
        let error = client.send(&event("A")).await.unwrap_err();
        assert_eq!((error.code(), error.status()), (ErrorCode::Redirected, Some(status)));
    }
    assert_eq!(sandbox.requests().len(), 5);
    assert!(other.requests().is_empty(), "the key and the order went to another host");
}

#[tokio::test]
async fn the_key_goes_out_in_its_header() {
    let sandbox = Sandbox::builder().api_key(KEY).business_id(BUSINESS).start().unwrap();
    client(sandbox.url()).build().unwrap().send(&event("A")).await.unwrap();
    let wrong = client(sandbox.url()).api_key("another").build().unwrap();
    let error = wrong.send(&event("B")).await.unwrap_err();
    assert_eq!((error.code(), error.attempts()), (ErrorCode::Unauthenticated, 1));
}
