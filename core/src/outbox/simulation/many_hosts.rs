//! A hundred workers on twenty hosts: what they promise together, and variants that break it.

use super::broken::Broken;
use super::hosts::{ORDERS, Run, play};
use super::{each, number};

fn worlds(seeds: std::ops::Range<u64>, broken: Broken) -> Result<Run, String> {
    each(seeds, |seed| play(seed, broken))
}

/// Twenty worlds are a hundred thousand orders.
const WORLDS: u64 = 20;

fn assert_noticed(broken: Broken) {
    let found = worlds(0..WORLDS, broken);
    assert!(found.is_err(), "{broken:?} went unnoticed: {found:?}");
}

#[test]
fn a_seed_plays_the_same_hosts_again() {
    assert_eq!(play(1, Broken::Nothing), play(1, Broken::Nothing));
}

#[test]
fn a_hundred_workers_over_a_network_that_fails() {
    let run = worlds(0..WORLDS, Broken::Nothing).unwrap();
    // What never happened proves nothing.
    assert_eq!(run.figures.events, WORLDS * ORDERS);
    assert!(run.figures.resent > 100, "{run:?}");
    assert!(run.transactions.iter().all(|count| *count > 500), "{run:?}");
}

#[test]
#[ignore = "the long run: make torture-network"]
fn many_orders() {
    let orders = number("OUTBOX_ORDERS").unwrap_or(10_000_000);
    let first = number("OUTBOX_SEED");
    let count = if first.is_some() { 1 } else { orders.div_ceil(ORDERS) };
    let first = first.unwrap_or(0);
    let run = worlds(first..first + count, Broken::Nothing).unwrap();
    println!("{run:?}");
}

#[test]
fn leases_by_the_clocks_of_hosts_are_noticed() {
    assert_noticed(Broken::HostClocks);
}

#[test]
fn a_commit_that_is_asked_for_again_is_noticed() {
    assert_noticed(Broken::AsksAgain);
}
