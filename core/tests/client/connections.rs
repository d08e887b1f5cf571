//! How many requests a client makes at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use connectly_conversions::{ConversionEvent, ErrorCode, ErrorKind, TrackingParams};
use futures_util::future::join_all;
use tokio::sync::{Barrier, oneshot};

use crate::support::{client, event, listen, receive, request};

#[tokio::test]
async fn sends_beyond_the_cap_wait_for_one_to_end() {
    const CAP: usize = 3;
    let (listener, url) = listen().await;
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let seen = Arc::clone(&most);
    let server = tokio::spawn(async move {
        // Nobody is answered before as many as may come are there.
        let barrier = Arc::new(Barrier::new(CAP));
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (barrier, now, most) = (Arc::clone(&barrier), Arc::clone(&now), Arc::clone(&most));
            tokio::spawn(async move {
                while request(&mut stream).await.is_some() {
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    barrier.wait().await;
                    now.fetch_sub(1, Ordering::SeqCst);
                    receive(&mut stream).await;
                }
            });
        }
    });
    let client = client(&url).max_connections(CAP).build().unwrap();
    let events: Vec<_> = (0..CAP * 100).map(|number| event(&number.to_string())).collect();
    let receipts = join_all(events.iter().map(|event| client.send(event))).await;
    assert!(receipts.iter().all(|receipt| receipt.as_ref().unwrap().attempts() == 1));
    assert_eq!(seen.load(Ordering::SeqCst), CAP);
    server.abort();
}

/// Nothing was sent, so a resend is safe for every event.
#[tokio::test]
async fn the_deadline_holds_while_a_send_waits() {
    let (listener, url) = listen().await;
    let (arrived, arrival) = oneshot::channel();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        request(&mut stream).await.unwrap();
        arrived.send(()).unwrap();
        // Holds the connection, and answers nothing.
        request(&mut stream).await
    });
    let client = client(&url).max_connections(1).build().unwrap();
    let first = tokio::spawn({
        let client = client.clone();
        async move { client.send(&event("A")).await }
    });
    arrival.await.unwrap();
    let tracking = TrackingParams::new("t", "s", "c", "1").unwrap();
    let second = ConversionEvent::purchase(tracking, None::<&str>, "USD", 1).build().unwrap();
    let error = client.send_within(&second, Duration::from_millis(50)).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Timeout, ErrorCode::DeadlineExceeded));
    assert_eq!((error.attempts(), error.retryable()), (0, true));
    first.abort();
    server.abort();
}

#[test]
fn a_client_needs_a_connection() {
    let error = client("http://127.0.0.1:1").max_connections(0).build().unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidOption);
    assert!(error.message().starts_with("max_connections: "), "{error}");
}

#[tokio::test]
async fn as_many_as_one_likes_is_no_error() {
    let client = client("http://127.0.0.1:1").max_connections(usize::MAX).build().unwrap();
    assert_eq!(client.send(&event("A")).await.unwrap_err().code(), ErrorCode::ConnectFailed);
}
