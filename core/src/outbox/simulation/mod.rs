//! Weeks of a shop in milliseconds: the shipped worker, exchange, queue and state machine on a
//! disk, an API and a clock that fail in every way, and a checker that knows the promises only.
//!
//! A failure names its seed. `make torture-simulation SEED=…` plays that one alone.

mod broken;
mod clock;
mod disk;
mod history;
mod hosts;
mod many_hosts;
mod memory;
mod network;
mod remote;
mod scenarios;
mod service;
mod shop;
mod tables;
mod world;

use std::ops::Add;

use broken::Broken;
use world::{Figures, play};

/// One world in so many is short and hard: a slow API, a disk that hangs often, and four workers
/// that run often and long.
const HARD: u64 = 16;

/// On average.
const DAYS_OF_A_WORLD: u64 = 37;

/// Plays the worlds of these seeds, on every processor.
fn each<T: Add<Output = T> + Default + Send>(
    seeds: impl IntoIterator<Item = u64>,
    play: impl Fn(u64) -> Result<T, String> + Sync,
) -> Result<T, String> {
    let seeds = std::sync::Mutex::new(seeds.into_iter().collect::<std::collections::VecDeque<_>>());
    let play_some = || -> Result<T, String> {
        let mut sum = T::default();
        loop {
            let Some(seed) = seeds.lock().unwrap().pop_front() else { return Ok(sum) };
            let figures = play(seed).map_err(|what| {
                // The others need not go on.
                seeds.lock().unwrap().clear();
                format!("seed {seed}: {what}")
            })?;
            sum = sum + figures;
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(play_some)).collect();
        let mut sum = T::default();
        for thread in threads {
            sum = sum + thread.join().expect("a world panicked")?;
        }
        Ok(sum)
    })
}

fn worlds(seeds: impl IntoIterator<Item = u64>, broken: Broken) -> Result<Figures, String> {
    each(seeds, |seed| play(seed, broken))
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

fn assert_noticed(broken: Broken, seeds: impl IntoIterator<Item = u64>) {
    let found = worlds(seeds, broken);
    assert!(found.is_err(), "{broken:?} went unnoticed: {found:?}");
}

fn usual() -> impl Iterator<Item = u64> {
    (0..100_u64).filter(|seed| !seed.is_multiple_of(HARD))
}

fn hard() -> impl Iterator<Item = u64> {
    (0..100).map(|world| world * HARD)
}

#[test]
fn a_seed_plays_the_same_world_again() {
    for seed in [HARD, 1] {
        let figures = play(seed, Broken::Nothing).unwrap();
        assert_eq!(play(seed, Broken::Nothing).unwrap(), figures);
    }
}

#[test]
fn ten_thousand_days() {
    let figures = worlds(0..267, Broken::Nothing).unwrap();
    // What never happened proves nothing.
    let Figures { days, events, resent, dead, sessions, .. } = figures;
    assert!(days >= 10_000);
    assert!(events > 4_000 && resent > 200 && dead > 200 && sessions > 10_000, "{figures:?}");
}

#[test]
#[ignore = "the long run: make torture-simulation"]
fn many_days() {
    let days = number("OUTBOX_DAYS").unwrap_or(1_000_000);
    let first = number("OUTBOX_SEED");
    let count = if first.is_some() { 1 } else { days / DAYS_OF_A_WORLD };
    let first = first.unwrap_or(0);
    let figures = worlds(first..first + count, Broken::Nothing).unwrap();
    println!("{figures:?}");
}

#[test]
fn a_store_that_answers_before_it_commits_is_noticed() {
    assert_noticed(Broken::EarlyAnswer, hard());
}

#[test]
fn a_resend_without_an_order_id_is_noticed() {
    assert_noticed(Broken::ForgetsOrderIds, usual());
}

#[test]
fn a_queue_that_never_resumes_is_noticed() {
    assert_noticed(Broken::NeverResumes, usual());
}

#[test]
fn a_lease_shorter_than_an_attempt_is_noticed() {
    assert_noticed(Broken::ShortLease, hard());
}

#[test]
fn a_window_that_never_closes_is_noticed() {
    assert_noticed(Broken::NoWindow, usual());
}
