//! The end of a client.

use std::time::Duration;

use connectly_conversions::{
    Client, ConversionEvent, Error, ErrorCode, ErrorKind, Receipt, Sandbox, TrackingParams,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::support::{client, event, listen, receive, request};

const PATIENT: Duration = Duration::from_secs(30);

fn without_order_id() -> ConversionEvent {
    let tracking = TrackingParams::new("t", "s", "c", "1").unwrap();
    ConversionEvent::purchase(tracking, None::<&str>, "USD", 1).build().unwrap()
}

fn spawn(client: &Client, event: ConversionEvent) -> JoinHandle<Result<Receipt, Error>> {
    let client = client.clone();
    tokio::spawn(async move { client.send(&event).await })
}

/// A request that has arrived and is not answered.
async fn arrived(listener: &TcpListener) -> TcpStream {
    let (mut stream, _) = listener.accept().await.unwrap();
    request(&mut stream).await.unwrap();
    stream
}

#[tokio::test]
async fn a_closed_client_refuses_to_send() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(sandbox.url()).build().unwrap();
    let clone = client.clone();
    client.send(&event("A")).await.unwrap();
    client.close();
    for client in [&client, &clone] {
        let error = client.send(&event("B")).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::Configuration, ErrorCode::ClientClosed)
        );
        assert_eq!(error.attempts(), 0);
    }
    assert_eq!(sandbox.requests().len(), 1);
    assert_eq!(client.close_within(PATIENT).await, 0);
}

#[tokio::test]
async fn closing_waits_for_what_is_under_way() {
    let (listener, url) = listen().await;
    let client = client(&url).build().unwrap();
    let sent = spawn(&client, event("A"));
    let mut stream = arrived(&listener).await;
    let closing = tokio::spawn({
        let client = client.clone();
        async move { client.close_within(PATIENT).await }
    });
    // Closed as soon as closing has begun, whatever it waits for.
    while client.send(&event("B")).await.unwrap_err().code() != ErrorCode::ClientClosed {}
    assert!(!closing.is_finished());
    receive(&mut stream).await;
    assert_eq!(closing.await.unwrap(), 0);
    assert!(sent.await.unwrap().is_ok());
}

#[tokio::test]
async fn what_is_cut_off_is_told_before_closing_ends() {
    let (listener, url) = listen().await;
    let client = client(&url).build().unwrap();
    let with = spawn(&client, event("A"));
    let _first = arrived(&listener).await;
    let without = spawn(&client, without_order_id());
    let _second = arrived(&listener).await;
    assert_eq!(client.close_within(Duration::ZERO).await, 2);
    assert!(with.is_finished() && without.is_finished());
    let error = with.await.unwrap().unwrap_err();
    assert_eq!((error.code(), error.attempts()), (ErrorCode::ClientClosed, 1));
    assert!(error.retryable() && error.message().contains("may have arrived"));
    let error = without.await.unwrap().unwrap_err();
    assert_eq!((error.code(), error.attempts()), (ErrorCode::UnknownOutcome, 1));
    assert!(!error.retryable() && error.message().contains("was closed"));
    assert_eq!(client.close_within(Duration::ZERO).await, 0);
}

#[tokio::test]
async fn a_send_that_still_waited_for_a_connection_may_be_sent_again() {
    let (listener, url) = listen().await;
    let client = client(&url).max_connections(1).build().unwrap();
    let first = spawn(&client, event("A"));
    let _stream = arrived(&listener).await;
    let (second, third) = (event("B"), without_order_id());
    let mut waiting = Box::pin(client.send_within(&second, PATIENT));
    let mut also = Box::pin(client.send(&third));
    // Both have begun once they have been polled past the idle connections.
    for _ in 0..8 {
        tokio::select! {
            biased;
            _ = &mut waiting => panic!("there is no connection"),
            _ = &mut also => panic!("there is no connection"),
            () = tokio::task::yield_now() => {}
        }
    }
    let (cut_off, waiting, also) = tokio::join!(client.close_within(Duration::ZERO), waiting, also);
    assert_eq!(cut_off, 3);
    for error in [waiting.unwrap_err(), also.unwrap_err()] {
        assert_eq!((error.code(), error.attempts()), (ErrorCode::ClientClosed, 0));
        assert!(error.retryable(), "nothing was sent");
    }
    assert!(first.await.unwrap().is_err());
}

#[tokio::test]
async fn a_send_that_waits_for_its_next_try_ends_with_the_last_ones_error() {
    let (listener, url) = listen().await;
    let client = client(&url).build().unwrap();
    let sent = spawn(&client, event("A"));
    let mut stream = arrived(&listener).await;
    let later = b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 10\r\ncontent-length: 0\r\n\
        connection: close\r\n\r\n";
    stream.write_all(later).await.unwrap();
    // The client ends the connection once it has read the answer.
    assert_eq!(stream.read(&mut [0]).await.unwrap(), 0);
    assert_eq!(client.close_within(Duration::ZERO).await, 1);
    let error = sent.await.unwrap().unwrap_err();
    assert_eq!((error.code(), error.attempts()), (ErrorCode::RateLimited, 1));
    assert!(error.retryable());
}

#[tokio::test]
async fn a_batch_goes_on_to_tell_of_every_event() {
    let (listener, url) = listen().await;
    let client = client(&url).build().unwrap();
    let batch = tokio::spawn({
        let client = client.clone();
        let events: Vec<_> = ["A", "B", "C"].map(event).into();
        async move { client.send_many_with(events, 1).await.unwrap() }
    });
    let _stream = arrived(&listener).await;
    // The batch is one more call at a time.
    assert_eq!(client.close_within(Duration::ZERO).await, 1);
    let outcomes = batch.await.unwrap();
    let attempts = outcomes.iter().map(|outcome| {
        let error = outcome.result.as_ref().unwrap_err();
        assert_eq!(error.code(), ErrorCode::ClientClosed);
        error.attempts()
    });
    assert_eq!(attempts.collect::<Vec<_>>(), [1, 0, 0]);
}
