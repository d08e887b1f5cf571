//! Durable `enqueue`, from one thread and from eight.

use std::time::{Duration, Instant};

use connectly_conversions::Outbox;

use super::place::Place;
use super::raw::{Disk, Raw};
use crate::construct::example;
use crate::measure::median;

const THREADS: usize = 8;

/// Many and short: the disk changes its mind within seconds.
const ROUNDS: usize = 61;

/// From each thread in each round.
const EVENTS: usize = 50;

/// What a row holds beside the wire bytes: three hashes, ids, times and money.
const BESIDE: usize = 250;

#[derive(Default)]
struct Rates {
    syncs: Vec<f64>,
    raw: Vec<f64>,
    one: Vec<f64>,
    eight: Vec<f64>,
}

pub(crate) fn run(scale: usize) {
    let (rounds, events) = (ROUNDS / scale.min(10), EVENTS);
    let place = Place::new();
    let mut disk = Disk::new(&place.file("syncs"));
    let mut raw = Raw::new(&place.file("raw.db"), example("ORD-7821").to_wire().len() + BESIDE);
    let outbox = place.outbox("outbox.db").build().unwrap();
    let mut rates = Rates::default();
    let mut latencies = Vec::new();
    for round in 0..=rounds {
        let syncs = rate(events, || disk.sync(events));
        let plain = rate(events, || raw.insert(events));
        let one = rate(events, || latencies.extend(enqueue(&outbox, &format!("{round}"), events)));
        let eight = rate(events * THREADS, || crowd(&outbox, round, events));
        // The first round warms.
        if round > 0 {
            rates.syncs.push(syncs);
            rates.raw.push(plain);
            rates.one.push(one);
            rates.eight.push(eight);
        }
    }
    print(&rates, &place.kind());
    latencies.sort();
    let at = |part: f64| latencies[(latencies.len() as f64 * part) as usize].as_secs_f64() * 1e3;
    println!();
    println!(
        "`enqueue` from one thread took {:.2} ms in the middle, {:.2} ms at 99 of 100, {:.2} ms at \
         most.",
        at(0.5),
        at(0.99),
        latencies.last().copied().unwrap_or_default().as_secs_f64() * 1e3
    );
}

fn rate(events: usize, work: impl FnOnce()) -> f64 {
    let began = Instant::now();
    work();
    events as f64 / began.elapsed().as_secs_f64()
}

fn enqueue(outbox: &Outbox, name: &str, events: usize) -> Vec<Duration> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut latencies = Vec::with_capacity(events);
        for number in 0..events {
            let event = example(&format!("{name}-{number}"));
            let began = Instant::now();
            outbox.enqueue(&event).await.unwrap();
            latencies.push(began.elapsed());
        }
        latencies
    })
}

fn crowd(outbox: &Outbox, round: usize, events: usize) {
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            scope.spawn(move || enqueue(outbox, &format!("{round}-{thread}"), events));
        }
    });
}

fn print(rates: &Rates, kind: &str) {
    // Of each round by itself, since the machine is another one in the next.
    let ratio = |own: &[f64], base: &[f64]| median(own.iter().zip(base).map(|(a, b)| a / b));
    let of = |rates: &[f64]| median(rates.iter().copied());
    println!("| durable, on {kind} | a second | ratio | aim |");
    println!("|---|--:|--:|--:|");
    println!(
        "| fdatasync of 4 KiB | {:.0} | {:.2} |  |",
        of(&rates.syncs),
        ratio(&rates.syncs, &rates.raw)
    );
    println!("| raw rusqlite, one insert a transaction | {:.0} | 1 |  |", of(&rates.raw));
    let (one, eight) = (ratio(&rates.one, &rates.raw), ratio(&rates.eight, &rates.raw));
    println!("| enqueue, 1 thread | {:.0} | {one:.2} | ≥ 0.90 |", of(&rates.one));
    println!("| enqueue, {THREADS} threads | {:.0} | {eight:.2} | ≥ 4.00 |", of(&rates.eight));
}
