//! The outbox.

use std::time::Duration;

use super::codes::Check;
use super::finding::{Finding, Level};
use crate::error::Error;
use crate::outbox::Metrics;

/// The longest wait between two attempts, in milliseconds: what is due for longer waits for a
/// worker.
const PATIENCE: i64 = 15 * 60 * 1_000;

/// What was seen of an outbox.
#[derive(Debug)]
pub(crate) struct Queue {
    pub metrics: Metrics,
    /// Events of other businesses that wait in it.
    pub elsewhere: u64,
    /// Why it may be lost although it works.
    pub warnings: Vec<String>,
}

/// An outbox that cannot be looked into.
pub(crate) fn outbox_failed(error: &Error) -> Vec<Finding> {
    vec![Finding::of_error(Check::Outbox, error)]
}

/// All that an outbox tells; `None` where there is none at its place yet.
pub(crate) fn outbox(queue: Option<&Queue>) -> Vec<Finding> {
    let Some(queue) = queue else {
        let found = "there is no file yet: nothing was ever enqueued here";
        return vec![Finding::new(Check::Outbox, Level::Look, found)];
    };
    let Queue { metrics, elsewhere, warnings } = queue;
    let counts = metrics.counts;
    let look = |check, found: String| Finding::new(check, Level::Look, found);
    let waiting = counts.held + counts.pending + counts.leased;
    let place = match warnings.as_slice() {
        [] => Finding::ok(Check::Outbox, format!("opened; {waiting} events wait")),
        warnings => look(Check::Outbox, warnings.join("; ")),
    };
    let business = match elsewhere {
        0 => Finding::ok(Check::OutboxBusiness, "all that waits is of this business"),
        others => look(Check::OutboxBusiness, format!("{others} events of another business wait")),
    };
    let age = Duration::from_millis(u64::try_from(metrics.oldest_due).unwrap_or_default());
    let age = match metrics.oldest_due {
        0 => Finding::ok(Check::OutboxAge, "nothing is due"),
        ..=PATIENCE => {
            Finding::ok(Check::OutboxAge, format!("the oldest is due for {} s", age.as_secs()))
        }
        _ => {
            let minutes = age.as_secs() / 60;
            look(Check::OutboxAge, format!("the oldest has been due for {minutes} min"))
        }
    };
    let holds = match metrics.overdue_holds {
        0 => Finding::ok(Check::OutboxHolds, format!("{} held, none for too long", counts.held)),
        late => look(Check::OutboxHolds, format!("{late} held for orders older than six days")),
    };
    let letters = match (counts.rejected, counts.dead) {
        (0, 0) => Finding::ok(Check::OutboxDeadLetters, "none"),
        (rejected, dead) => {
            look(Check::OutboxDeadLetters, format!("{rejected} rejected, {dead} given up"))
        }
    };
    vec![place, business, delivery(metrics), age, holds, letters]
}

fn delivery(metrics: &Metrics) -> Finding {
    let new = |level, found: &str| Finding::new(Check::OutboxDelivery, level, found);
    match (&metrics.refused_code, metrics.paused_until, metrics.open_until) {
        (Some(code), ..) => new(Level::Wrong, &format!("stopped: the API answers {code}")),
        (_, Some(_), _) => new(Level::Look, "paused by an operator"),
        (.., Some(_)) => new(Level::Later, "resting: the API failed"),
        _ => Finding::ok(Check::OutboxDelivery, "it is not stopped"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbox::{Counts, Delivered};

    fn queue(change: impl FnOnce(&mut Queue)) -> Vec<(Check, Level)> {
        let metrics = Metrics {
            counts: Counts { accepted: 9, cancelled: 1, skipped: 1, ..Counts::default() },
            oldest_due: 0,
            overdue_holds: 0,
            delivered: Delivered::default(),
            leases_lost: 0,
            paused_until: None,
            refused_code: None,
            open_until: None,
        };
        let mut queue = Queue { metrics, elsewhere: 0, warnings: Vec::new() };
        change(&mut queue);
        let findings = outbox(Some(&queue)).into_iter();
        let unwell = findings.filter(|finding| finding.level != Level::Ok);
        unwell.map(|finding| (finding.check, finding.level)).collect()
    }

    #[test]
    fn an_outbox_that_has_delivered_all_is_well() {
        assert_eq!(queue(|_| {}), []);
        assert_eq!(queue(|queue| queue.metrics.oldest_due = PATIENCE), []);
    }

    #[test]
    fn a_place_without_an_outbox_is_looked_at() {
        assert_eq!(outbox(None)[0].level, Level::Look);
    }

    #[test]
    fn each_trouble_is_told_by_its_check() {
        use Level::{Later, Look, Wrong};
        type Case = (fn(&mut Queue), Check, Level);
        let cases: [Case; 9] = [
            (|queue| queue.metrics.oldest_due = PATIENCE + 1, Check::OutboxAge, Look),
            (|queue| queue.metrics.overdue_holds = 1, Check::OutboxHolds, Look),
            (|queue| queue.metrics.counts.dead = 1, Check::OutboxDeadLetters, Look),
            (|queue| queue.metrics.counts.rejected = 1, Check::OutboxDeadLetters, Look),
            (|queue| queue.metrics.paused_until = Some(1), Check::OutboxDelivery, Look),
            (|queue| queue.metrics.open_until = Some(1), Check::OutboxDelivery, Later),
            (
                |queue| queue.metrics.refused_code = Some("forbidden".into()),
                Check::OutboxDelivery,
                Wrong,
            ),
            (|queue| queue.elsewhere = 1, Check::OutboxBusiness, Look),
            (|queue| queue.warnings.push("tmpfs".into()), Check::Outbox, Look),
        ];
        for (change, check, level) in cases {
            assert_eq!(queue(change), [(check, level)], "{check}");
        }
    }
}
