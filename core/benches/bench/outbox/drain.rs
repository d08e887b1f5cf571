//! Draining, beside `send_many` of the same events at the same concurrency.

use std::time::{Duration, Instant};

use connectly_conversions::{Client, ConversionEvent, DeliverOptions, Outbox};

use super::api::Api;
use super::place::Place;
use crate::construct::example;
use crate::measure::median;

const CONCURRENCY: usize = 16;

const DELAY: Duration = Duration::from_millis(50);

const PAIRS: usize = 3;

/// Ten seconds of each; a hundred thousand would take five minutes.
const EVENTS: usize = 3_200;

pub(crate) fn run(scale: usize) {
    let events = EVENTS / scale;
    let (place, api) = (Place::new(), Api::start(DELAY));
    let outbox = place.outbox("outbox.db").build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (sent, drained) = runtime.block_on(async {
        let client = api.client();
        send(&client, batch("warm", CONCURRENCY * 2)).await;
        drain(&outbox, &client, batch("warmer", CONCURRENCY * 2)).await;
        let (mut sent, mut drained) = (Vec::new(), Vec::new());
        for pair in 0..PAIRS {
            sent.push(send(&client, batch(&format!("sent-{pair}"), events)).await);
            drained.push(drain(&outbox, &client, batch(&format!("drained-{pair}"), events)).await);
        }
        (sent, drained)
    });
    let ratio = median(drained.iter().zip(&sent).map(|(own, base)| own / base));
    let of = |rates: &[f64]| median(rates.iter().copied());
    println!(
        "| {CONCURRENCY} at a time, an API that answers after {DELAY:.0?} | events/s | ratio | aim |"
    );
    println!("|---|--:|--:|--:|");
    println!("| send_many, {events} events | {:.1} | 1 |  |", of(&sent));
    println!("| the outbox's worker, the same | {:.1} | {ratio:.2} | ≥ 0.80 |", of(&drained));
}

fn batch(name: &str, events: usize) -> Vec<ConversionEvent> {
    (0..events).map(|number| example(&format!("{name}-{number}"))).collect()
}

/// Events a second.
async fn send(client: &Client, batch: Vec<ConversionEvent>) -> f64 {
    let (began, count) = (Instant::now(), batch.len());
    for outcome in client.send_many_with(batch, CONCURRENCY).await.unwrap() {
        outcome.result.unwrap();
    }
    count as f64 / began.elapsed().as_secs_f64()
}

/// Events a second, without the time to enqueue them.
async fn drain(outbox: &Outbox, client: &Client, batch: Vec<ConversionEvent>) -> f64 {
    let count = batch.len();
    outbox.enqueue_many(batch).await.unwrap();
    let worker = outbox.worker(client.clone()).concurrency(CONCURRENCY).build().unwrap();
    let began = Instant::now();
    let delivered = worker.deliver(DeliverOptions::default()).await.unwrap();
    assert_eq!(delivered.accepted, count as u64);
    count as f64 / began.elapsed().as_secs_f64()
}
