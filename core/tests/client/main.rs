//! The client's promises that a scenario cannot express.
#![cfg(feature = "sandbox")]

mod batch;
mod calls;
mod configuration;
mod requests;
mod secrets;
mod support;
