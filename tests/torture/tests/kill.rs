//! A few rounds of `kill -9`; `make torture` plays hundreds. Each broken variant of a process must
//! be caught by the same checker.

use std::path::Path;

use connectly_torture::campaign::Campaign;
use connectly_torture::checker::problems;
use connectly_torture::flaw::Flaw;
use connectly_torture::ground::Kind;

fn play(seed: u64, rounds: usize, flaw: Option<Flaw>) -> Vec<String> {
    let campaign = Campaign { kind: Kind::Sqlite, seed, rounds, flaw };
    problems(&campaign.play(Path::new(env!("CARGO_BIN_EXE_torture"))))
}

/// The checker says this of an event of this kind.
fn is_caught(flaw: Flaw, kind: &str, words: &str) {
    let problems = play(1, 3, Some(flaw));
    let says = |problem: &String| problem.starts_with(kind) && problem.contains(words);
    let is_named = problems.iter().any(says);
    assert!(is_named, "{flaw:?} was not caught; found {problems:#?}");
}

#[test]
fn nothing_is_lost_or_claimed_twice_when_processes_are_killed() {
    let seed = fastrand::u64(..1 << 32);
    let problems = play(seed, 4, None);
    assert!(problems.is_empty(), "seed {seed}: {problems:#?}");
}

#[test]
fn an_acknowledgement_before_the_commit_is_caught() {
    is_caught(Flaw::AcknowledgesEarly, "order-", "was acknowledged and never delivered");
}

#[test]
fn a_lost_row_is_caught() {
    is_caught(Flaw::LosesRows, "order-", "was acknowledged and never delivered");
}

#[test]
fn a_worker_that_ignores_leases_is_caught() {
    is_caught(Flaw::IgnoresLeases, "", "was under two live leases");
}

#[test]
fn a_worker_that_resends_what_cannot_be_recognised_is_caught() {
    is_caught(Flaw::ResendsWithoutOrder, "view-", "was delivered 2 times");
}
