//! The servers run, and end with whoever started them.

#![allow(clippy::unwrap_used, reason = "tests")]

use connectly_test_postgres::{Bouncer, Server, server};

#[test]
fn a_server_answers_and_is_gone_when_it_is_dropped() {
    let server = Server::start(&[("work_mem", "1MB")]).unwrap();
    let folder = server.folder().to_owned();
    let database = server.database().unwrap();
    assert_eq!(database.sql("SHOW work_mem").unwrap(), "1MB");
    server.stop().unwrap();
    assert!(database.sql("SELECT 1").is_err());
    server.go_on().unwrap();
    assert_eq!(database.sql("SELECT 1, 'two'").unwrap(), "1|two");
    drop(server);
    assert!(!folder.exists());
}

#[test]
fn a_bouncer_starts() {
    let database = server().unwrap().database().unwrap();
    let bouncer = Bouncer::start(&database).unwrap();
    assert!(bouncer.url(&database).ends_with(database.name()));
}
