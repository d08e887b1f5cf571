//! While a sandbox runs in this process, no client of it leaves this machine. A process of its
//! own: here no other test's sandbox runs.
#![cfg(feature = "sandbox")]
// Helpers of tests say what they expect by failing.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use connectly_conversions::{Client, ConversionEvent, Error, RetryPolicy, Sandbox, TrackingParams};

/// A client as a shop makes it when its module is loaded: with the settings of production. The
/// proxy of this machine, at which nobody listens, keeps the test at home whatever happens.
fn production() -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = listener.local_addr().unwrap();
    drop(listener);
    Client::builder()
        .api_key("a-real-key")
        .business_id("3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a")
        .base_url("https://api.connectly.ai")
        .proxy(format!("http://{nobody}"))
        .retry(RetryPolicy::none())
        .build()
        .unwrap()
}

fn event() -> ConversionEvent {
    let tracking = TrackingParams::new("t", "s", "c", "1").unwrap();
    ConversionEvent::purchase(tracking, "ORD-1", "USD", "1").build().unwrap()
}

async fn refusal(client: &Client) -> Error {
    client.send(&event()).await.unwrap_err()
}

/// Long enough for any machine; reached only by a failure.
const PATIENCE: Duration = Duration::from_secs(300);

/// A sandbox of one test would be seen by the others.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

#[tokio::test]
async fn a_client_of_production_refuses_while_a_sandbox_runs() {
    let _alone = ALONE.lock().await;
    let client = production();
    assert_eq!(refusal(&client).await.code().as_str(), "connect_failed");

    let (one, other) = (Sandbox::start().unwrap(), Sandbox::start().unwrap());
    let refused = refusal(&client).await;
    assert_eq!(refused.code().as_str(), "sandbox_active");
    assert_eq!((refused.attempts(), refused.retryable()), (0, false));
    assert!(refused.message().contains("api.connectly.ai"), "{refused}");
    let outcomes = client.send_many([event()]).await;
    assert_eq!(outcomes[0].result.as_ref().unwrap_err().code().as_str(), "sandbox_active");

    one.stop();
    assert_eq!(refusal(&client).await.code().as_str(), "sandbox_active");
    drop(other);
    assert_eq!(refusal(&client).await.code().as_str(), "connect_failed");
}

#[tokio::test]
async fn plain_http_to_another_machine_is_for_tests_that_ask_for_it() {
    let _alone = ALONE.lock().await;
    // The other machine is played by a proxy of this one.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    let other_machine = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let head = |stream: &mut TcpStream| {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                head.extend_from_slice(&byte);
            }
            String::from_utf8(head).unwrap()
        };
        let connect = head(&mut stream);
        stream.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").unwrap();
        let request = head(&mut stream);
        let answer = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 22\r\n\r\n";
        stream.write_all(format!("{answer}{{\"events_received\": 1}}").as_bytes()).unwrap();
        // The body is read to the end: a connection that is closed before would be reset.
        stream.read_to_end(&mut Vec::new()).unwrap();
        (connect, request)
    });
    let builder = Client::builder()
        .api_key("sandbox-key")
        .business_id("3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a")
        .base_url("http://sandbox:8099")
        .timeout(PATIENCE)
        .attempt_timeout(PATIENCE)
        .connect_timeout(PATIENCE)
        .proxy(proxy);
    let refused = builder.clone().build().unwrap_err();
    assert_eq!(refused.code().as_str(), "insecure_base_url");

    let client = builder.allow_insecure_http_for_tests(true).build().unwrap();
    client.send(&event()).await.unwrap();
    let (connect, request) = other_machine.join().unwrap();
    assert!(connect.starts_with("CONNECT sandbox:8099 "), "{connect}");
    assert!(request.starts_with("POST /external/v1/businesses/"), "{request}");
}
