//! The outbox under real processes on one file, which are killed, stopped and starved; and a
//! checker over what they told, which must catch each broken variant of them.
//!
//! `role` is what a process does, `line` what it tells through a pipe, which survives it. `lens`
//! stands between the outbox and its store: it gives the clock, writes the history of the leases,
//! and plays the flaws. `campaign` and `crowd` start and kill; `checker` judges.
// All of it is a test: it says what it expects by failing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::missing_panics_doc)]

pub mod campaign;
pub mod chaos;
pub mod checker;
pub mod crowd;
pub mod disk;
pub mod event;
pub mod flaw;
pub mod ground;
pub mod history;
pub mod host;
pub mod hosts;
mod lens;
pub mod line;
pub mod place;
pub mod process;
pub mod proxy;
pub mod rates;
pub mod rest;
pub mod role;
