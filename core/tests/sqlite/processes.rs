//! Many processes on one file.

use std::path::{Path, PathBuf};

use connectly_conversions::{ErrorCode, Outbox};

use crate::support::{Folder, builder, child, event, is_sound, wait};

const MARKER: &str = "CONNECTLY_TEST_FILE";
const PROCESSES: usize = 20;
const OF_EACH: usize = 5;

/// Each opens the file, writes and closes it, again and again.
fn write(file: &Path) {
    for number in 0..OF_EACH {
        let outbox: Outbox = builder(file).build().unwrap();
        let order = format!("{}-{number}", std::process::id());
        wait(async {
            // On a slow machine a turn may take longer than anybody waits for it.
            while let Err(error) = outbox.enqueue(&event(&order)).await {
                assert_eq!(error.code(), ErrorCode::OutboxBusy, "{error}");
            }
            outbox.close().await;
        });
    }
}

#[test]
fn twenty_processes_make_the_file_at_once_and_all_of_them_write() {
    let folder = Folder::new();
    let start = || child("processes::a_process_that_writes", MARKER, &folder.file());
    let children: Vec<_> = (0..PROCESSES).map(|_| start().spawn().unwrap()).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let counts = wait(folder.outbox().counts()).unwrap();
    assert_eq!(counts.pending, (PROCESSES * OF_EACH) as u64);
    assert!(is_sound(&folder.file()));
}

/// Not a test by itself.
#[test]
fn a_process_that_writes() {
    if let Some(file) = std::env::var_os(MARKER) {
        write(&PathBuf::from(file));
    }
}

/// Two in one process are two outboxes on one file, too: closing one leaves the other its locks.
#[test]
fn two_outboxes_of_one_process_do_not_disturb_each_other() {
    let folder = Folder::new();
    let (one, two) = (folder.outbox(), folder.outbox());
    wait(one.enqueue(&event("ORD-1"))).unwrap();
    assert!(wait(two.enqueue(&event("ORD-1"))).unwrap().duplicate);
    wait(two.close());
    let other = child("processes::a_process_that_writes", MARKER, &folder.file()).status();
    assert!(other.unwrap().success());
    wait(one.enqueue(&event("ORD-2"))).unwrap();
    assert_eq!(wait(one.counts()).unwrap().pending, 2 + OF_EACH as u64);
    assert!(is_sound(&folder.file()));
}
