//! Claim and finish with ever more rows waiting.

use std::time::Duration;

use connectly_test_postgres::Server;

use crate::own::{Api, Own, fill};
use crate::plain::{Plain, SHAPES};
use crate::report::{Row, median, micros, print};

const ROUNDS: usize = 5;

const EVENTS: usize = 64;

const AT_A_TIME: usize = 16;

/// Of the time at a thousand rows.
const FLAT: f64 = 1.2;

pub(crate) fn run(server: &Server, most: usize) {
    let database = server.database().unwrap();
    let own = Own::new(&database.url());
    own.prepare();
    let plain = Plain::new(&SHAPES[0], &server.database().unwrap().url());
    let (mut rows, mut filled, mut first) = (Vec::new(), 0, None);
    for depth in [1_000, 100_000, 1_000_000, 10_000_000].into_iter().filter(|depth| *depth <= most)
    {
        // What is taken in the rounds is put there, too.
        let missing = i64::try_from(depth + (ROUNDS + 1) * EVENTS - filled).unwrap();
        fill(&database, missing);
        plain.fill(missing);
        let (mut owns, mut others) = (Vec::new(), Vec::new());
        for round in 0..=ROUNDS {
            let mine = micros(EVENTS, || own.drain(EVENTS, AT_A_TIME, Api(Duration::ZERO)));
            let theirs = micros(EVENTS, || plain.drain(EVENTS, AT_A_TIME));
            if round > 0 {
                owns.push(mine);
                others.push(theirs);
            }
        }
        filled = depth;
        let (mine, theirs) = (median(owns), median(others));
        let first = *first.get_or_insert(mine);
        let size = database.sql(
            "SELECT pg_size_pretty(pg_total_relation_size('connectly_outbox')) || ', its index of what \
             is due ' || pg_size_pretty(pg_relation_size('connectly_outbox_due'))",
        );
        rows.push(Row {
            what: format!("{depth} rows wait ({})", size.unwrap()),
            own: mine,
            other: theirs,
            ratio: mine / first,
            is_met: mine / first <= FLAT,
        });
    }
    let heads = ["µs an event, 16 at a time", "outbox", SHAPES[0].name, "to 1,000 rows"];
    print(heads, "≤ 1.20", rows);
}
