//! `make bench`: CPU time an event beside the libraries underneath, in one run, since machines
//! are noisy and only ratios say anything. No test depends on it.
// A bench fails by panicking, prints its table, and counts in floats.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]
// The structs are the wire's, whose names they have.
#![allow(clippy::struct_field_names)]

mod construct;
mod measure;
#[cfg(feature = "outbox-sqlite")]
mod outbox;
mod responder;
mod send;

use measure::Table;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.iter().any(|argument| argument == "responder") {
        return responder::serve();
    }
    if let [_, mode, url, concurrency, ..] = &arguments[..]
        && mode == "raw-reqwest"
    {
        return send::contend(url, concurrency.parse().unwrap());
    }
    #[cfg(feature = "outbox-sqlite")]
    if let [_, mode, delay, ..] = &arguments[..]
        && mode == "sandbox"
    {
        return outbox::serve(std::time::Duration::from_millis(delay.parse().unwrap()));
    }
    let scale = if arguments.iter().any(|argument| argument == "quick") { 20 } else { 1 };
    if !arguments.iter().any(|argument| argument == "outbox") {
        delivery(scale);
    }
    #[cfg(feature = "outbox-sqlite")]
    outbox::run(scale, &arguments);
}

fn delivery(scale: usize) {
    let mut table = Table::default();
    construct::run(&mut table, 300_000 / scale);
    let responder = responder::Responder::start();
    send::run(&mut table, responder.address, 10_000 / scale);
    table.print();
    send::memory(responder.address, 1_000_000 / scale);
}
