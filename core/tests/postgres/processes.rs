//! Many processes come at once.

use std::process::Command;

use connectly_conversions::binding::OUTBOX_POSTGRES_SQL;

use crate::support::{database, event, outbox, wait, waits_for_a_lock};

const MARKER: &str = "CONNECTLY_POSTGRES_URL";

#[test]
fn ten_processes_make_the_tables_at_once_and_all_of_them_write() {
    let database = database();
    let start = |number: usize| {
        let mut process = Command::new(std::env::current_exe().unwrap());
        process.args(["--exact", "processes::a_process_that_writes", "--nocapture"]);
        process.env(MARKER, database.url()).env("NUMBER", number.to_string()).spawn().unwrap()
    };
    let processes: Vec<_> = (0..10).map(start).collect();
    for mut process in processes {
        assert!(process.wait().unwrap().success());
    }
    let outbox = outbox(&database.url());
    assert_eq!(wait(outbox.counts()).unwrap().pending, 11);
    let owners = "SELECT count(*), min(owner), min(version) FROM connectly_outbox_control
        WHERE business_id = ''";
    assert_eq!(database.sql(owners).unwrap(), "1|core|1");
}

/// Whoever has waited for another that makes the tables sees them.
#[test]
fn tables_that_were_made_meanwhile_are_used() {
    let database = database();
    let make = format!(
        "SELECT pg_advisory_xact_lock(x'434e4354'::int); {OUTBOX_POSTGRES_SQL};
         INSERT INTO connectly_outbox_control (business_id, version, readable_by, owner)
         VALUES ('', 1, 1, 'core')"
    );
    let maker = database.begin(&make).unwrap();
    let url = database.url();
    let waiter = std::thread::spawn(move || wait(outbox(&url).enqueue(&event("ORD-1"))));
    waits_for_a_lock(database.name());
    maker.commit().unwrap();
    assert!(!waiter.join().unwrap().unwrap().duplicate);
}

#[test]
fn a_process_that_writes() {
    let Ok(url) = std::env::var(MARKER) else { return };
    let outbox = outbox(&url);
    let number = std::env::var("NUMBER").unwrap();
    for order in ["shared", &format!("ORD-{number}")] {
        wait(outbox.enqueue(&event(order))).unwrap();
    }
}

#[test]
fn a_schema_of_its_own_is_made_and_used() {
    let database = database();
    let open = |schema: &str| outbox(&format!("{}?schema={schema}", database.url()));
    let (one, other) = (open("connectly"), open("shop_2"));
    wait(one.enqueue(&event("ORD-1"))).unwrap();
    assert!(!wait(other.enqueue(&event("ORD-1"))).unwrap().duplicate);
    assert_eq!(database.sql("SELECT count(*) FROM connectly.connectly_outbox").unwrap(), "1");
    assert_eq!(database.sql("SELECT to_regclass('public.connectly_outbox')").unwrap(), "");
}
