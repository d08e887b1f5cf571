//! The client's promises that a scenario cannot express.
#![cfg(feature = "sandbox")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "tests")]
#![allow(clippy::format_push_string, reason = "what is shown is collected")]

mod answers;
mod batch;
mod calls;
mod clock;
mod closing;
mod configuration;
mod connections;
mod requests;
mod secrets;
mod support;
