//! Judges a run.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::has_order;
use crate::history::History;
use crate::line::{Claim, Lease};

/// An event that is given up since it may have been recorded.
const AMBIGUOUS: &str = "unknown_outcome";

/// A run in numbers.
#[must_use]
pub fn sum(history: &History) -> String {
    let counts = counts(history);
    let acknowledged = history.acknowledged.len();
    let delivered = counts.values().filter(|count| count.recorded > 0).count();
    let twice = counts.values().filter(|count| count.recorded > 1).count();
    let untold = history.claims.iter().filter(|claim| !history.told.contains(&claim.lease)).count();
    let (claims, dead) = (history.claims.len(), history.rest.dead.len());
    format!(
        "{acknowledged} events acknowledged, {delivered} delivered, {twice} of them more than once; \
         {claims} claims, {untold} of which were killed in flight; {dead} events given up"
    )
}

/// All that is wrong with a run; nothing where all is as promised.
#[must_use]
pub fn problems(history: &History) -> Vec<String> {
    let counts = counts(history);
    let ended = history.expired.iter().chain(&history.doubted);
    let expired: BTreeSet<i64> = ended.map(|lease| lease.id).collect();
    let mut problems = Vec::new();
    for (event, code) in &history.refused {
        problems.push(format!("{event} was refused: {code}"));
    }
    for (event, id) in &history.acknowledged {
        let count = counts.get(event.as_str()).copied().unwrap_or_default();
        let may_be_given_up = !has_order(event)
            && (count.unrecorded > 0 || expired.contains(id))
            && history.rest.dead.get(id).is_some_and(|code| code == AMBIGUOUS);
        if count.recorded == 0 && !may_be_given_up {
            problems.push(format!("{event} was acknowledged and never delivered"));
        }
    }
    for (event, count) in &counts {
        let most = if has_order(event) { 1 + count.ambiguous } else { 1 };
        if count.recorded > most {
            let Count { recorded, ambiguous, .. } = count;
            problems.push(format!(
                "{event} was delivered {recorded} times, its outcome was ambiguous {ambiguous} times"
            ));
        }
    }
    problems.extend(leases(history));
    if history.rest.live > 0 {
        problems.push(format!("{} events never came to rest", history.rest.live));
    }
    if history.rest.integrity != "ok" {
        problems.push(format!("the outbox is damaged: {}", history.rest.integrity));
    }
    problems
}

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    /// How often the API has recorded the event.
    recorded: usize,
    /// How often it may have, and its client could not know.
    ambiguous: usize,
    /// How often it had not, which its client could not know.
    unrecorded: usize,
}

fn counts(history: &History) -> BTreeMap<&str, Count> {
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    for request in &history.requests {
        let count = counts.entry(&request.event).or_default();
        count.recorded += usize::from(request.recorded);
        count.ambiguous += usize::from(request.recorded && request.ambiguous);
        count.unrecorded += usize::from(!request.recorded && request.ambiguous);
    }
    // Its worker was killed before it had told, or was cut off.
    let is_unknown = |lease| !history.told.contains(lease) || history.doubted.contains(lease);
    for claim in history.claims.iter().filter(|claim| is_unknown(&claim.lease)) {
        counts.entry(&claim.event).or_default().ambiguous += 1;
    }
    counts
}

/// Events under two live leases.
fn leases(history: &History) -> Vec<String> {
    let mut rows: BTreeMap<i64, Vec<&Claim>> = BTreeMap::new();
    for claim in &history.claims {
        rows.entry(claim.lease.id).or_default().push(claim);
    }
    let mut problems = Vec::new();
    for claims in rows.values_mut() {
        claims.sort_by_key(|claim| claim.lease.number);
        let numbers: BTreeSet<Lease> = claims.iter().map(|claim| claim.lease).collect();
        if numbers.len() < claims.len() {
            problems.push(format!("{} was claimed twice under one number", claims[0].event));
        }
        for pair in claims.windows(2) {
            let is_over = pair[1].at >= pair[0].until || history.ending.contains(&pair[0].lease);
            if !is_over {
                problems.push(format!("{} was under two live leases", pair[0].event));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{Request, Rest};

    const ORDER: &str = "order-p-1";
    const VIEW: &str = "view-p-8";
    const FIRST: Lease = Lease { id: 1, number: 1 };
    const SECOND: Lease = Lease { id: 1, number: 2 };

    fn claim(lease: Lease, at: i64) -> Claim {
        Claim { lease, event: ORDER.to_owned(), at, until: at + 60_000 }
    }

    fn recorded(event: &str) -> Request {
        Request { event: event.to_owned(), recorded: true, ambiguous: false }
    }

    /// An event that was acknowledged, claimed, sent and told of.
    fn history() -> History {
        History {
            acknowledged: [(ORDER.to_owned(), 1)].into(),
            claims: vec![claim(FIRST, 0)],
            ending: [FIRST].into(),
            told: [FIRST].into(),
            requests: vec![recorded(ORDER)],
            rest: Rest { integrity: "ok".to_owned(), ..Rest::default() },
            ..History::default()
        }
    }

    fn found(history: &History) -> String {
        problems(history).join("; ")
    }

    #[test]
    fn an_event_that_is_delivered_once_is_as_promised() {
        assert_eq!(found(&history()), "");
    }

    #[test]
    fn an_acknowledged_event_is_delivered() {
        let history = History { requests: vec![], ..history() };
        assert_eq!(found(&history), "order-p-1 was acknowledged and never delivered");
    }

    #[test]
    fn a_second_delivery_needs_an_ambiguous_outcome() {
        let mut twice = history();
        twice.requests.push(recorded(ORDER));
        assert_eq!(
            found(&twice),
            "order-p-1 was delivered 2 times, its outcome was ambiguous 0 times"
        );
        let unknown = Request { ambiguous: true, ..recorded(ORDER) };
        let answer_lost = History { requests: vec![unknown, recorded(ORDER)], ..history() };
        assert_eq!(found(&answer_lost), "");
        let mut killed = twice;
        killed.claims = vec![claim(FIRST, 0), claim(SECOND, 60_000)];
        killed.told = [SECOND].into();
        killed.ending = [SECOND].into();
        assert_eq!(found(&killed), "");
    }

    #[test]
    fn without_an_order_id_an_ambiguous_event_is_given_up_and_never_sent_twice() {
        let history = || {
            let claims = vec![Claim { event: VIEW.to_owned(), ..claim(FIRST, 0) }];
            let acknowledged = [(VIEW.to_owned(), 1)].into();
            let (told, requests) = ([].into(), vec![]);
            let expired = [FIRST].into();
            History { acknowledged, claims, expired, told, requests, ..history() }
        };
        assert_eq!(found(&history()), "view-p-8 was acknowledged and never delivered");
        let mut given_up = history();
        given_up.rest.dead = [(1, AMBIGUOUS.to_owned())].into();
        assert_eq!(found(&given_up), "");
        given_up.expired = [].into();
        assert_eq!(found(&given_up), "view-p-8 was acknowledged and never delivered");
        given_up.requests = vec![Request { recorded: false, ambiguous: true, ..recorded(VIEW) }];
        assert_eq!(found(&given_up), "");
        let mut twice = history();
        twice.requests = vec![recorded(VIEW), recorded(VIEW)];
        assert_eq!(
            found(&twice),
            "view-p-8 was delivered 2 times, its outcome was ambiguous 1 times"
        );
    }

    #[test]
    fn a_lease_is_over_when_its_time_is_or_its_worker_has_told() {
        let two = |at, ending: &[Lease]| {
            let claims = vec![claim(FIRST, 0), claim(SECOND, at)];
            let ending = ending.iter().copied().collect();
            found(&History { claims, ending, ..history() })
        };
        assert_eq!(two(60_000, &[]), "");
        assert_eq!(two(1_000, &[FIRST]), "");
        assert_eq!(two(59_999, &[]), "order-p-1 was under two live leases");
    }

    #[test]
    fn a_number_is_one_claims() {
        let claims = vec![claim(FIRST, 0), claim(FIRST, 60_000)];
        assert_eq!(
            found(&History { claims, ..history() }),
            "order-p-1 was claimed twice under one number"
        );
    }

    #[test]
    fn all_comes_to_rest_in_a_sound_file_and_nothing_is_refused() {
        let rest = Rest { live: 2, integrity: "row 3 missing".to_owned(), ..Rest::default() };
        let refused = vec![("order-p-2".to_owned(), "outbox_failed".to_owned())];
        assert_eq!(
            problems(&History { refused, rest, ..history() }),
            [
                "order-p-2 was refused: outbox_failed",
                "2 events never came to rest",
                "the outbox is damaged: row 3 missing",
            ]
        );
    }
}
