//! The caps, and the counters that they go by.

use connectly_conversions::binding::{Hash, Kind, Which};
use connectly_conversions::{DeliverOptions, ErrorCode, Sandbox};

use crate::support::{Folder, builder, client, event, look_into, wait};

#[test]
fn no_more_events_wait_than_are_allowed() {
    let folder = Folder::new();
    let outbox = builder(&folder.file()).max_events(2).build().unwrap();
    wait(outbox.enqueue(&event("ORD-1"))).unwrap();
    wait(outbox.enqueue(&event("ORD-2"))).unwrap();
    let full = wait(outbox.enqueue(&event("ORD-3"))).unwrap_err();
    assert_eq!(full.code(), ErrorCode::OutboxFull);
    // What is known needs no room.
    assert!(wait(outbox.enqueue(&event("ORD-2"))).unwrap().duplicate);

    wait(outbox.cancel("ORD-1", None)).unwrap();
    wait(outbox.enqueue(&event("ORD-3"))).unwrap();
}

#[test]
fn no_more_bytes_wait_than_are_allowed() {
    let folder = Folder::new();
    let bytes = event("ORD-1").to_wire().len() as u64;
    let outbox = builder(&folder.file()).max_bytes(2 * bytes).build().unwrap();
    wait(outbox.enqueue(&event("ORD-1"))).unwrap();
    wait(outbox.enqueue(&event("ORD-2"))).unwrap();
    let full = wait(outbox.enqueue(&event("ORD-3"))).unwrap_err();
    assert_eq!(full.code(), ErrorCode::OutboxFull);

    wait(outbox.forget("ORD-2")).unwrap();
    wait(outbox.enqueue(&event("ORD-3"))).unwrap();
}

#[test]
fn many_at_once_are_taken_whole_or_not_at_all() {
    let folder = Folder::new();
    let outbox = builder(&folder.file()).max_events(2).build().unwrap();
    let three = ["ORD-1", "ORD-2", "ORD-3"].map(event);
    let full = wait(outbox.enqueue_many(three)).unwrap_err();
    assert_eq!(full.code(), ErrorCode::OutboxFull);
    assert_eq!(wait(outbox.counts()).unwrap().pending, 0);
}

/// The counters are kept by triggers; counting the rows must give the same.
#[test]
fn the_counters_are_what_counting_gives() {
    let folder = Folder::new();
    let (outbox, sandbox) = (folder.outbox(), Sandbox::start().unwrap());
    wait(async {
        for number in 0..40 {
            outbox.enqueue(&event(&format!("ORD-{number}"))).await.unwrap();
        }
        outbox.cancel("ORD-0", None).await.unwrap();
        outbox.forget("ORD-1").await.unwrap();
        outbox.skip("ORD-40", connectly_conversions::EventName::Purchase, "test").await.unwrap();
        outbox.skip("ORD-2", connectly_conversions::EventName::Purchase, "test").await.unwrap();
        outbox.deliver(&client(&sandbox), DeliverOptions::default()).await.unwrap();
        for number in 50..60 {
            outbox.enqueue(&event(&format!("ORD-{number}"))).await.unwrap();
        }
    });
    let counts = wait(outbox.counts()).unwrap();
    let told = serde_json::to_value(counts).unwrap();
    let file = look_into(&folder.file());
    for (state, count) in told.as_object().unwrap() {
        let counted: u64 = file
            .query_row("SELECT count(*) FROM connectly_outbox WHERE state = ?1", [state], |row| {
                row.get::<_, i64>(0)
            })
            .unwrap()
            .cast_unsigned();
        assert_eq!(count.as_u64(), Some(counted), "{state}");
    }
    assert_eq!((counts.pending, counts.accepted), (10, 37));
    let bytes: u64 = (50..60).map(|n| event(&format!("ORD-{n}")).to_wire().len() as u64).sum();
    let live: (i64, i64) = file
        .query_row(
            "SELECT live_rows, live_bytes FROM connectly_outbox_control WHERE business_id = ''",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert_eq!((live.0, live.1.cast_unsigned()), (10, bytes));
}

#[test]
fn payloads_go_after_a_while_and_the_ledger_stays() {
    let folder = Folder::new();
    let clock = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(0));
    let store = crate::support::store(&folder.file(), &clock);
    let (outbox, sandbox) = (folder.outbox(), Sandbox::start().unwrap());
    wait(async {
        outbox.enqueue(&event("accepted")).await.unwrap();
        outbox.deliver(&client(&sandbox), DeliverOptions::default()).await.unwrap();
        outbox.enqueue(&event("cancelled")).await.unwrap();
        outbox.cancel("cancelled", None).await.unwrap();
        outbox.enqueue(&event("pending")).await.unwrap();
    });
    let retire = |before| {
        crate::support::ask(&*store, Kind::Change, move |table| {
            table.retire(crate::support::BUSINESS, before, 100)
        })
    };
    assert_eq!(retire(0), 0);
    assert_eq!(retire(i64::MAX), 2);
    assert_eq!(retire(i64::MAX), 0);
    let has_payload = |order| wait(outbox.status(order)).unwrap().unwrap().has_payload;
    assert!(!has_payload("accepted") && !has_payload("cancelled") && has_payload("pending"));
    assert!(wait(outbox.enqueue(&event("accepted"))).unwrap().duplicate);
    let key = Hash::of_conversion(crate::support::BUSINESS, "Purchase", "accepted");
    let rows = crate::support::ask(&*store, Kind::Read, move |table| {
        table.find(crate::support::BUSINESS, &Which::Key(key))
    });
    assert!(rows[0].1.content_hash.is_some());
}
