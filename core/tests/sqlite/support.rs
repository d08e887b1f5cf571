//! A folder of the test's own, and what is stored in it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use connectly_conversions::{ConversionEvent, Outbox, OutboxBuilder, TrackingParams};

pub(crate) const BUSINESS: &str = "3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a";

/// A folder that is deleted in the end.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("connectly-sqlite-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.join("outbox.db")
    }

    pub(crate) fn outbox(&self) -> Outbox {
        builder(&self.file()).build().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn builder(file: &Path) -> OutboxBuilder {
    let url = format!("sqlite://{}", file.display());
    // A busy machine is no reason to fail.
    Outbox::builder(&url).business_id(BUSINESS).enqueue_timeout(std::time::Duration::from_secs(60))
}

pub(crate) fn event(order_id: &str) -> ConversionEvent {
    let tracking = TrackingParams::new(format!("tracking-of-{order_id}"), "s", "c", "1").unwrap();
    ConversionEvent::purchase(tracking, order_id, "USD", "99.97").build().unwrap()
}

/// Runs something that waits, without a runtime: the store has a thread of its own.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}
