//! How many statements an event costs, and that none of them walks through a table.

mod plans;
mod statements;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use rusqlite::Connection;

use super::connection::Open;
use super::patience::Patience;
use super::reserve::Reserve;
use crate::event::ConversionEvent;
use crate::outbox::entry::Entry;
use crate::outbox::ledger::{self, Caps};
use crate::outbox::table::Table;
use crate::tracking::TrackingParams;

const BUSINESS: &str = "3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a";
const NOW: i64 = 1_800_000_000_000;
const CAPS: Caps = Caps { rows: u64::MAX, bytes: u64::MAX };

/// A folder with an outbox that is deleted in the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("connectly-plans-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn open(&self) -> Open {
        let file = self.0.join("outbox.db");
        let patience = Patience::new(Arc::new(AtomicBool::new(false)));
        Open::at(&file, &patience, &Reserve::beside(&file)).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn tables(connection: &Connection) -> super::tables::Tables<'_> {
    super::tables::Tables::new(connection, &|| NOW)
}

fn enqueue(table: &mut dyn Table, order_id: &str) -> i64 {
    let tracking = TrackingParams::new("t", "s", "c", "1").unwrap();
    let event = ConversionEvent::purchase(tracking, order_id, "USD", "1").build().unwrap();
    ledger::enqueue(table, &Entry::of(&event, BUSINESS, None), None, CAPS).unwrap().id
}
