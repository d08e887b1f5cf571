//! Who is trusted, and by which way the request goes. Everything stays on this machine.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "tests")]

mod certificates;
mod child;
mod proxies;
mod stores;
mod support;
