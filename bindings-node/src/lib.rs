//! The native half of the npm package `connectly-conversions`: it carries texts, handles and
//! records between the core and `ts/`, and decides nothing.
//!
//! Every result is a record (JSON text, or a handle where all went well), never a thrown error:
//! TypeScript throws the typed one, with the stack of its caller.

#![allow(
    clippy::must_use_candidate,
    clippy::needless_pass_by_value,
    clippy::missing_errors_doc,
    reason = "what JavaScript calls owns its arguments and has no Rust caller"
)]

mod answers;
pub mod batch;
pub mod bridge;
pub mod client;
pub mod command;
mod engine;
pub mod event;
mod inline;
pub mod landing;
mod ledger;
mod order;
pub mod outbox;
mod record;
pub mod sandbox;
mod settings;
pub mod statement;
pub mod tracking;
pub mod worker;

use napi_derive::napi;

/// The version of this addon, which must be the package's.
#[napi(catch_unwind)]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// The core's words: kinds and codes of errors, codes of issues.
#[napi(catch_unwind)]
pub fn vocabulary() -> Vec<Vec<&'static str>> {
    use connectly_conversions::{ErrorCode, ErrorKind, IssueCode};
    vec![
        ErrorKind::ALL.iter().map(|kind| kind.as_str()).collect(),
        ErrorCode::ALL.iter().map(|code| code.as_str()).collect(),
        IssueCode::ALL.iter().map(|code| code.as_str()).collect(),
    ]
}
