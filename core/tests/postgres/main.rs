//! The outbox in a PostgreSQL database.

#![cfg(all(feature = "outbox-postgres", feature = "sandbox"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod claims;
mod cut;
mod groups;
#[path = "../jobs/mod.rs"]
mod jobs;
mod locks;
mod pooled;
mod processes;
mod support;
mod tls;
mod versions;
