//! Two transactions report one order at once.

use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use super::super::entry;
use super::server::{Shop, run};
use crate::outbox::command::{Command, Hold};
use crate::outbox::entry::Entry;
use crate::outbox::record::Enqueued;
use crate::outbox::state::State;
use crate::outbox::statement::{Statement, Style};

fn statement(event: &Entry, hold: Option<Hold>) -> Statement {
    Statement::new("connectly_outbox", event, &event.enqueue(hold).unwrap(), Style::Numeric)
}

fn first() -> Entry {
    entry(Some("ORD-1"), "99.97")
}

async fn process_id(client: &Client) -> i32 {
    client.query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get(0)
}

/// Runs both, the second while the first's transaction is open, which then ends by `end`.
async fn at_once(first: Statement, end: &str, second: Statement) -> (Shop, Enqueued, Enqueued) {
    let shop = Shop::open().await;
    let one = shop.another().await;
    one.batch_execute("BEGIN").await.unwrap();
    let earlier = run(&one, &first).await.unwrap();
    let other = shop.another().await;
    let process = process_id(&other).await;
    let later = tokio::spawn(async move { run(&other, &second).await.unwrap() });
    let waits = "SELECT cardinality(pg_blocking_pids($1)) > 0";
    while !shop.client.query_one(waits, &[&process]).await.unwrap().get::<_, bool>(0) {
        assert!(!later.is_finished(), "it did not wait for the first");
        tokio::task::yield_now().await;
    }
    one.batch_execute(end).await.unwrap();
    let later = later.await.unwrap();
    (shop, earlier, later)
}

#[tokio::test]
async fn a_double_click_waits_and_sees_a_duplicate() {
    let (shop, one, other) =
        at_once(statement(&first(), None), "COMMIT", statement(&first(), None)).await;
    assert!(!one.duplicate && other.duplicate && !other.conflict && !other.replaced);
    assert_eq!((one.id, one.state), (other.id, other.state));
    assert_eq!(shop.rows().await.len(), 1);
}

#[tokio::test]
async fn another_total_is_a_conflict_and_the_first_stays() {
    let dearer = statement(&entry(Some("ORD-1"), "120"), None);
    let (shop, _, other) = at_once(statement(&first(), None), "COMMIT", dearer).await;
    assert!(other.duplicate && other.conflict);
    assert_eq!(shop.rows().await[0]["value"], "99.97");
}

#[tokio::test]
async fn whoever_waited_for_what_was_rolled_back_is_the_first() {
    let (shop, one, other) =
        at_once(statement(&first(), None), "ROLLBACK", statement(&first(), None)).await;
    assert!(!other.duplicate && !other.replaced);
    assert_eq!((shop.rows().await.len(), shop.rows().await[0]["id"] == other.id), (1, true));
    assert_ne!(one.id, other.id);
}

#[tokio::test]
async fn what_nobody_could_see_yet_is_replaced_all_the_same() {
    let skip = Command::Skip { reason: "not_attributed".to_owned() };
    let order = Entry { wire: None, content_hash: None, ..first() };
    let skipped = Statement::new("connectly_outbox", &order, &skip, Style::Numeric);
    let (shop, one, other) = at_once(skipped, "COMMIT", statement(&first(), None)).await;
    assert!(other.replaced && other.id == one.id && other.state == State::Pending);
    assert_eq!(shop.rows().await[0]["state"], "pending");
}

#[tokio::test]
async fn the_time_is_that_after_the_wait() {
    let mark = "CREATE TABLE mark AS SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 \
        AS bigint) AS at; COMMIT";
    let waits = statement(&first(), Some(Hold::UntilReleased));
    let released = statement(&first(), Some(Hold::Until(0)));
    let (shop, _, other) = at_once(waits, mark, released).await;
    assert!(other.replaced && other.state == State::Pending);
    let marked: i64 = shop.client.query_one("SELECT at FROM mark", &[]).await.unwrap().get(0);
    let row = &shop.rows().await[0];
    assert!(row["enqueued_at"].as_i64().unwrap() >= marked, "{row:?}");
    assert_eq!(row["due_at"], row["enqueued_at"]);
}

#[tokio::test]
async fn a_shop_that_would_rather_not_wait_keeps_its_transaction() {
    let shop = Shop::open().await;
    let one = shop.another().await;
    one.batch_execute("BEGIN").await.unwrap();
    run(&one, &statement(&first(), None)).await.unwrap();

    let other = shop.another().await;
    other.batch_execute("BEGIN; CREATE TABLE paid (id text)").await.unwrap();
    other.batch_execute("SAVEPOINT report; SET LOCAL lock_timeout = '1ms'").await.unwrap();
    let refused = run(&other, &statement(&first(), None)).await.unwrap_err();
    assert_eq!(refused.code(), Some(&SqlState::LOCK_NOT_AVAILABLE));
    other.batch_execute("ROLLBACK TO SAVEPOINT report; COMMIT").await.unwrap();
    one.batch_execute("COMMIT").await.unwrap();

    // The order is paid, the report was the other click's, and nothing waits briefly any longer.
    assert_eq!(shop.client.query("SELECT FROM paid", &[]).await.unwrap().len(), 0);
    assert_eq!(shop.rows().await.len(), 1);
    let limit = other.query_one("SHOW lock_timeout", &[]).await.unwrap();
    assert_eq!(limit.get::<_, &str>(0), "0");
}

#[tokio::test]
async fn what_is_rolled_back_was_never_there() {
    let shop = Shop::open().await;
    let mut client = shop.another().await;
    for (commits, rows) in [(false, 0), (true, 1)] {
        let transaction = client.transaction().await.unwrap();
        let enqueued = run(&transaction, &statement(&first(), None)).await.unwrap();
        assert!(!enqueued.duplicate);
        if commits {
            transaction.commit().await.unwrap();
        } else {
            transaction.rollback().await.unwrap();
        }
        assert_eq!(shop.rows().await.len(), rows);
    }
}

#[tokio::test]
async fn one_transaction_may_report_twice() {
    let shop = Shop::open().await;
    let mut client = shop.another().await;
    let transaction = client.transaction().await.unwrap();
    let held = run(&transaction, &statement(&first(), Some(Hold::UntilReleased))).await.unwrap();
    let paid = run(&transaction, &statement(&first(), Some(Hold::Until(0)))).await.unwrap();
    let again = run(&transaction, &statement(&first(), None)).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(
        (held.state, paid.state, again.state),
        (State::Held, State::Pending, State::Pending)
    );
    assert!(paid.replaced && again.duplicate);
    assert_eq!(shop.rows().await.len(), 1);
}
