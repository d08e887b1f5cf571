//! Somebody who opened a transaction and went for lunch.

use std::io::Read;
use std::path::Path;

use rusqlite::Connection;

use crate::line::Line;

pub(super) fn hold(path: &Path) {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    Line::Ready.tell();
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    connection.execute_batch("ROLLBACK").unwrap();
}
