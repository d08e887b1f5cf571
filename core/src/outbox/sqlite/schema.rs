//! The tables, and their versions.

use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior};

use crate::error::ErrorCode;
use crate::outbox::failure::Failure;

/// `CNCT`: the file is an outbox.
pub(super) const APPLICATION_ID: i32 = 0x434e_4354;

/// One step a version. Each only adds.
const STEPS: [&str; 1] = [include_str!("../../../schema/outbox.sqlite.sql")];

/// The version of the tables that this release knows.
#[expect(clippy::cast_possible_wrap, reason = "a few steps")]
const VERSION: i64 = STEPS.len() as i64;

/// What a file says of its tables.
struct Found {
    version: i64,
    readable_by: i64,
    is_ours: bool,
}

/// Whether the file is an outbox already; one that is neither that nor empty is refused.
pub(super) fn is_made(connection: &Connection) -> Result<bool, Failure> {
    // In this order: another process may make them between the two questions, both at once.
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let id: i32 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    if id == APPLICATION_ID {
        return Ok(true);
    }
    if id == 0 && tables == 0 {
        return Ok(false);
    }
    Err(foreign())
}

/// The file is of something else.
pub(super) fn foreign() -> Failure {
    let message = "the file is a database of something else; it was left as it is";
    Failure::new(ErrorCode::OutboxForeign, message)
}

/// Brings the tables to this release's version, in one transaction with the question which one
/// they have: many processes may come at once.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), Failure> {
    if is_made(connection)? && check(connection)? {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version = if is_made(&transaction)? { version(&transaction)?.version } else { 0 };
    for step in STEPS.iter().skip(usize::try_from(version).unwrap_or(0)) {
        transaction.execute_batch(step)?;
    }
    if version < VERSION {
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
    }
    transaction.commit()?;
    Ok(())
}

/// Whether the tables are as they must be; `false` where they have to be migrated.
pub(super) fn check(connection: &Connection) -> Result<bool, Failure> {
    let found = version(connection)?;
    if found.version > VERSION && found.readable_by > VERSION {
        let message = format!(
            "a newer release made the outbox's tables: they are of version {}, and this release \
             knows version {VERSION}",
            found.version
        );
        return Err(Failure::new(ErrorCode::OutboxTooNew, message));
    }
    if !found.is_ours {
        return Err(foreign());
    }
    Ok(found.version >= VERSION)
}

fn version(connection: &Connection) -> Result<Found, Failure> {
    let mut question = connection.prepare_cached(
        "SELECT version, readable_by, owner = 'core' FROM connectly_outbox_control
         WHERE business_id = ''",
    )?;
    let found = question.query_row([], |row| {
        Ok(Found { version: row.get(0)?, readable_by: row.get(1)?, is_ours: row.get(2)? })
    });
    found.optional()?.ok_or_else(|| {
        Failure::new(ErrorCode::OutboxCorrupt, "the outbox's tables do not tell their version")
    })
}
