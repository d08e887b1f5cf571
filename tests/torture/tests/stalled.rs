//! Fencing: a worker that stood still while its lease passed on changes nothing when it goes on.

// Helpers of tests say what they expect by failing.
#![allow(clippy::unwrap_used)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};

use connectly_conversions::{Record, Sandbox, State};
use connectly_torture::flaw::Flaw;
use connectly_torture::process::Process;
use connectly_torture::role::{Role, Task};
use connectly_torture::{disk, event};
use nix::sys::signal::Signal;

const ORDER: &str = "order-1";
const LEASE_IS_OVER: u64 = 61_000;
const LONGER_THAN_ANY_WAIT: u64 = 2 * 3_600_000;

/// An API that answers when it is told to.
struct SlowApi(TcpListener);

impl SlowApi {
    fn start() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    fn url(&self) -> String {
        format!("http://{}", self.0.local_addr().unwrap())
    }

    /// Waits for a request and reads it.
    fn request(&self) -> TcpStream {
        let (mut stream, mut request) = (self.0.accept().unwrap().0, Vec::new());
        // An event ends so, and nothing else in a request does.
        while !request.ends_with(b"}}") {
            let mut part = [0; 4_096];
            let read = stream.read(&mut part).unwrap();
            assert!(read > 0, "the worker has hung up");
            request.extend_from_slice(&part[..read]);
        }
        stream
    }
}

struct Shop {
    path: PathBuf,
    runtime: tokio::runtime::Runtime,
}

impl Shop {
    fn worker(&self, url: &str, ahead: u64, flaw: Option<Flaw>) -> Process {
        let task = Task::Work { url: url.to_owned(), until_empty: true };
        let role = Role { place: self.path.as_path().into(), ahead, flaw, task };
        Process::start(Path::new(env!("CARGO_BIN_EXE_torture")), &role)
    }

    fn enqueue(&self) {
        let outbox = event::outbox(&self.path).build().unwrap();
        self.runtime.block_on(async {
            outbox.enqueue(&event::event(ORDER)).await.unwrap();
            outbox.close().await;
        });
    }

    fn status(&self) -> Record {
        let outbox = event::outbox(&self.path).build().unwrap();
        self.runtime.block_on(async {
            let record = outbox.status(ORDER).await.unwrap().unwrap();
            outbox.close().await;
            record
        })
    }
}

/// One worker is refused the event, but stands still before it can tell; its lease passes on, and
/// another worker delivers the event. Then the first one goes on.
fn overtaken(flaw: Option<Flaw>) -> Record {
    let folder = disk::folder();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let shop = Shop { path: folder.path().join("outbox.db"), runtime };
    shop.enqueue();
    let (api, sandbox) = (SlowApi::start(), Sandbox::start().unwrap());
    let stalled = shop.worker(&api.url(), 0, flaw);
    let mut request = api.request();
    stalled.signal(Signal::SIGSTOP);
    for ahead in [LEASE_IS_OVER, LONGER_THAN_ANY_WAIT] {
        let _ = shop.worker(sandbox.url(), ahead, None).finish();
    }
    assert_eq!(shop.status().state, State::Accepted, "delivered by the other one");
    request.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}").unwrap();
    stalled.signal(Signal::SIGCONT);
    let _ = stalled.finish();
    shop.status()
}

#[test]
fn what_a_stalled_worker_tells_too_late_changes_nothing() {
    let record = overtaken(None);
    assert_eq!((record.state, record.code, record.attempts), (State::Accepted, None, 2));
}

#[test]
fn a_worker_without_fencing_is_caught() {
    let record = overtaken(Some(Flaw::IgnoresFencing));
    assert_ne!(record.state, State::Accepted);
}
