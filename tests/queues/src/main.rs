//! `make bench-postgres`: the outbox on PostgreSQL beside known queues' plain SQL, in one run on one
//! server, since machines are noisy and only ratios say anything. No test depends on it.
// A bench fails by panicking, prints its table, and counts in floats.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_precision_loss
)]

mod beside;
mod depth;
mod held;
mod own;
mod plain;
mod report;
mod workers;

use connectly_test_postgres::Server;

/// As a shop's server is: what is committed is on the disk.
const SETTINGS: [(&str, &str); 4] = [
    ("fsync", "on"),
    ("shared_buffers", "512MB"),
    ("max_wal_size", "4GB"),
    ("checkpoint_timeout", "1h"),
];

type Part = (&'static str, fn(&Server, usize));

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |text: &String| text.parse::<usize>().ok();
    let rows = arguments.iter().find_map(number).unwrap_or(1_000_000);
    let server = Server::start(&SETTINGS).unwrap();
    let parts: [Part; 4] = [
        ("beside", beside::run),
        ("depth", depth::run),
        ("workers", workers::run),
        ("held", held::run),
    ];
    let is_named = |(name, _): &Part| arguments.iter().any(|wanted| wanted == name);
    let all = !parts.iter().any(is_named);
    for part in parts.iter().filter(|part| all || is_named(part)) {
        part.1(&server, rows);
        println!();
    }
}
