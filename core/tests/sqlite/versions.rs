//! A process of the release before works on with the tables of the release after, if these say so.

use connectly_conversions::ErrorCode;

use crate::support::{BUSINESS, Folder, event, look_into, wait};

/// What a later release might add.
fn migrate(folder: &Folder, readable_by: i64) {
    look_into(&folder.file())
        .execute_batch(&format!(
            "BEGIN IMMEDIATE;
             ALTER TABLE connectly_outbox ADD COLUMN channel TEXT NOT NULL DEFAULT 'whatsapp';
             ALTER TABLE connectly_outbox_control ADD COLUMN quota INTEGER;
             CREATE TABLE connectly_outbox_more (id INTEGER PRIMARY KEY) STRICT;
             UPDATE connectly_outbox_control SET quota = 7;
             UPDATE connectly_outbox_control SET version = 2, readable_by = {readable_by}
                 WHERE business_id = '';
             PRAGMA user_version = 2;
             COMMIT;"
        ))
        .unwrap();
}

#[test]
fn newer_tables_that_only_add_are_worked_with() {
    let folder = Folder::new();
    let outbox = folder.outbox();
    wait(outbox.enqueue(&event("ORD-1"))).unwrap();
    migrate(&folder, 1);
    // Both who has it open and who opens it.
    for (outbox, order) in [(outbox, "ORD-2"), (folder.outbox(), "ORD-3")] {
        wait(outbox.enqueue(&event(order))).unwrap();
        wait(outbox.pause(None)).unwrap();
        wait(outbox.cancel(order, None)).unwrap();
    }
    let file = look_into(&folder.file());
    let one = |sql: &str| file.query_row(sql, [BUSINESS], |row| row.get::<_, i64>(0)).unwrap();
    let quota = "SELECT quota FROM connectly_outbox_control WHERE business_id = ?1";
    assert_eq!(one(quota), 7, "what it does not know stays as it was");
    assert_eq!(
        one("SELECT count(*) FROM connectly_outbox WHERE channel = 'whatsapp' AND ?1 <> ''"),
        3
    );
    assert_eq!(
        one("SELECT version FROM connectly_outbox_control WHERE business_id = '' AND ?1 <> ''"),
        2
    );
}

#[test]
fn newer_tables_that_changed_are_refused() {
    let folder = Folder::new();
    let outbox = folder.outbox();
    wait(outbox.enqueue(&event("ORD-1"))).unwrap();
    migrate(&folder, 2);
    for outbox in [outbox, folder.outbox()] {
        let error = wait(outbox.enqueue(&event("ORD-2"))).unwrap_err();
        assert_eq!(error.code(), ErrorCode::OutboxTooNew);
        let error = wait(outbox.status("ORD-1")).unwrap_err();
        assert_eq!(error.code(), ErrorCode::OutboxTooNew);
    }
    let count = "SELECT count(*) FROM connectly_outbox";
    assert_eq!(look_into(&folder.file()).query_row(count, [], |row| row.get(0)), Ok(1));
}

#[test]
fn tables_of_another_owner_are_left_to_it() {
    let folder = Folder::new();
    let outbox = folder.outbox();
    wait(outbox.enqueue(&event("ORD-1"))).unwrap();
    wait(outbox.close());
    look_into(&folder.file())
        .execute("UPDATE connectly_outbox_control SET owner = 'django' WHERE owner = 'core'", [])
        .unwrap();
    let error = wait(folder.outbox().enqueue(&event("ORD-2"))).unwrap_err();
    assert_eq!(error.code(), ErrorCode::OutboxForeign);
}
