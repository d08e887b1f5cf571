//! Files that are no outbox, or that cannot be used.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};

use connectly_conversions::{Error, ErrorCode, ErrorKind};

use crate::support::{Folder, builder, child, child_of, event, look_into, wait};

const FOREIGN: &str = "CONNECTLY_TEST_FOREIGN_FILE";
const EXPECTED: &str = "CONNECTLY_TEST_EXPECTED_LOCK";
const READ_ONLY: &str = "CONNECTLY_TEST_READ_ONLY";

fn enqueue(file: &Path) -> Result<(), Error> {
    wait(builder(file).build().unwrap().enqueue(&event("ORD-1"))).map(|_| ())
}

fn refusal(file: &Path) -> ErrorCode {
    let error = enqueue(file).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Outbox);
    assert!(!error.message().contains('\n'), "{error}");
    error.code()
}

#[test]
fn a_folder_that_is_not_there_is_not_made() {
    let folder = Folder::new();
    let file = folder.path().join("no/outbox.db");
    assert_eq!(refusal(&file), ErrorCode::OutboxUnavailable);
    assert_eq!(refusal(folder.path()), ErrorCode::OutboxUnavailable);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_database_of_something_else_is_left_as_it_is() {
    for pragma in ["", "PRAGMA application_id = 7;", "PRAGMA journal_mode = WAL;"] {
        let folder = Folder::new();
        let shop = look_into(&folder.file());
        shop.execute_batch(&format!("{pragma} CREATE TABLE orders (id); PRAGMA user_version = 3"))
            .unwrap();
        drop(shop);
        let before = fs::read(folder.file()).unwrap();
        assert_eq!(refusal(&folder.file()), ErrorCode::OutboxForeign, "{pragma}");
        assert_eq!(fs::read(folder.file()).unwrap(), before, "{pragma}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{pragma}");
    }
}

/// To close a file lets go of every lock that the process has on it.
#[test]
fn the_program_whose_database_it_is_keeps_its_locks() {
    let folder = Folder::new();
    let shop = look_into(&folder.file());
    shop.execute_batch("CREATE TABLE orders (id); BEGIN IMMEDIATE").unwrap();
    assert_eq!(refusal(&folder.file()), ErrorCode::OutboxForeign);
    assert!(is_told("locked", &folder.file()));
    // And the lock is why.
    shop.execute_batch("COMMIT").unwrap();
    assert!(is_told("free", &folder.file()));
}

/// Whether another process finds the file so.
fn is_told(state: &str, file: &Path) -> bool {
    let mut other = child("refused::a_process_that_wants_the_lock", FOREIGN, file);
    other.env(EXPECTED, state).status().unwrap().success()
}

/// Not a test by itself.
#[test]
fn a_process_that_wants_the_lock() {
    let Some(file) = std::env::var_os(FOREIGN) else { return };
    let shop = look_into(&PathBuf::from(file));
    shop.busy_timeout(std::time::Duration::ZERO).unwrap();
    let state = match shop.execute_batch("BEGIN IMMEDIATE") {
        Ok(()) => "free",
        Err(error) => {
            assert_eq!(error.sqlite_error_code(), Some(rusqlite::ErrorCode::DatabaseBusy));
            "locked"
        }
    };
    assert_eq!(std::env::var(EXPECTED).as_deref(), Ok(state));
}

#[test]
fn what_is_no_database_is_left_as_it_is() {
    let folder = Folder::new();
    let text = "orders of the year\n".repeat(500);
    fs::write(folder.file(), &text).unwrap();
    assert_eq!(refusal(&folder.file()), ErrorCode::OutboxCorrupt);
    assert_eq!(fs::read_to_string(folder.file()).unwrap(), text);
}

#[test]
fn a_damaged_file_is_said_to_be_damaged() {
    let folder = Folder::new();
    let outbox = folder.outbox();
    let events = (0..50).map(|number| event(&format!("ORD-{number}")));
    wait(outbox.enqueue_many(events)).unwrap();
    wait(outbox.close());
    let mut bytes = fs::read(folder.file()).unwrap();
    // Every page but the first, which says what the file is.
    bytes[4_096..].fill(0xa5);
    fs::write(folder.file(), &bytes).unwrap();
    assert_eq!(refusal(&folder.file()), ErrorCode::OutboxCorrupt);
}

/// As a user who may read and not write.
fn as_a_reader(file: &Path) {
    // Where this program lies, others may have no right to go.
    let public = Folder::new();
    let program = public.path().join("program");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    let test = "refused::a_process_that_may_not_write";
    let mut reader = child_of(&program, test, READ_ONLY, file);
    // Root may write everywhere; nobody may not.
    if fs::metadata(file.parent().unwrap()).unwrap().uid() == 0 {
        reader.uid(65_534).gid(65_534).current_dir("/");
    }
    assert!(reader.status().unwrap().success());
}

/// Not a test by itself.
#[test]
fn a_process_that_may_not_write() {
    let Some(file) = std::env::var_os(READ_ONLY) else { return };
    assert_eq!(refusal(&PathBuf::from(file)), ErrorCode::OutboxUnavailable);
}

#[test]
fn a_file_that_is_read_only_is_not_available() {
    let folder = Folder::new();
    let outbox = folder.outbox();
    wait(outbox.enqueue(&event("ORD-0"))).unwrap();
    wait(outbox.close());
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    fs::set_permissions(folder.file(), fs::Permissions::from_mode(0o444)).unwrap();
    as_a_reader(&folder.file());
}

#[test]
fn a_folder_that_is_read_only_is_not_available() {
    let folder = Folder::new();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
    as_a_reader(&folder.file());
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
}
