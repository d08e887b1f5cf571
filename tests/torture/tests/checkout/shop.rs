//! A shop whose checkouts must go on.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use connectly_conversions::{Client, ErrorCode, Outbox, Sandbox};
use connectly_torture::process::Process;
use connectly_torture::role::{Role, Task};
use connectly_torture::{disk, event};
use tempfile::TempDir;

use crate::hanging::{Disk, Hanging};

/// No customer waits so long: the limit is 0.25 s, and a slow machine may take a while beyond it.
const TOO_LONG: Duration = Duration::from_secs(4);

/// Nothing that works takes this long.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Shop {
    pub(crate) path: PathBuf,
    pub(crate) disk: Disk,
    /// With the limit that it has unless told otherwise.
    pub(crate) outbox: Outbox,
    /// On the same store: tells what goes through at all, however slow the machine.
    pub(crate) patient: Outbox,
    _folder: TempDir,
}

impl Shop {
    pub(crate) fn open() -> Self {
        let folder = disk::folder();
        let (path, disk) = (folder.path().join("outbox.db"), Disk::default());
        let store = event::store(&path, Duration::ZERO);
        let store = Arc::new(Hanging { store, disk: disk.clone() });
        let outbox = event::outbox(&path).build_on(store.clone()).unwrap();
        let patient = event::outbox(&path).enqueue_timeout(PATIENCE).build_on(store).unwrap();
        Self { path, disk, outbox, patient, _folder: folder }
    }

    /// A shop that has taken orders before.
    pub(crate) async fn in_business() -> Self {
        let shop = Self::open();
        shop.takes("before").await;
        shop
    }

    /// Ten orders go through.
    pub(crate) async fn takes(&self, name: &str) {
        assert_eq!(checkouts(&self.patient, name).await, []);
    }

    /// Ten checkouts end in time though nothing can be written.
    pub(crate) async fn goes_on(&self, name: &str) {
        assert_eq!(checkouts(&self.outbox, name).await, [ErrorCode::OutboxTimeout; 10]);
    }

    /// Somebody else has locked the file.
    pub(crate) fn lock_holder(&self) -> Process {
        let program = Path::new(env!("CARGO_BIN_EXE_torture"));
        let (place, ahead, flaw) = (self.path.as_path().into(), 0, None);
        let holder = Process::start(program, &Role { place, ahead, flaw, task: Task::HoldLock });
        assert!(holder.steps(1, PATIENCE), "nobody holds the lock");
        holder
    }
}

/// Ten orders, each of which is durable or fails in time; gives the codes of those that failed.
async fn checkouts(outbox: &Outbox, name: &str) -> Vec<ErrorCode> {
    let names = (1..).map(|number| event::name(name, number));
    let mut failed = Vec::new();
    for order in names.filter(|name| event::has_order(name)).take(10) {
        let began = Instant::now();
        let enqueued = outbox.enqueue(&event::event(&order)).await;
        if let Err(error) = enqueued {
            assert!(began.elapsed() < TOO_LONG, "a checkout waited {:?}", began.elapsed());
            failed.push(error.code());
        }
    }
    failed
}

pub(crate) fn client(sandbox: &Sandbox) -> Client {
    let client = Client::builder().api_key("shop").business_id(event::BUSINESS);
    client.base_url(sandbox.url()).build().unwrap()
}
