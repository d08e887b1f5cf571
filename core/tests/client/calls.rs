//! One call.

use std::time::Duration;

use connectly_conversions::{
    ConversionEvent, ErrorCode, ErrorKind, RetryPolicy, Sandbox, TrackingParams,
};
use tokio::io::AsyncReadExt;
use tokio::sync::oneshot;

use crate::support::{client, event, listen, request};

#[tokio::test]
async fn a_call_that_is_dropped_ends_its_request() {
    let (listener, url) = listen().await;
    let (arrived, arrival) = oneshot::channel();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        request(&mut stream).await.unwrap();
        arrived.send(()).unwrap();
        // The end of the connection, in whichever way it comes.
        matches!(stream.read(&mut [0]).await, Ok(0) | Err(_))
    });
    let client = client(&url).build().unwrap();
    let event = event("A");
    tokio::select! {
        _ = client.send(&event) => panic!("nobody answered"),
        arrival = arrival => arrival.unwrap(),
    }
    assert!(tokio::time::timeout(Duration::from_secs(30), server).await.unwrap().unwrap());
}

#[tokio::test]
async fn nobody_listening_is_retried_even_without_an_order_id() {
    let (listener, url) = listen().await;
    drop(listener);
    let tracking = TrackingParams::new("t", "s", "c", "1").unwrap();
    let event = ConversionEvent::purchase(tracking, None::<&str>, "USD", 1).build().unwrap();
    let error = client(&url).build().unwrap().send(&event).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Network, ErrorCode::ConnectFailed));
    assert_eq!((error.attempts(), error.retryable()), (3, true));
}

#[tokio::test]
async fn the_longest_times_are_as_good_as_none() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(sandbox.url())
        .timeout(Duration::MAX)
        .attempt_timeout(Duration::MAX)
        .connect_timeout(Duration::MAX)
        .retry(RetryPolicy::new(u32::MAX, Duration::MAX, Duration::MAX));
    client.build().unwrap().send(&event("A")).await.unwrap();
}

/// A pool belongs to the runtime that made it.
#[test]
fn a_client_with_its_own_pool_serves_another_runtime() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(sandbox.url()).build().unwrap();
    for order in ["A", "B"] {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = client.with_own_pool();
        runtime.block_on(client.send(&event(order))).unwrap();
    }
    assert_eq!(sandbox.received().len(), 2);
}

/// An event without an order id must not die of a connection that the server has closed: a
/// blocking caller leaves nobody to notice the end between two calls.
#[test]
fn a_connection_that_was_closed_between_two_calls_is_not_used() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (closed, closing) = std::sync::mpsc::channel();
    let server = std::thread::spawn(move || {
        for _ in 0..5 {
            let (stream, _) = listener.accept().unwrap();
            crate::support::serve_once(stream);
            closed.send(()).unwrap();
        }
    });
    let tracking = TrackingParams::new("t", "s", "c", "1").unwrap();
    let event = ConversionEvent::purchase(tracking, None::<&str>, "USD", 1).build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = client(&url).build().unwrap();
    for _ in 0..5 {
        let receipt = runtime.block_on(client.send(&event)).unwrap();
        assert_eq!(receipt.attempts(), 1);
        closing.recv().unwrap();
    }
    server.join().unwrap();
}
