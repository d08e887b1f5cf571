//! The file: who may read it, and that it is all there is.

use std::os::unix::fs::PermissionsExt as _;

use connectly_conversions::State;

use crate::support::{Folder, builder, event, look_into, wait};

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

#[test]
fn a_file_that_was_moved_away_is_whole_and_another_one_is_made() {
    let folder = Folder::new();
    let outbox = folder.outbox();
    wait(outbox.enqueue(&event("ORD-1"))).unwrap();
    let moved = folder.path().join("moved.db");
    std::fs::rename(folder.file(), &moved).unwrap();

    wait(outbox.enqueue(&event("ORD-2"))).unwrap();
    assert!(wait(outbox.status("ORD-1")).unwrap().is_none());
    assert!(wait(outbox.status("ORD-2")).unwrap().is_some());
    let of_moved = builder(&moved).build().unwrap();
    assert!(wait(of_moved.status("ORD-1")).unwrap().is_some());
    assert!(wait(of_moved.status("ORD-2")).unwrap().is_none());
}

#[test]
fn a_file_that_was_deleted_is_made_anew() {
    let folder = Folder::new();
    let outbox = folder.outbox();
    wait(outbox.enqueue(&event("ORD-1"))).unwrap();
    for name in ["outbox.db", "outbox.db-wal", "outbox.db-shm"] {
        std::fs::remove_file(folder.path().join(name)).unwrap();
    }
    assert!(!wait(outbox.enqueue(&event("ORD-1"))).unwrap().duplicate);
    assert_eq!(wait(outbox.counts()).unwrap().pending, 1);
}

#[test]
fn after_it_was_closed_the_file_alone_is_all_there_is() {
    let folder = Folder::new();
    let outbox = folder.outbox();
    wait(outbox.enqueue(&event("ORD-1"))).unwrap();
    wait(outbox.close());
    let copy = folder.path().join("copy.db");
    std::fs::copy(folder.file(), &copy).unwrap();
    assert!(wait(builder(&copy).build().unwrap().status("ORD-1")).unwrap().is_some());
}

#[test]
fn its_settings_are_those_of_the_design() {
    let folder = Folder::new();
    wait(folder.outbox().enqueue(&event("ORD-1"))).unwrap();
    let file = look_into(&folder.file());
    let number = |pragma: &str| file.pragma_query_value(None, pragma, |row| row.get(0)).unwrap();
    let mode: String = file.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    let (id, version): (i32, i32) = (number("application_id"), number("user_version"));
    assert_eq!((mode.as_str(), id, version), ("wal", i32::from_be_bytes(*b"CNCT"), 1));
}

#[test]
fn after_it_was_closed_it_is_opened_again_when_it_is_needed() {
    let folder = Folder::new();
    let outbox = folder.outbox();
    for number in 0..3 {
        wait(outbox.enqueue(&event(&format!("ORD-{number}")))).unwrap();
        wait(outbox.close());
    }
    assert_eq!(wait(outbox.counts()).unwrap().pending, 3);
}
