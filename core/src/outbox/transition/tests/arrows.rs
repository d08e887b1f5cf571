//! The arrows of `OUTBOX.md`.

use std::collections::BTreeSet;

use crate::outbox::command::Command;
use crate::outbox::state::State;

/// From (`None`: nothing is known), who, to.
pub(super) type Arrow = (Option<&'static str>, &'static str, &'static str);

const PAGE: &str = include_str!("../../../../OUTBOX.md");

const WHO: [&str; 8] =
    ["enqueue", "skip", "cancel", "release", "replay", "forget", "worker", "clock"];

fn state(name: &str) -> &'static str {
    State::named(name).unwrap_or_else(|| panic!("{name} is no state")).as_str()
}

/// Every arrow that the page lists.
pub(super) fn of_the_page() -> BTreeSet<Arrow> {
    let (_, rest) = PAGE.split_once("<!-- arrows -->").unwrap();
    let (table, _) = rest.split_once("<!-- arrows: end -->").unwrap();
    let mut arrows = BTreeSet::new();
    for line in table.trim().lines().skip(2) {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let from = (cells[0] != "none").then(|| state(cells[0]));
        for who in cells[1].split(", ") {
            let who = WHO.into_iter().find(|known| *known == who).unwrap();
            arrows.extend(cells[2].split(", ").map(|to| (from, who, state(to))));
        }
    }
    arrows
}

/// Who gives this command.
pub(super) fn who(command: &Command) -> &'static str {
    match command {
        Command::Enqueue { .. } | Command::EnqueueInvalid { .. } => "enqueue",
        Command::Skip { .. } => "skip",
        Command::Cancel { .. } => "cancel",
        Command::Release => "release",
        Command::Replay { .. } => "replay",
        Command::Forget => "forget",
        Command::Claim | Command::Finish { .. } | Command::GiveBack { .. } => "worker",
        Command::Elapse => "clock",
    }
}
