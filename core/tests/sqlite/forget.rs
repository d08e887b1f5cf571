//! What is forgotten is gone from the file and from what lies beside it.
//!
//! Texts are sealed, so what must be gone is the key: without it no copy of the text can be read.

use std::path::Path;

use connectly_conversions::{DeliverOptions, ErrorCode, Fault, Sandbox};

use crate::support::{Folder, client, event, look_into, wait};

fn key(file: &Path, id: i64) -> Vec<u8> {
    let file = look_into(file);
    file.query_row("SELECT key FROM connectly_outbox_keys WHERE id = ?1", [id], |row| row.get(0))
        .unwrap()
}

#[test]
fn nothing_that_names_a_customer_is_readable_in_the_file() {
    let folder = Folder::new();
    let outbox = folder.outbox();
    let id = wait(outbox.enqueue(&event("ORD-7821"))).unwrap().id;
    wait(outbox.cancel("ORD-7821", Some("Jane Doe changed her mind"))).unwrap();
    for text in ["ORD-7821", "tracking-of", "99.97", "Jane"] {
        assert!(!folder.contains(text.as_bytes()), "{text}");
    }
    // Whoever has the key reads it.
    let record = wait(outbox.status(id)).unwrap().unwrap();
    assert_eq!(record.order_id.as_deref(), Some("ORD-7821"));
    assert_eq!(record.reason.as_deref(), Some("Jane Doe changed her mind"));
    assert!(folder.contains(&key(&folder.file(), id)));
}

/// Many rows that grow, so that SQLite moves them from page to page.
#[test]
fn the_key_of_what_is_forgotten_has_no_copy() {
    const ORDERS: usize = 300;
    let folder = Folder::new();
    let (outbox, sandbox) = (folder.outbox(), Sandbox::start().unwrap());
    let client = client(&sandbox);
    let ids: Vec<_> = wait(async {
        let mut ids = Vec::new();
        for number in 0..ORDERS {
            let order_id = format!("ORD-{number}");
            ids.push(outbox.enqueue(&event(&order_id)).await.unwrap().id);
            if number % 10 == 9 {
                sandbox.fail_next(Fault::status(400));
                outbox.deliver(&client, DeliverOptions::default()).await.unwrap();
            }
        }
        ids
    });
    let key_of = |number: usize| key(&folder.file(), ids[number]);
    for number in (0..ORDERS).step_by(29) {
        let (gone, kept) = (key_of(number), key_of(number + 1));
        let forgotten = wait(outbox.forget(format!("ORD-{number}").as_str())).unwrap();
        assert_eq!((forgotten.forgotten, forgotten.later), (1, 0));
        let bytes = folder.bytes();
        let has = |key: &[u8]| bytes.windows(key.len()).any(|window| window == key);
        assert!(!has(&gone), "{number}");
        assert!(has(&kept), "{number}: the search finds what is there");
        let record = wait(outbox.status(ids[number])).unwrap().unwrap();
        assert_eq!((record.order_id, record.currency, record.message), (None, None, None));
        assert!(record.forgotten_at.is_some() && !record.has_payload);
    }
}

#[test]
fn while_another_process_reads_it_is_forgotten_but_not_yet_gone() {
    let folder = Folder::new();
    let outbox = folder.outbox();
    let id = wait(outbox.enqueue(&event("ORD-1"))).unwrap().id;
    let key = key(&folder.file(), id);
    let mut reader = look_into(&folder.file());
    let reading = reader.transaction().unwrap();
    let count = "SELECT count(*) FROM connectly_outbox";
    assert_eq!(reading.query_row(count, [], |row| row.get(0)), Ok(1));

    let busy = wait(outbox.forget("ORD-1")).unwrap_err();
    assert_eq!(busy.code(), ErrorCode::OutboxBusy);
    assert!(busy.message().contains("forgotten"), "{busy}");
    assert_eq!(wait(outbox.status(id)).unwrap().unwrap().order_id, None);
    assert!(folder.contains(&key), "the reader may still need it");

    drop(reading);
    wait(outbox.forget(id)).unwrap();
    assert!(!folder.contains(&key));
}
