//! The C library under the Swift package `ConnectlyConversions`.
//!
//! Nothing is decided here: payloads cross as JSON text, options, results and errors as records,
//! and the core does the rest. Every export returns a `Result`, because a panic in one that does
//! not would end the Swift process.

mod cancel;
mod client;
mod engine;
mod error;
mod event;
mod sandbox;
mod tracking;

uniffi::setup_scaffolding!();
