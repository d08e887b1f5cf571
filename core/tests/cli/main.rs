//! The command, as a person or a script runs it.
#![cfg(feature = "cli")]
// Helpers of tests say what they expect by failing.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod commands;
mod doctor;
mod outbox;
mod streams;
mod support;
