//! The outbox in a file: what is on the disk, and what happens where the disk, the clock or another
//! process does not do as it should.
#![cfg(all(feature = "outbox-sqlite", feature = "sandbox"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod caps;
mod clock;
mod closed_client;
mod file;
mod forget;
mod full;
mod groups;
#[path = "../jobs/mod.rs"]
mod jobs;
mod processes;
mod refused;
mod support;
mod versions;
