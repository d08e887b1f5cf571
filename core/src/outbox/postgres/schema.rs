//! The tables, and their versions.

use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::columns::{COLUMNS, CONTROL_COLUMNS};
use super::connection::{Connection, Statement};
use super::failure::Broken;
use crate::error::ErrorCode;
use crate::outbox::state::Millis;

/// One step a version. Each only adds.
const STEPS: [&str; 1] = [include_str!("../../../schema/outbox.postgres.sql")];

/// The version of the tables that this release knows.
#[expect(clippy::cast_possible_wrap, clippy::cast_possible_truncation, reason = "a few steps")]
const VERSION: i32 = STEPS.len() as i32;

/// Whoever makes tables waits for whoever makes some in the same database. `CNCT`.
const LOCK: i64 = 0x434e_4354;

/// Whether both tables are there, and whether one is, where unqualified names lead. Whoever reads
/// from `pg_class` is first told what others have made since its transaction began.
const ARE_MADE: &str = "
    SELECT count(*) = 2, count(*) > 0 FROM pg_class
    WHERE oid IN (to_regclass('connectly_outbox_control'), to_regclass('connectly_outbox'))";

/// The tables' version, and the time in milliseconds. It also sees to it that a commit waits for
/// the disk, whatever the server's setting is.
pub(super) const CHECK: &str = "
    SELECT version, readable_by, owner,
        (extract(epoch FROM clock_timestamp()) * 1000)::bigint,
        CASE WHEN current_setting('synchronous_commit') = 'off'
            THEN set_config('synchronous_commit', 'on', true) END
    FROM connectly_outbox_control WHERE business_id = ''";

/// Columns that are not as this release needs them.
const MISSING: &str = "
    SELECT string_agg(wanted.of || '.' || wanted.name, ', ')
    FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (of, name, type)
    WHERE NOT EXISTS (SELECT FROM pg_attribute AS found
        WHERE found.attrelid = to_regclass(wanted.of) AND found.attname = wanted.name
            AND NOT found.attisdropped AND found.atttypid::regtype::text = wanted.type)";

/// What a transaction begins with.
pub(super) struct Begin<'a> {
    pub(super) sql: &'a str,
    pub(super) schema: Option<&'a str>,
}

/// Brings the tables to this release's version if they are ours, and checks them. Many processes
/// may come at once.
pub(super) fn prepare(on: &Connection, begin: &Begin<'_>) -> Result<(), Broken> {
    if !(are_made(on, begin.sql)? && version(&ask(on, "", plain(CHECK))?)? >= VERSION) {
        on.run("ROLLBACK")?;
        on.run(&format!("{}; SELECT pg_advisory_xact_lock({LOCK})", begin.sql))?;
        migrate(on, begin.schema)?;
    }
    check_columns(on)?;
    on.run("COMMIT")
}

fn migrate(on: &Connection, schema: Option<&str>) -> Result<(), Broken> {
    let mut version = 0;
    if are_made(on, "")? {
        version = self::version(&ask(on, "", plain(CHECK))?)?;
    } else if let Some(schema) = schema {
        on.run(&format!("CREATE SCHEMA IF NOT EXISTS {schema}"))?;
    }
    for step in STEPS.iter().skip(usize::try_from(version).unwrap_or(0)) {
        on.run(step)?;
    }
    if version == 0 {
        on.run(&format!(
            "INSERT INTO connectly_outbox_control (business_id, version, readable_by, owner)
             VALUES ('', {VERSION}, 1, 'core')"
        ))?;
    }
    Ok(())
}

fn are_made(on: &Connection, first: &str) -> Result<bool, Broken> {
    let found = ask(on, first, plain(ARE_MADE))?;
    let found = found.first().map(|row| Ok::<_, Broken>((row.try_get(0)?, row.try_get(1)?)));
    match found.transpose()?.unwrap_or((false, false)) {
        (are_made, any) if are_made == any => Ok(are_made),
        _ => Err(foreign("only one of its two tables is there")),
    }
}

/// What one statement finds.
fn ask(on: &Connection, first: &str, of: Statement<'_>) -> Result<Vec<Row>, Broken> {
    Ok(on.ask(first, &[of])?.pop().unwrap_or_default())
}

/// A statement without values.
pub(super) fn plain(sql: &str) -> Statement<'_> {
    Statement { sql, params: Vec::new() }
}

/// What [`CHECK`] has found of tables that this release works with: the server's clock.
pub(super) fn check(found: &[Row]) -> Result<Millis, Broken> {
    match version(found)? {
        VERSION.. => Ok(found[0].try_get(3)?),
        // They were replaced by older ones while they were worked with.
        _ => Err(Broken::new(ErrorCode::OutboxFailed, "the outbox's tables are not as they were")),
    }
}

/// The version of tables that this release can work with, once they are migrated if they are older
/// and the core's.
fn version(found: &[Row]) -> Result<i32, Broken> {
    let row = found.first().ok_or_else(|| foreign("its tables do not tell their version"))?;
    let version = row.try_get::<_, Option<i32>>(0)?.unwrap_or(0);
    let readable_by = row.try_get::<_, Option<i32>>(1)?.unwrap_or(version);
    let owner: Option<&str> = row.try_get(2)?;
    if version > VERSION && readable_by > VERSION {
        let message = format!(
            "a newer release made the outbox's tables: they are of version {version}, and this \
             release knows version {VERSION}"
        );
        return Err(Broken::new(ErrorCode::OutboxTooNew, message));
    }
    match owner {
        Some("core") => {}
        Some("django") if version >= VERSION => {}
        Some("django") => return Err(foreign("its tables are Django's: run its migrations")),
        _ => return Err(foreign("its tables are of somebody who is not known")),
    }
    Ok(version)
}

fn check_columns(on: &Connection) -> Result<(), Broken> {
    let of = |table: &'static str, columns: &'static [(&str, &str)]| {
        columns.iter().map(move |(name, type_)| (table, *name, *type_))
    };
    let wanted: Vec<_> = of("connectly_outbox", COLUMNS)
        .chain(of("connectly_outbox_control", CONTROL_COLUMNS))
        .collect();
    let params: [Vec<&str>; 3] = [
        wanted.iter().map(|column| column.0).collect(),
        wanted.iter().map(|column| column.1).collect(),
        wanted.iter().map(|column| column.2).collect(),
    ];
    let params = params.into_iter().map(|texts| (Box::new(texts) as _, Type::TEXT_ARRAY));
    let found = ask(on, "", Statement { sql: MISSING, params: params.collect() })?;
    let missing = found.first().map(|row| row.try_get::<_, Option<String>>(0)).transpose()?;
    match missing.flatten() {
        None => Ok(()),
        Some(names) => Err(foreign(&format!("these columns are not as they must be: {names}"))),
    }
}

fn foreign(why: &str) -> Broken {
    let message =
        format!("the database has no outbox of this library: {why}; it was left as it is");
    Broken::new(ErrorCode::OutboxForeign, message)
}
