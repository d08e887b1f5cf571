//! `enqueue`, and claim and finish, beside each plain queue: a round of each in turn.

use std::time::Duration;

use connectly_test_postgres::Server;

use crate::own::{Api, Own, event, fill};
use crate::plain::{Plain, SHAPES};
use crate::report::{Row, median, micros, print};

const ROUNDS: usize = 9;

const EVENTS: usize = 160;

/// So much is waiting all the time.
const WAITING: i64 = 20_000;

const AIM: f64 = 1.2;

pub(crate) fn run(server: &Server, _: usize) {
    let database = server.database().unwrap();
    let own = Own::new(&database.url());
    own.prepare();
    fill(&database, WAITING);
    let plain = SHAPES.each_ref().map(|shape| {
        let plain = Plain::new(shape, &server.database().unwrap().url());
        plain.fill(WAITING);
        plain
    });
    let mut rows = Vec::new();
    for (what, at_a_time) in [
        ("enqueue", 0),
        ("claim and finish, 4 at a time", 4),
        ("claim and finish, 16 at a time", 16),
    ] {
        let mut owns = Vec::new();
        let mut others = [const { Vec::new() }; SHAPES.len()];
        for round in 0..=ROUNDS {
            let events: Vec<_> =
                (0..EVENTS).map(|number| event(&format!("{at_a_time}-{round}-{number}"))).collect();
            let bodies: Vec<_> = events
                .iter()
                .map(|event| String::from_utf8(event.to_wire().to_vec()).unwrap())
                .collect();
            let mine = micros(EVENTS, || match at_a_time {
                0 => own.enqueue(&events),
                most => own.drain(EVENTS, most, Api(Duration::ZERO)),
            });
            let theirs = plain.each_ref().map(|plain| {
                micros(EVENTS, || match at_a_time {
                    0 => plain.enqueue(&bodies),
                    most => plain.drain(EVENTS, most),
                })
            });
            // The first round warms.
            if round > 0 {
                owns.push(mine);
                others.iter_mut().zip(theirs).for_each(|(others, time)| others.push(time));
            }
        }
        for (plain, others) in plain.iter().zip(others) {
            // Of each round by itself, since the machine is another one in the next.
            let ratio = median(owns.iter().zip(&others).map(|(own, other)| own / other).collect());
            rows.push(Row {
                what: format!("{what}, beside {}", plain.shape.name),
                own: median(owns.clone()),
                other: median(others),
                ratio,
                is_met: ratio <= AIM,
            });
        }
    }
    print(["µs an event", "outbox", "plain SQL", "ratio"], "≤ 1.20", rows);
}
