//! Jobs that a test can look into, for every store, and what is put into one.

use std::sync::mpsc::{Receiver, Sender, channel};

use connectly_conversions::binding::{Job, Kind, Store, Table, Undo};
use connectly_conversions::{Client, ConversionEvent, Result, Sandbox, TrackingParams};

pub(crate) const BUSINESS: &str = "3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a";

pub(crate) fn event(order_id: &str) -> ConversionEvent {
    let tracking = TrackingParams::new(format!("tracking-of-{order_id}"), "s", "c", "1").unwrap();
    ConversionEvent::purchase(tracking, order_id, "USD", "99.97").build().unwrap()
}

pub(crate) fn client(sandbox: &Sandbox) -> Client {
    Client::builder()
        .api_key("key-1")
        .business_id(BUSINESS)
        .base_url(sandbox.url())
        .build()
        .unwrap()
}

/// Waits for something that the store's thread does.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

/// What a test does in the store's thread.
struct Ask<F> {
    kind: Kind,
    body: F,
    settled: Sender<Result<()>>,
}

impl<F: FnMut(&mut dyn Table) -> Result<(), Undo> + Send> Job for Ask<F> {
    fn kind(&self) -> Kind {
        self.kind
    }

    fn is_wanted(&self) -> bool {
        true
    }

    fn run(&mut self, table: &mut dyn Table) -> Result<(), Undo> {
        (self.body)(table)
    }

    fn settle(self: Box<Self>, committed: Result<()>) {
        self.settled.send(committed).unwrap();
    }
}

/// Hands in a job; what it gives tells when it is settled.
pub(crate) fn submit(
    store: &dyn Store,
    kind: Kind,
    body: impl FnMut(&mut dyn Table) -> Result<(), Undo> + Send + 'static,
) -> Receiver<Result<()>> {
    let (settled, receiver) = channel();
    store.submit(Box::new(Ask { kind, body, settled }));
    receiver
}

/// Does something with the tables and gives what came of it.
pub(crate) fn ask<T: Send + 'static>(
    store: &dyn Store,
    kind: Kind,
    mut body: impl FnMut(&mut dyn Table) -> Result<T> + Send + 'static,
) -> T {
    let (answer, answers) = channel();
    let settled = submit(store, kind, move |table| {
        let done = body(table).map_err(|_| Undo)?;
        answer.send(done).map_err(|_| Undo)
    });
    settled.recv().unwrap().unwrap();
    answers.recv().unwrap()
}

/// A job that holds the thread until the function has handed in its own.
pub(crate) fn while_busy(store: &dyn Store, kind: Kind, submit_others: impl FnOnce()) {
    let ((began, has_begun), (release, end)) = (channel(), channel());
    let settled = submit(store, kind, move |_| {
        began.send(()).unwrap();
        end.recv().unwrap();
        Ok(())
    });
    has_begun.recv().unwrap();
    submit_others();
    release.send(()).unwrap();
    settled.recv().unwrap().unwrap();
}
