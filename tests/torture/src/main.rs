//! The long runs, and the processes that they start.
// It prints what it found, and fails by panicking.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::path::Path;
use std::time::{Duration, Instant};

use clap::Parser;
use connectly_torture::campaign::Campaign;
use connectly_torture::chaos::Chaos;
use connectly_torture::checker;
use connectly_torture::crowd::Crowd;
use connectly_torture::flaw::Flaw;
use connectly_torture::ground::Kind;
use connectly_torture::host;
use connectly_torture::hosts::Hosts;
use connectly_torture::rates::{self, Rates};
use connectly_torture::role::Role;

/// The outbox under real processes that are killed, and that crowd.
#[derive(Parser)]
enum Command {
    /// kill -9 of three producers and two workers at random moments.
    Kill {
        /// What the outbox is on.
        #[arg(long, value_enum, default_value_t = Kind::Sqlite)]
        store: Kind,
        /// How many outboxes are filled.
        #[arg(long, default_value_t = 10)]
        files: u64,
        /// How many rounds on each; all processes are dead after each.
        #[arg(long, default_value_t = 30)]
        rounds: usize,
        /// Of the first one; the next one's is one more.
        #[arg(long)]
        seed: Option<u64>,
    },
    /// Twenty processes that connect, write and close without pause.
    Crowd {
        /// What the outbox is on.
        #[arg(long, value_enum, default_value_t = Kind::Sqlite)]
        store: Kind,
        /// For how long.
        #[arg(long, default_value_t = 180)]
        seconds: u64,
        /// Of how often each comes.
        #[arg(long)]
        seed: Option<u64>,
    },
    /// Three hosts on one PostgreSQL server, and all that goes wrong between them. Needs the rights
    /// of root.
    Hosts {
        /// How long the rate is measured before and after each kind of chaos; not at all unless
        /// given.
        #[arg(long)]
        seconds: Option<u64>,
        /// What is wrong with the processes: they are judged, and nothing else happens.
        #[arg(long)]
        flaw: Option<String>,
    },
    /// A process of these.
    #[command(hide = true)]
    Role {
        /// What it does, as JSON.
        role: String,
    },
}

fn main() {
    let program = std::env::current_exe().unwrap();
    let problems = match Command::parse() {
        Command::Role { role } => return serde_json::from_str::<Role>(&role).unwrap().play(),
        Command::Kill { store, files, rounds, seed } => {
            let first = seed.unwrap_or_else(|| fastrand::u64(..1 << 32));
            (first..first + files).flat_map(|seed| kill(&program, store, seed, rounds)).collect()
        }
        Command::Crowd { store, seconds, seed } => {
            let seed = seed.unwrap_or_else(|| fastrand::u64(..1 << 32));
            crowd(&program, store, seed, Duration::from_secs(seconds))
        }
        Command::Hosts { seconds, flaw } => {
            host::leave_the_network();
            let flaw = flaw.map(|name| serde_json::from_value(name.into()).unwrap());
            match seconds {
                Some(seconds) => rates(&program, Duration::from_secs(seconds)),
                None => hosts(&program, flaw),
            }
        }
    };
    for problem in &problems {
        println!("{problem}");
    }
    if !problems.is_empty() {
        std::process::exit(1);
    }
}

fn kill(program: &Path, kind: Kind, seed: u64, rounds: usize) -> Vec<String> {
    let (began, campaign) = (Instant::now(), Campaign { kind, seed, rounds, flaw: None });
    let history = campaign.play(program);
    println!("seed {seed}: {rounds} rounds in {:.1?}: {}", began.elapsed(), checker::sum(&history));
    let problems = checker::problems(&history);
    problems.into_iter().map(|problem| format!("seed {seed}: {problem}")).collect()
}

fn crowd(program: &Path, kind: Kind, seed: u64, time: Duration) -> Vec<String> {
    let crowded = Crowd { kind, seed, visits: 50, time }.play(program);
    let (acknowledged, busy) = (crowded.acknowledged, crowded.busy);
    println!("seed {seed}: {acknowledged} events acknowledged in {time:.0?}, {busy} found it busy");
    crowded.problems
}

fn hosts(program: &Path, flaw: Option<Flaw>) -> Vec<String> {
    let (began, mut hosts) = (Instant::now(), Hosts::start(program, flaw));
    hosts.until_each_works("at first");
    if flaw.is_none() {
        for chaos in Chaos::ALL {
            hosts.go_through(chaos);
        }
    }
    let (problems, sum) = hosts.judge();
    println!("three hosts in {:.1?}: {sum}", began.elapsed());
    problems
}

fn rates(program: &Path, window: Duration) -> Vec<String> {
    let (mut rates, problems, sum) = rates::measure(program, window);
    // Where it is slowest after.
    rates.sort_by(|a, b| (a.after / a.before).total_cmp(&(b.after / b.before)));
    println!("| events a second | before | meanwhile | after | after/before | aim |");
    println!("|---|--:|--:|--:|--:|--:|");
    for Rates { chaos, before, during, after } in rates {
        let ratio = after / before;
        println!("| {chaos:?} | {before:.1} | {during:.1} | {after:.1} | {ratio:.3} | ≥ 0.98 |");
    }
    println!("{sum}");
    problems
}
