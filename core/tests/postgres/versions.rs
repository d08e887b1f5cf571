//! A process of the release before works on with the tables of the release after, and the tables of
//! Django's migration are worked with and never migrated.

use connectly_conversions::ErrorCode;
use connectly_conversions::binding::OUTBOX_POSTGRES_SQL;
use connectly_test_postgres::Database;

use crate::support::{database, event, outbox, wait};

/// What a later release might add.
fn migrate(database: &Database<'_>, readable_by: i64) {
    let sql = format!(
        "ALTER TABLE connectly_outbox ADD COLUMN channel text NOT NULL DEFAULT 'whatsapp';
         ALTER TABLE connectly_outbox_control ADD COLUMN quota bigint DEFAULT 7;
         CREATE TABLE connectly_outbox_more (id bigint PRIMARY KEY);
         UPDATE connectly_outbox_control SET version = 2, readable_by = {readable_by}
            WHERE business_id = ''"
    );
    database.sql(&sql).unwrap();
}

#[test]
fn newer_tables_that_only_add_are_worked_with() {
    let database = database();
    let old = outbox(&database.url());
    wait(old.enqueue(&event("ORD-1"))).unwrap();
    migrate(&database, 1);
    // Both who has a connection and who opens one.
    for (outbox, order) in [(old, "ORD-2"), (outbox(&database.url()), "ORD-3")] {
        wait(outbox.enqueue(&event(order))).unwrap();
        wait(outbox.pause(None)).unwrap();
        wait(outbox.cancel(order, None)).unwrap();
    }
    let kept = "SELECT count(*) FROM connectly_outbox WHERE channel = 'whatsapp'";
    assert_eq!(database.sql(kept).unwrap(), "3");
    let kept = "SELECT DISTINCT quota, max(version) OVER () FROM connectly_outbox_control";
    assert_eq!(database.sql(kept).unwrap(), "7|2");
}

#[test]
fn newer_tables_that_changed_are_refused() {
    let database = database();
    let old = outbox(&database.url());
    wait(old.enqueue(&event("ORD-1"))).unwrap();
    migrate(&database, 2);
    for outbox in [old, outbox(&database.url())] {
        let error = wait(outbox.enqueue(&event("ORD-2"))).unwrap_err();
        assert_eq!(error.code(), ErrorCode::OutboxTooNew);
        let error = wait(outbox.status("ORD-1")).unwrap_err();
        assert_eq!(error.code(), ErrorCode::OutboxTooNew);
    }
}

/// As Django's migration makes them.
fn of_django(database: &Database<'_>) {
    database.sql(OUTBOX_POSTGRES_SQL).unwrap();
    let owner = "INSERT INTO connectly_outbox_control (business_id, version, readable_by, owner,
        paused_before, failures, opened) VALUES ('', 1, 1, 'django', 0, 0, 0)";
    database.sql(owner).unwrap();
}

#[test]
fn the_tables_of_djangos_migration_are_worked_with() {
    let database = database();
    of_django(&database);
    let outbox = outbox(&database.url());
    wait(outbox.enqueue(&event("ORD-1"))).unwrap();
    assert_eq!(wait(outbox.counts()).unwrap().pending, 1);
    let owner = "SELECT owner FROM connectly_outbox_control WHERE business_id = ''";
    assert_eq!(database.sql(owner).unwrap(), "django");
}

#[test]
fn what_does_not_fit_is_refused_and_left_as_it_is() {
    let refused = |sql: &str| {
        let database = database();
        of_django(&database);
        database.sql(sql).unwrap();
        let before = database.sql("SELECT * FROM connectly_outbox_control").unwrap();
        let error = wait(outbox(&database.url()).enqueue(&event("ORD-1"))).unwrap_err();
        assert_eq!(database.sql("SELECT * FROM connectly_outbox_control").unwrap(), before);
        assert_eq!(error.code(), ErrorCode::OutboxForeign, "{sql}: {error}");
        error.message().to_owned()
    };
    let control = "UPDATE connectly_outbox_control SET ";
    assert!(refused(&format!("{control} owner = 'river'")).contains("not known"));
    assert!(refused(&format!("{control} version = 0")).contains("run its migrations"));
    assert!(refused("DELETE FROM connectly_outbox_control").contains("version"));
    assert!(refused("DROP TABLE connectly_outbox").contains("only one"));
    let dropped = "ALTER TABLE connectly_outbox DROP COLUMN forget";
    assert!(refused(dropped).contains("connectly_outbox.forget"));
    let retyped = "ALTER TABLE connectly_outbox ALTER COLUMN attempts TYPE integer";
    assert!(refused(retyped).contains("connectly_outbox.attempts"));
}
