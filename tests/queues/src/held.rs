//! A hundred thousand events were delivered while somebody kept a transaction open: what they were
//! cannot be removed yet, and lies where the claim looks.

use std::time::Duration;

use connectly_test_postgres::Server;
use tokio::runtime::Runtime;
use tokio_postgres::{Client, NoTls};

use crate::own::{Api, CHURN, Own, fill};
use crate::plain::{Plain, SHAPES};
use crate::report::{Row, median, micros, print};

const ROUNDS: usize = 9;

const EVENTS: usize = 160;

const AT_A_TIME: usize = 16;

pub(crate) fn run(server: &Server, _: usize) {
    let database = server.database().unwrap();
    let own = Own::new(&database.url());
    own.prepare();
    fill(&database, 150_000);
    let mut rows = vec![row("the outbox", &database.url(), CHURN, || {
        own.drain(EVENTS, AT_A_TIME, Api(Duration::ZERO));
    })];
    for shape in &SHAPES {
        let url = server.database().unwrap().url();
        let plain = Plain::new(shape, &url);
        plain.fill(150_000);
        rows.push(row(shape.name, &url, shape.churn, || plain.drain(EVENTS, AT_A_TIME)));
    }
    let heads = ["events a second", "100,000 dead tuples held", "calm", "ratio"];
    print(heads, "≥ 0.80", rows);
}

fn row(what: &str, url: &str, churn: &str, drain: impl Fn()) -> Row {
    let rate = || 1e6 / micros(EVENTS, &drain);
    rate();
    let calm = median((0..ROUNDS).map(|_| rate()).collect());
    let (runtime, holder) = connect(url);
    let look = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM pg_class LIMIT 1";
    runtime.block_on(holder.batch_execute(look)).unwrap();
    let (other, churner) = connect(url);
    other.block_on(churner.batch_execute(churn)).unwrap();
    let held = median((0..ROUNDS).map(|_| rate()).collect());
    runtime.block_on(holder.batch_execute("ROLLBACK")).unwrap();
    let ratio = held / calm;
    Row { what: what.to_owned(), own: held, other: calm, ratio, is_met: ratio >= 0.8 }
}

fn connect(url: &str) -> (Runtime, Client) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    });
    (runtime, client)
}
