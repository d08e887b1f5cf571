//! One, two and four workers on one server.

use std::time::Duration;

use connectly_test_postgres::Server;

use crate::own::{Api, Own, fill};
use crate::report::{Row, median, micros, print};

const ROUNDS: usize = 5;

const EVENTS: usize = 640;

/// Each has so many requests at a time, its default.
const AT_A_TIME: usize = 4;

pub(crate) fn run(server: &Server, _: usize) {
    let database = server.database().unwrap();
    let outboxes: [Own; 4] = std::array::from_fn(|_| Own::new(&database.url()));
    outboxes[0].prepare();
    fill(&database, 100_000);
    let mut rows = Vec::new();
    for (api, what) in [
        (Api(Duration::from_millis(50)), "an API that answers after 50 ms"),
        (Api(Duration::ZERO), "an API that answers at once: the processors are the limit"),
    ] {
        let mut first = None;
        for count in [1, 2, 4] {
            let rounds =
                (0..ROUNDS).map(|_| 1e6 / micros(EVENTS, || drain(&outboxes[..count], api)));
            let rate = median(rounds.collect());
            let first = *first.get_or_insert(rate);
            let ratio = rate / first;
            let is_met = count < 4 || ratio >= 3.0;
            let what = format!("{count} workers, {what}");
            rows.push(Row { what, own: rate, other: first, ratio, is_met });
        }
    }
    print(["events a second", "so many workers", "one", "ratio"], "4 are ≥ 3.00", rows);
}

fn drain(outboxes: &[Own], api: Api) {
    std::thread::scope(|scope| {
        for outbox in outboxes {
            scope.spawn(move || outbox.drain(EVENTS / outboxes.len(), AT_A_TIME, api));
        }
    });
}
