//! The file: who may read it, and that it is all there is.

use std::os::unix::fs::PermissionsExt as _;

use connectly_conversions::State;

use crate::support::{Folder, event, wait};

#[test]
fn what_was_enqueued_is_there_after_it_was_opened_anew() {
    let folder = Folder::new();
    let first = folder.outbox();
    let enqueued = wait(first.enqueue(&event("ORD-1"))).unwrap();
    assert!(!enqueued.duplicate);
    wait(first.close());
    drop(first);

    let second = folder.outbox();
    let record = wait(second.status("ORD-1")).unwrap().unwrap();
    assert_eq!((record.id, record.state), (enqueued.id, State::Pending));
    assert!(wait(second.enqueue(&event("ORD-1"))).unwrap().duplicate);
    assert_eq!(wait(second.counts()).unwrap().pending, 1);
}

#[test]
fn nothing_is_opened_before_the_first_use() {
    let folder = Folder::new();
    let outbox = folder.outbox();
    wait(outbox.close());
    drop(outbox);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn the_file_and_what_lies_beside_it_are_for_their_owner_alone() {
    let folder = Folder::new();
    let outbox = folder.outbox();
    wait(outbox.enqueue(&event("ORD-1"))).unwrap();
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{entry:?}");
        names.push(entry.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(names, ["outbox.db", "outbox.db-reserve", "outbox.db-shm", "outbox.db-wal"]);
}
