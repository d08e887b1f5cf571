//! While a sandbox runs in this process, no client of it sends to another machine: a test must
//! never report an order for real, whatever the shop's settings are.

use std::sync::atomic::{AtomicUsize, Ordering};

use url::Url;

use crate::config;
use crate::error::{Error, ErrorCode, Result};

/// How many sandboxes run.
static ACTIVE: AtomicUsize = AtomicUsize::new(0);

/// Lives as long as a sandbox runs.
#[cfg(feature = "sandbox")]
#[derive(Debug)]
pub(crate) struct Guard(());

#[cfg(feature = "sandbox")]
impl Guard {
    pub(crate) fn enter() -> Self {
        ACTIVE.fetch_add(1, Ordering::SeqCst);
        Self(())
    }
}

#[cfg(feature = "sandbox")]
impl Drop for Guard {
    fn drop(&mut self) {
        ACTIVE.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Whether a client may send to this URL now.
///
/// # Errors
/// `sandbox_active`.
pub(crate) fn check(url: &Url) -> Result<()> {
    if ACTIVE.load(Ordering::SeqCst) == 0 || config::is_loopback(url) {
        return Ok(());
    }
    let host = url.host_str().unwrap_or_default();
    let message = format!(
        "a sandbox is active in this process, so nothing is sent to {host}: make the client \
         inside the test, or give it the sandbox's URL as its base URL"
    );
    Err(Error::configuration(ErrorCode::SandboxActive, message))
}
