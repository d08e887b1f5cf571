//! The sandbox: the API's emulator, tried over real sockets.
#![cfg(feature = "sandbox")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod answers;
mod control;
mod faults;
mod journal;
mod support;
