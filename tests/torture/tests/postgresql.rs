//! A few rounds of `kill -9`, and a crowd, on PostgreSQL.

use std::path::Path;
use std::time::Duration;

use connectly_torture::campaign::Campaign;
use connectly_torture::checker::problems;
use connectly_torture::crowd::Crowd;
use connectly_torture::flaw::Flaw;
use connectly_torture::ground::Kind;

const PROGRAM: &str = env!("CARGO_BIN_EXE_torture");

fn play(seed: u64, rounds: usize, flaw: Option<Flaw>) -> Vec<String> {
    let campaign = Campaign { kind: Kind::Postgresql, seed, rounds, flaw };
    problems(&campaign.play(Path::new(PROGRAM)))
}

#[test]
#[ignore = "needs PostgreSQL: make test-hosts"]
fn nothing_is_lost_or_claimed_twice_when_processes_are_killed() {
    let seed = fastrand::u64(..1 << 32);
    let problems = play(seed, 3, None);
    assert!(problems.is_empty(), "seed {seed}: {problems:#?}");
}

#[test]
#[ignore = "needs PostgreSQL: make test-hosts"]
fn a_worker_that_ignores_leases_is_caught() {
    let problems = play(1, 3, Some(Flaw::IgnoresLeases));
    let is_caught = problems.iter().any(|problem| problem.contains("was under two live leases"));
    assert!(is_caught, "{problems:#?}");
}

#[test]
#[ignore = "needs PostgreSQL: make test-hosts"]
fn a_crowd_loses_nothing_and_leaves_no_lock() {
    let seed = fastrand::u64(..1 << 32);
    let crowd = Crowd { kind: Kind::Postgresql, seed, visits: 5, time: Duration::ZERO };
    let crowded = crowd.play(Path::new(PROGRAM));
    assert!(crowded.problems.is_empty(), "seed {seed}: {:#?}", crowded.problems);
    assert!(crowded.acknowledged >= 20, "{} events only", crowded.acknowledged);
}
