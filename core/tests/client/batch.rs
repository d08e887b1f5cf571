//! Many events.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use connectly_conversions::{ErrorCode, Fault, Sandbox};
use futures_util::{StreamExt, pin_mut, stream};

use crate::support::{client, event, listen, receive, request};

/// Answers only once `together` requests are under way; tells the most that ever were.
async fn in_lockstep(together: usize, events: usize, concurrency: usize) -> usize {
    let (listener, url) = listen().await;
    let barrier = Arc::new(tokio::sync::Barrier::new(together));
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let seen = Arc::clone(&most);
    let server = tokio::spawn(async move {
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
    let client = client(&url).build().unwrap();
    let events: Vec<_> = (0..events).map(|number| event(&number.to_string())).collect();
    let outcomes = client.send_many_with(events, concurrency).await.unwrap();
    assert!(outcomes.iter().all(|outcome| outcome.result.is_ok()));
    server.abort();
    seen.load(Ordering::SeqCst)
}

#[tokio::test]
async fn the_concurrency_is_reached_and_never_passed() {
    assert_eq!(in_lockstep(3, 12, 3).await, 3);
    assert_eq!(in_lockstep(1, 5, 1).await, 1);
    // Fewer events than that: as many as there are.
    assert_eq!(in_lockstep(2, 2, 64).await, 2);
}

#[tokio::test]
async fn outcomes_stand_in_the_order_of_the_events() {
    let sandbox = Sandbox::start().unwrap();
    // The first answer is the last to come.
    sandbox.fail_next(Fault::delay(Duration::from_millis(200)).for_order("0"));
    let client = client(sandbox.url()).build().unwrap();
    let events: Vec<_> = (0..20).map(|number| event(&number.to_string())).collect();
    let outcomes = client.send_many(events.clone()).await;
    let sent: Vec<_> = outcomes.iter().map(|outcome| outcome.event.clone()).collect();
    assert_eq!(sent, events);
    assert!(outcomes.iter().all(|outcome| outcome.result.is_ok()));
    assert_eq!(sandbox.received().len(), 20);
}

#[tokio::test]
async fn outcomes_come_while_events_are_still_being_made() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(sandbox.url()).build().unwrap();
    let made = AtomicUsize::new(0);
    // Without end: collecting them first would never return.
    let events = stream::iter(0..).map(|number: u64| {
        made.fetch_add(1, Ordering::SeqCst);
        event(&number.to_string())
    });
    let outcomes = client.outcomes(events, 2);
    pin_mut!(outcomes);
    for number in 0..5_usize {
        let outcome = outcomes.next().await.unwrap();
        assert_eq!(outcome.event.order_id(), Some(number.to_string().as_str()));
        outcome.result.unwrap();
        assert!(made.load(Ordering::SeqCst) <= number + 3, "events are held without need");
    }
}

#[tokio::test]
async fn nothing_to_send_is_nothing() {
    let client = client("http://127.0.0.1:1").build().unwrap();
    assert!(client.send_many([]).await.is_empty());
}

#[tokio::test]
async fn a_concurrency_of_zero_is_refused() {
    let client = client("http://127.0.0.1:1").build().unwrap();
    let error = client.send_many_with([event("A")], 0).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidConcurrency);
}

#[tokio::test]
async fn a_redirect_halts_a_batch_as_a_wrong_key_does() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fail_next(Fault::redirect("http://127.0.0.1:9/").times(0));
    let client = client(sandbox.url()).build().unwrap();
    let outcomes = client.send_many_with(["A", "B", "C"].map(event), 1).await.unwrap();
    let attempts: Vec<_> =
        outcomes.iter().map(|outcome| outcome.result.as_ref().unwrap_err().attempts()).collect();
    assert_eq!(attempts, [1, 0, 0]);
    assert_eq!(sandbox.requests().len(), 1);
}

/// Clones share a pool and may be used from any thread.
#[test]
fn one_client_serves_many_threads() {
    let sandbox = Sandbox::start().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let client = client(sandbox.url()).build().unwrap();
    let barrier = Barrier::new(4);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (client, runtime, barrier) = (client.clone(), &runtime, &barrier);
            scope.spawn(move || {
                barrier.wait();
                for number in 0..5 {
                    let event = event(&format!("{thread}-{number}"));
                    runtime.block_on(client.send(&event)).unwrap();
                }
            });
        }
    });
    assert_eq!(sandbox.received().len(), 20);
}
