//! How many round trips an event costs, and that no question walks through the table.

mod claims;
mod plans;
mod trips;

use std::time::Duration;

use connectly_test_postgres::Database;

use super::address::Address;
use super::connection::Connection;
use super::schema::{self, Begin};

const BUSINESS: &str = "3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a";
const BEGIN: &str = "BEGIN";

fn database() -> Database<'static> {
    connectly_test_postgres::server().unwrap().database().unwrap()
}

/// With tables in it.
fn open(database: &Database<'_>) -> Connection {
    let address = Address::read(&database.url()).unwrap();
    let connection = Connection::open(&address, Duration::from_secs(60)).unwrap();
    schema::prepare(&connection, &Begin { sql: BEGIN, schema: None }).unwrap();
    connection
}
