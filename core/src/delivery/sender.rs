//! What delivery needs of the world.

use bytes::Bytes;
use tokio::time::Instant;

use super::failure::Failure;
use super::receipt::Receipt;

/// What came of one request.
pub type Attempt = Result<Receipt, Failure>;

/// Something that can make one request.
pub trait Sender: Sync {
    /// The business that it sends for, in lower case with hyphens; `None` where any would do.
    fn business_id(&self) -> Option<&str> {
        None
    }

    /// Whether it sends nothing any more.
    fn is_closed(&self) -> bool {
        false
    }

    /// Posts the bytes of one event, once, and reads the answer. Ends at `until` at the latest.
    fn post(&self, wire: Bytes, until: Instant) -> impl Future<Output = Attempt> + Send;
}
