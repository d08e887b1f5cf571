//! Twenty processes that connect, write and close without pause; `make torture` lets them go on for
//! minutes.

use std::path::Path;
use std::time::Duration;

use connectly_torture::crowd::Crowd;
use connectly_torture::ground::Kind;
use connectly_torture::rest;

#[test]
fn a_crowd_neither_damages_the_file_nor_leaves_a_lock() {
    let seed = fastrand::u64(..1 << 32);
    let crowd = Crowd { kind: Kind::Sqlite, seed, visits: 5, time: Duration::ZERO };
    let crowded = crowd.play(Path::new(env!("CARGO_BIN_EXE_torture")));
    assert!(crowded.problems.is_empty(), "seed {seed}: {:#?}", crowded.problems);
    // Each came at least once.
    assert!(crowded.acknowledged >= 20, "{} events only", crowded.acknowledged);
}

#[test]
fn a_damaged_file_is_caught() {
    let folder = connectly_torture::disk::folder();
    let path = folder.path().join("outbox.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch("CREATE TABLE t(a, b); CREATE INDEX i ON t(a)").unwrap();
    for number in 0..1_000 {
        connection.execute("INSERT INTO t VALUES (?1, zeroblob(50))", [number]).unwrap();
    }
    drop(connection);
    assert_eq!(rest::integrity(&path), "ok");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4_096].fill(0xff);
    std::fs::write(&path, bytes).unwrap();
    assert_ne!(rest::integrity(&path), "ok");
}

#[test]
fn a_lock_that_stays_is_caught() {
    let folder = connectly_torture::disk::folder();
    let path = folder.path().join("outbox.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t(a)").unwrap();
    assert_eq!(rest::locked(&path), None);
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(rest::locked(&path).as_deref(), Some("database is locked"));
}
