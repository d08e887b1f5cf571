//! Real PostgreSQL and PgBouncer servers, each in a folder of its own and reached by a socket in it.
//!
//! A server ends with the process that started it, however that ends.

mod bouncer;
mod program;
mod server;

use std::sync::OnceLock;

pub use bouncer::Bouncer;
pub use program::{Failure, program};
pub use server::{Database, Server, Transaction};

/// The server that the tests of this process share.
///
/// # Errors
/// Where PostgreSQL is missing or does not start.
pub fn server() -> Result<&'static Server, Failure> {
    static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
    let started = SERVER.get_or_init(|| Server::start(&[]).map_err(|failure| failure.to_string()));
    started.as_ref().map_err(|failure| failure.clone().into())
}
