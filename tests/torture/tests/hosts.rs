//! Three hosts on one PostgreSQL server: nothing is lost and no order is counted twice, whatever
//! goes wrong between them; `make torture-hosts` measures how fast they are again.

// Helpers of tests say what they expect by failing.
#![allow(clippy::unwrap_used)]

use std::process::{Command, Output};

/// In a process of its own, which leaves the machine's network.
fn hosts(arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_torture"));
    program.arg("hosts").args(arguments).output().unwrap()
}

#[test]
#[ignore = "needs the rights of root: make test-hosts"]
fn three_hosts_lose_nothing_and_count_nothing_twice() {
    let done = hosts(&[]);
    assert!(done.status.success(), "{done:#?}");
}

#[test]
#[ignore = "needs the rights of root: make test-hosts"]
fn leases_that_go_by_the_clocks_of_hosts_are_caught() {
    let done = hosts(&["--flaw", "goes_by_its_hosts_clock"]);
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(said.contains("was under two live leases"), "{done:#?}");
}
