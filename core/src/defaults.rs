//! What options are unless given. Generated from `schema/surface.json` by `make generate`.

use std::time::Duration;

pub(crate) const API_KEY_VARIABLE: &str = "CONNECTLY_API_KEY";
pub(crate) const BUSINESS_ID_VARIABLE: &str = "CONNECTLY_BUSINESS_ID";
pub(crate) const BASE_URL: &str = "https://api.connectly.ai";
pub(crate) const BASE_URL_VARIABLE: &str = "CONNECTLY_BASE_URL";
pub(crate) const TIMEOUT: Duration = Duration::from_secs(15);
pub(crate) const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
pub(crate) const MAX_CONNECTIONS: usize = 100;
pub(crate) const RETRY_RETRIES: u32 = 2;
pub(crate) const RETRY_BASE: Duration = Duration::from_millis(250);
pub(crate) const RETRY_CAP: Duration = Duration::from_secs(4);
pub(crate) const CONCURRENCY: usize = 4;
#[cfg(feature = "sandbox")]
pub(crate) const WAIT_FOR_TIMEOUT: Duration = Duration::from_secs(10);
#[cfg(feature = "outbox")]
pub(crate) const OUTBOX_ENQUEUE_TIMEOUT: Duration = Duration::from_millis(250);
#[cfg(feature = "outbox")]
pub(crate) const OUTBOX_MAX_EVENTS: u64 = 1_000_000;
#[cfg(feature = "outbox")]
pub(crate) const OUTBOX_MAX_BYTES: u64 = 1_073_741_824;
#[cfg(feature = "outbox")]
pub(crate) const OUTBOX_GIVE_UP_AFTER: Duration = Duration::from_secs(604_800);
#[cfg(feature = "outbox")]
pub(crate) const OUTBOX_KEEP_PAYLOADS: Duration = Duration::from_secs(2_592_000);
#[cfg(feature = "outbox")]
pub(crate) const WORKER_CONCURRENCY: usize = 4;
pub(crate) const LANDING_MAX_AGE: Duration = Duration::from_secs(7_776_000);
