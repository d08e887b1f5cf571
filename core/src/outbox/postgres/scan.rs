//! Where a worker begins to look.
//!
//! An event that was claimed or has ended leaves its old entry in an index, at the side that a
//! worker reads first, until the table is vacuumed. A transaction that stays open for minutes keeps
//! them all, and each look would walk past each of them. So a look begins where the one before
//! found its first event, and only now and then at the very beginning: an event that was given back
//! or committed late lies before that.

use std::collections::HashMap;

use crate::outbox::state::Millis;

/// After so long it looks from the very beginning.
const AFRESH: Millis = 1_000;

/// Where the looks at the queues of one connection begin.
#[derive(Debug, Default)]
pub(super) struct Scans(HashMap<String, Scan>);

/// Of one business.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scan {
    /// No event before was due.
    pub(super) due: Millis,
    /// No lease before was left.
    pub(super) leases: Millis,
    /// When it last looked from the very beginning.
    began: Millis,
}

impl Scans {
    /// At this time.
    pub(super) fn at(&mut self, business_id: &str, now: Millis) -> Scan {
        let scan = self.0.get(business_id).copied().unwrap_or_default();
        if (scan.began..scan.began.saturating_add(AFRESH)).contains(&now) {
            return scan;
        }
        let afresh = Scan { began: now, ..Scan::default() };
        self.0.insert(business_id.to_owned(), afresh);
        afresh
    }

    /// As it was last.
    pub(super) fn last(&self, business_id: &str) -> Scan {
        self.0.get(business_id).copied().unwrap_or_default()
    }

    /// A look has found what is due.
    pub(super) fn due_from(&mut self, business_id: &str, due: Millis) {
        if let Some(scan) = self.0.get_mut(business_id) {
            scan.due = due;
        }
    }

    /// A look has found the leases that are over.
    pub(super) fn leases_from(&mut self, business_id: &str, leases: Millis) {
        if let Some(scan) = self.0.get_mut(business_id) {
            scan.leases = leases;
        }
    }

    /// What was found was not changed after all.
    pub(super) fn forget(&mut self) {
        self.0.clear();
    }
}
