//! What an order may have behind it, and what may be asked of it then.

use super::super::{BUSINESS, entry};
use crate::delivery::Disposition;
use crate::outbox::command::{Command, Hold};
use crate::outbox::entry::Entry;
use crate::outbox::state::Millis;
use crate::outbox::transition::tests::support::{
    DAY, Event, FORCE, HOUR, MINUTE, SECOND, WINDOW, accepted, at, cancel, skip,
};

pub(super) const ORDER: &str = "ORD-1";

/// An order's past, and what is stored of it.
pub(super) struct History {
    pub(super) name: &'static str,
    pub(super) event: Event,
    pub(super) entry: Entry,
    /// Whether its lease is over: that is a worker's to write, who knows the queue's pauses.
    pub(super) is_lost: bool,
}

/// Each of them ends before `now`.
pub(super) fn all(now: Millis) -> Vec<History> {
    let first = || entry(Some(ORDER), "99.97");
    let enqueue = |hold| first().enqueue(hold).unwrap();
    let ago = |time: Millis| Event { row: None, context: at(now - time) };
    let held = |until| ago(HOUR).after(&enqueue(Some(until)));
    let pending = |time| ago(time).after(&enqueue(None));
    let leased = |time| pending(time).after(&Command::Claim);
    let invalid = ago(HOUR).after(&no_price());
    let unknown = |time| pending(time).attempt(Disposition::Ambiguous);
    let refused = |event: Event| event.attempt(Disposition::Refused);
    let histories = [
        ("nothing is known", ago(HOUR)),
        ("held until its release", held(Hold::UntilReleased)),
        ("held until tomorrow", held(Hold::Until(now + DAY))),
        ("held until a moment ago", held(Hold::Until(now - MINUTE))),
        ("held again after a refusal", {
            refused(unknown(2 * HOUR)).after(&enqueue(Some(Hold::UntilReleased)))
        }),
        ("pending", pending(MINUTE)),
        ("pending after a failure", pending(HOUR).attempt(Disposition::NotRecorded)),
        ("leased", leased(SECOND)),
        ("leased, to be forgotten", leased(SECOND).after(&Command::Forget)),
        ("leased by a worker that was killed", leased(HOUR)),
        ("accepted", leased(HOUR).finish(accepted())),
        ("accepted and forgotten", leased(HOUR).finish(accepted()).after(&Command::Forget)),
        ("refused", refused(pending(HOUR))),
        ("refused and forgotten", refused(pending(HOUR)).after(&Command::Forget)),
        ("refused, perhaps recorded within the window", refused(unknown(WINDOW - HOUR))),
        ("refused, perhaps recorded before the window", refused(unknown(WINDOW))),
        ("invalid", invalid.clone()),
        ("invalid and forgotten", invalid.after(&Command::Forget)),
        ("dead", unknown(3 * DAY).later(WINDOW).after(&Command::Claim)),
        ("cancelled", pending(HOUR).after(&cancel())),
        ("cancelled and replayed", pending(HOUR).after(&cancel()).after(&FORCE)),
        ("skipped", ago(HOUR).after(&skip())),
        ("skipped and forgotten", ago(HOUR).after(&skip()).after(&Command::Forget)),
    ];
    let stored = |(name, event): (_, Event)| {
        let row = event.row.as_ref();
        let order = Entry::of_order(BUSINESS, "Purchase", Some(ORDER));
        let entry = if row.is_some_and(|row| row.forgotten_at.is_some()) {
            Entry { order_id: None, ..order }
        } else if row.is_some_and(|row| row.has_payload) {
            first()
        } else if name == "invalid" {
            broken(Some(ORDER))
        } else {
            order
        };
        History { name, event, entry, is_lost: name == "leased by a worker that was killed" }
    };
    histories.map(stored).into()
}

/// What an adapter asks of it.
pub(super) fn asked(now: Millis) -> Vec<(&'static str, Entry, Command)> {
    let holds = [
        ("not held", None),
        ("held until its release", Some(Hold::UntilReleased)),
        ("held until next week", Some(Hold::Until(now + 7 * DAY))),
        ("held until yesterday", Some(Hold::Until(now - DAY))),
    ];
    let events = [
        ("the same", entry(Some(ORDER), "99.97")),
        ("another value", entry(Some(ORDER), "12")),
        ("another order", entry(Some("ORD-2"), "99.97")),
        ("no order id", entry(None, "99.97")),
    ];
    let mut asked = Vec::new();
    for (what, event) in events {
        for (how, hold) in holds {
            let name: &'static str = format!("{what}, {how}").leak();
            asked.push((name, event.clone(), event.enqueue(hold).unwrap()));
        }
    }
    let without_id =
        Command::EnqueueInvalid { has_order_id: false, message: "no price".to_owned() };
    asked.push(("an invalid event", broken(Some(ORDER)), no_price()));
    asked.push(("an invalid event without an order id", broken(None), without_id));
    let order = Entry::of_order(BUSINESS, "Purchase", Some(ORDER));
    asked.push(("an order of staff", order, skip()));
    asked
}

fn no_price() -> Command {
    Command::EnqueueInvalid { has_order_id: true, message: "no price".to_owned() }
}

fn broken(order_id: Option<&str>) -> Entry {
    Entry {
        document: Some("{}".to_owned()),
        issues: Some("[]".to_owned()),
        ..Entry::of_order(BUSINESS, "Purchase", order_id)
    }
}
