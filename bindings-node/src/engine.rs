//! The thread that delivers: one a process, whatever the number of its worker threads.

use std::sync::OnceLock;

use connectly_conversions::{Error, Result};
use tokio::runtime::{Builder, Handle};

static ENGINE: OnceLock<std::io::Result<Handle>> = OnceLock::new();

/// The runtime that requests run on; begun by the first of them and never stopped. It holds no
/// event loop and no process: it has nothing that would have to be finished at exit.
pub(crate) fn handle() -> Result<&'static Handle> {
    ENGINE
        .get_or_init(begin)
        .as_ref()
        .map_err(|error| Error::internal(format!("there is no thread to send on: {error}")))
}

fn begin() -> std::io::Result<Handle> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    std::thread::Builder::new()
        .name("connectly".to_owned())
        .spawn(move || runtime.block_on(std::future::pending::<()>()))?;
    Ok(handle)
}
