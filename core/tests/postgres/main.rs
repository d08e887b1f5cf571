//! The outbox in a PostgreSQL database.

#![cfg(all(feature = "outbox-postgres", feature = "sandbox"))]

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
