//! A disk without a byte left: nothing that was taken is lost, and delivery goes on.

use std::fs::{File, metadata};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use connectly_conversions::{DeliverOptions, ErrorCode, Sandbox};

use crate::support::{Folder, builder, child, client, event, is_sound, wait};

const MARKER: &str = "CONNECTLY_TEST_SMALL_DISK";
const ROOM: u64 = 4 << 20;

/// Runs a function of this file on a disk of 12 MiB, in a mount namespace of its own. Where the
/// kernel refuses that, this fails.
fn on_a_small_disk(test: &str) {
    let folder = Folder::new();
    let inner = child(test, MARKER, folder.path());
    let status = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c"])
        .arg("mount -t tmpfs -o size=12m tmpfs \"$0\" && exec \"$@\"")
        .arg(folder.path())
        .arg(inner.get_program())
        .args(inner.get_args())
        .env(MARKER, folder.path())
        .status()
        .unwrap();
    assert!(status.success());
}

fn disk() -> Option<PathBuf> {
    std::env::var_os(MARKER).map(PathBuf::from)
}

/// Takes all that is left, or so much.
fn fill(path: &Path, most: usize) {
    let mut file = File::create(path).unwrap();
    let mut left = most;
    while left > 0 {
        match file.write(&vec![1; left.min(4 << 10)]) {
            Ok(written) => left -= written,
            Err(error) if error.kind() == ErrorKind::StorageFull => return,
            Err(error) => panic!("{error}"),
        }
    }
}

/// Enqueues until the disk is full; gives the orders that were taken.
fn enqueue_until_full(outbox: &connectly_conversions::Outbox) -> Vec<String> {
    let mut orders = Vec::new();
    loop {
        let order = format!("ORD-{}", orders.len());
        match wait(outbox.enqueue(&event(&order))) {
            Ok(_) => orders.push(order),
            Err(error) => {
                assert_eq!(error.code(), ErrorCode::OutboxDiskFull, "{error}");
                return orders;
            }
        }
    }
}

fn received(sandbox: &Sandbox) -> Vec<String> {
    let received = sandbox.received();
    received.into_iter().filter_map(|event| event.order_id).collect()
}

#[test]
fn what_was_taken_is_delivered_and_nothing_new_is_taken() {
    on_a_small_disk("full::delivery_on_a_full_disk");
}

/// Not a test by itself.
#[test]
fn delivery_on_a_full_disk() {
    let Some(disk) = disk() else { return };
    let (file, rest) = (disk.join("outbox.db"), disk.join("rest"));
    let (outbox, sandbox) = (builder(&file).build().unwrap(), Sandbox::start().unwrap());
    fill(&disk.join("others"), 5 << 20);
    let mut orders = enqueue_until_full(&outbox);
    fill(&rest, usize::MAX);
    let full = wait(outbox.enqueue(&event("one more"))).unwrap_err();
    assert_eq!(full.code(), ErrorCode::OutboxDiskFull);
    assert!(orders.len() > 20, "{}", orders.len());
    assert_eq!(wait(outbox.counts()).unwrap().pending, orders.len() as u64);
    assert_eq!(metadata(disk.join("outbox.db-reserve")).unwrap().len(), ROOM);

    wait(outbox.deliver(&client(&sandbox), DeliverOptions::default())).unwrap();
    let mut delivered = received(&sandbox);
    delivered.sort();
    orders.sort();
    assert_eq!(delivered, orders, "each once");
    let counts = wait(outbox.counts()).unwrap();
    assert_eq!((counts.accepted, counts.pending), (orders.len() as u64, 0));

    // Once there is room again, events are taken again, and room is kept again.
    std::fs::remove_file(&rest).unwrap();
    std::fs::remove_file(disk.join("others")).unwrap();
    wait(outbox.enqueue(&event("one more"))).unwrap();
    assert_eq!(metadata(disk.join("outbox.db-reserve")).unwrap().len(), ROOM);
    wait(outbox.close());
    assert!(is_sound(&file));
}

/// The proof above would tell: without the room that is kept, delivery cannot go on.
#[test]
fn without_the_room_that_is_kept_delivery_stands_still() {
    on_a_small_disk("full::delivery_without_room");
}

/// Not a test by itself.
#[test]
fn delivery_without_room() {
    let Some(disk) = disk() else { return };
    let (file, rest) = (disk.join("outbox.db"), disk.join("rest"));
    let (outbox, sandbox) = (builder(&file).build().unwrap(), Sandbox::start().unwrap());
    fill(&disk.join("others"), 5 << 20);
    let orders = enqueue_until_full(&outbox);
    std::fs::remove_file(disk.join("outbox.db-reserve")).unwrap();
    fill(&rest, usize::MAX);
    let full = wait(outbox.deliver(&client(&sandbox), DeliverOptions::default())).unwrap_err();
    assert_eq!(full.code(), ErrorCode::OutboxDiskFull);
    assert_eq!(received(&sandbox), [""; 0]);

    // And still nothing is lost.
    std::fs::remove_file(&rest).unwrap();
    wait(outbox.deliver(&client(&sandbox), DeliverOptions::default())).unwrap();
    assert_eq!(received(&sandbox).len(), orders.len());
}
