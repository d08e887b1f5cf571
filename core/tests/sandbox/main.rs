//! The sandbox: Connectly's API in this process, tried over real sockets.
#![cfg(feature = "sandbox")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod answers;
mod assertions;
mod control;
mod faults;
mod journal;
mod stream;
mod support;
