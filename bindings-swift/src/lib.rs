//! The C library under the Swift package `ConnectlyConversions`.
//!
//! Nothing is decided here: payloads cross as JSON text, options, results and errors as records,
//! and the core does the rest. Every export returns a `Result`, because a panic in one that does
//! not would end the Swift process.

// Errors are records: uniffi lowers them whole, and lowers no box.
#![allow(clippy::result_large_err)]
// Every export throws, also where nothing can fail today.
#![allow(clippy::unnecessary_wraps)]

mod batch;
mod cancel;
mod client;
mod engine;
mod error;
mod event;
mod landing;
mod moment;
mod outbox;
mod outcome;
mod sandbox;
mod tracking;

uniffi::setup_scaffolding!();
