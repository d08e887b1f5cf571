//! The long runs, and the processes that they start.
// It prints what it found, and fails by panicking.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::path::Path;
use std::time::{Duration, Instant};

use clap::Parser;
use connectly_torture::campaign::Campaign;
use connectly_torture::checker;
use connectly_torture::crowd::Crowd;
use connectly_torture::role::Role;

/// The outbox under real processes that are killed, and that crowd.
#[derive(Parser)]
enum Command {
    /// kill -9 of three producers and two workers at random moments.
    Kill {
        /// How many files are filled.
        #[arg(long, default_value_t = 10)]
        files: u64,
        /// How many rounds on each; all processes are dead after each.
        #[arg(long, default_value_t = 30)]
        rounds: usize,
        /// Of the first file; the next one's is one more.
        #[arg(long)]
        seed: Option<u64>,
    },
    /// Twenty processes that connect, write and close without pause.
    Crowd {
        /// For how long.
        #[arg(long, default_value_t = 180)]
        seconds: u64,
        /// Of how often each comes.
        #[arg(long)]
        seed: Option<u64>,
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
        Command::Kill { files, rounds, seed } => {
            let first = seed.unwrap_or_else(|| fastrand::u64(..1 << 32));
            (first..first + files).flat_map(|seed| kill(&program, seed, rounds)).collect()
        }
        Command::Crowd { seconds, seed } => {
            let seed = seed.unwrap_or_else(|| fastrand::u64(..1 << 32));
            crowd(&program, seed, Duration::from_secs(seconds))
        }
    };
    for problem in &problems {
        println!("{problem}");
    }
    if !problems.is_empty() {
        std::process::exit(1);
    }
}

fn kill(program: &Path, seed: u64, rounds: usize) -> Vec<String> {
    let (began, campaign) = (Instant::now(), Campaign { seed, rounds, flaw: None });
    let history = campaign.play(program);
    println!("seed {seed}: {rounds} rounds in {:.1?}: {}", began.elapsed(), checker::sum(&history));
    let problems = checker::problems(&history);
    problems.into_iter().map(|problem| format!("seed {seed}: {problem}")).collect()
}

fn crowd(program: &Path, seed: u64, time: Duration) -> Vec<String> {
    let crowded = Crowd { seed, visits: 50, time }.play(program);
    let (acknowledged, busy) = (crowded.acknowledged, crowded.busy);
    println!("seed {seed}: {acknowledged} events acknowledged in {time:.0?}, {busy} found it busy");
    crowded.problems
}
