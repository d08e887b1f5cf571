//! The outbox, on a server like any other.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use connectly_conversions::binding::{Attempt, Sender};
use connectly_conversions::{ConversionEvent, Outbox, Receipt, TrackingParams};
use connectly_test_postgres::Database;
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

pub(crate) const BUSINESS: &str = "3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a";

/// An API that takes every event after this time.
#[derive(Clone, Copy)]
pub(crate) struct Api(pub(crate) Duration);

impl Sender for Api {
    async fn post(&self, _: Bytes, _: Instant) -> Attempt {
        if !self.0.is_zero() {
            sleep(self.0).await;
        }
        Ok(Receipt::new(1, 200, String::new()))
    }
}

/// An outbox, and the thread that asks it.
pub(crate) struct Own {
    pub(crate) outbox: Outbox,
    runtime: Runtime,
}

impl Own {
    pub(crate) fn new(url: &str) -> Self {
        let outbox = Outbox::builder(url).business_id(BUSINESS).max_events(u64::MAX);
        let outbox = outbox.max_bytes(1 << 40).enqueue_timeout(Duration::from_secs(60));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { outbox: outbox.build().unwrap(), runtime }
    }

    pub(crate) fn enqueue(&self, events: &[ConversionEvent]) {
        self.runtime.block_on(async {
            for event in events {
                self.outbox.enqueue(event).await.unwrap();
            }
        });
    }

    /// Makes the tables.
    pub(crate) fn prepare(&self) {
        self.runtime.block_on(self.outbox.counts()).unwrap();
    }

    /// Delivers so many events, so many at a time.
    pub(crate) fn drain(&self, events: usize, at_a_time: usize, api: Api) {
        let (count, enough) = (AtomicUsize::new(0), Arc::new(Notify::new()));
        let is_enough = Arc::clone(&enough);
        let worker = self.outbox.worker(api).concurrency(at_a_time).on_attempt(move |_| {
            if count.fetch_add(1, Ordering::Relaxed) + 1 >= events {
                is_enough.notify_one();
            }
        });
        let worker = worker.build().unwrap();
        self.runtime.block_on(async {
            let stop = async {
                enough.notified().await;
                worker.stop(Duration::from_secs(10));
            };
            tokio::join!(worker.run(), stop);
        });
    }
}

/// So many events that wait, as old as theirs, and as `enqueue` writes them.
pub(crate) fn fill(database: &Database<'_>, rows: i64) {
    let statement = format!(
        "INSERT INTO connectly_outbox (business_id, event_name, conversion_key, content_hash,
             tracking_hash, has_order_id, state, due_at, lease_no, attempts, lost_claims,
             lone_refusals, enqueued_at, forget, order_id, event_time, currency, value, wire)
         SELECT '{BUSINESS}', 'Purchase', sha256(('key' || n)::bytea), sha256(n::text::bytea),
             sha256(('trk' || n)::bytea), true, 'pending', now_ms - 3600000, 0, 0, 0, 0,
             now_ms - 3600000, false, 'ORD-' || n, now_ms / 1000, 'USD', '99.97',
             (repeat('x', 420) || n)::bytea
         FROM generate_series((SELECT coalesce(max(id), 0) + 1 FROM connectly_outbox),
                  (SELECT coalesce(max(id), 0) FROM connectly_outbox) + {rows}) n,
              (SELECT (extract(epoch FROM now()) * 1000)::bigint AS now_ms) clock"
    );
    database.sql(&statement).unwrap();
    database.sql("VACUUM ANALYZE connectly_outbox").unwrap();
    database.sql("CHECKPOINT").unwrap();
}

/// Ends a hundred thousand of them, as a worker does; what they were stays as long as somebody may
/// still see it.
pub(crate) const CHURN: &str = "UPDATE connectly_outbox SET state = 'accepted', due_at = NULL, \
    finished_at = enqueued_at, attempts = 1, status = 200 WHERE id IN (SELECT id FROM connectly_outbox \
    WHERE state = 'pending' ORDER BY due_at, id LIMIT 100000)";

/// The documentation's example.
pub(crate) fn event(order_id: &str) -> ConversionEvent {
    let tracking = TrackingParams::new(order_id, "so-4815162342", "ARAkLkA8rmlFeiCktEJQ", "1202");
    ConversionEvent::purchase(tracking.unwrap(), order_id, "USD", "99.97").build().unwrap()
}
