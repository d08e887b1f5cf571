//! What an operator sees of an outbox and does to it.

use std::path::PathBuf;
use std::process::Output;
use std::time::Duration;

use connectly_conversions::{
    ConversionEvent, EnqueueOptions, Fault, Hold, Outbox, Sandbox, State, TrackingParams,
};
use serde_json::{Value, json};

use crate::support::{BUSINESS, KEY, code, connectly, rows, run, stdout};

/// A shop's outbox in a folder of its own, and the command pointed at it.
struct Shop {
    folder: PathBuf,
    outbox: Outbox,
    runtime: tokio::runtime::Runtime,
}

impl Shop {
    fn new(name: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("connectly-outbox-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        // No test depends on the speed of the machine.
        let outbox = Outbox::builder(&url(&folder)).business_id(BUSINESS);
        let outbox = outbox.enqueue_timeout(Duration::from_secs(60)).build().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { folder, outbox, runtime }
    }

    fn enqueue(&self, order_id: &str, hold: Option<Hold>) -> i64 {
        let tracking = TrackingParams::new("t1", "s1", "c1", "23851").unwrap();
        let event = ConversionEvent::purchase(tracking, order_id, "USD", "9.99").build().unwrap();
        let options = hold.map_or_else(EnqueueOptions::default, EnqueueOptions::held);
        self.runtime.block_on(self.outbox.enqueue_with(&event, options)).unwrap().id
    }

    fn state(&self, order_id: &str) -> Option<State> {
        self.runtime.block_on(self.outbox.status(order_id)).unwrap().map(|record| record.state)
    }

    fn command(&self, arguments: &[&str]) -> Output {
        let mut command = connectly();
        command.env("CONNECTLY_OUTBOX_URL", url(&self.folder));
        command.env("CONNECTLY_BUSINESS_ID", BUSINESS).env("CONNECTLY_API_KEY", KEY);
        run(command.arg("outbox").args(arguments), "")
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.command(&[arguments, &["--json"]].concat());
        let mut rows = rows(&output);
        assert_eq!(rows.len(), 1, "{output:?}");
        rows.remove(0)
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.runtime.block_on(self.outbox.close());
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn url(folder: &std::path::Path) -> String {
    format!("sqlite://{}/connectly.db", folder.display())
}

#[test]
fn deliver_sends_what_is_due_and_status_tells_what_became_of_it() {
    let (shop, sandbox) = (Shop::new("deliver"), Sandbox::start().unwrap());
    shop.enqueue("ORD-1", None);
    shop.enqueue("ORD-2", Some(Hold::UntilReleased));
    let output = shop.command(&["deliver", "--base-url", sandbox.url()]);
    assert_eq!(code(&output), 0, "{output:?}");
    assert_eq!(stdout(&output), "1 accepted, 0 rejected, 0 dead, 0 to be tried again\n");
    assert_eq!(sandbox.received().len(), 1);
    let record = shop.json(&["status", "ORD-1"]);
    assert_eq!((&record["state"], &record["attempts"]), (&json!("accepted"), &json!(1)));
    let numbers = shop.json(&["status"]);
    assert_eq!(
        (&numbers["counts"]["accepted"], &numbers["counts"]["held"]),
        (&json!(1), &json!(1))
    );
}

#[test]
fn a_release_lets_a_held_order_go_and_a_cancel_takes_it_back() {
    let shop = Shop::new("holds");
    shop.enqueue("ORD-1", Some(Hold::UntilReleased));
    let id = shop.enqueue("ORD-2", Some(Hold::UntilReleased));
    assert_eq!(stdout(&shop.command(&["release", "ORD-1"])), "it is pending now\n");
    let output = shop.command(&["cancel", "--id", &id.to_string(), "--reason", "not paid"]);
    assert_eq!((code(&output), stdout(&output).as_str()), (0, "it is cancelled now\n"));
    assert_eq!(shop.json(&["status", "ORD-2"])["reason"], "not paid");
    assert_eq!(shop.json(&["release", "ORD-2"]), json!({"changed": false, "state": "cancelled"}));
}

#[test]
fn an_order_that_is_skipped_is_written_down_with_its_reason() {
    let shop = Shop::new("skip");
    assert_eq!(code(&shop.command(&["skip", "ORD-1"])), 2, "a reason is needed");
    assert_eq!(
        stdout(&shop.command(&["skip", "ORD-1", "--reason", "staff"])),
        "it is skipped now\n"
    );
    assert_eq!(shop.json(&["status", "ORD-1"])["reason"], "staff");
}

#[test]
fn an_order_that_nobody_knows_is_exit_code_1() {
    let shop = Shop::new("unknown");
    for arguments in [["status", "ORD-9"], ["release", "ORD-9"], ["cancel", "ORD-9"]] {
        let output = shop.command(&arguments);
        assert_eq!(code(&output), 1, "{output:?}");
        assert!(stdout(&output).contains("knows nothing"), "{output:?}");
    }
}

#[test]
fn a_rejected_order_is_a_dead_letter_with_the_apis_words_and_is_replayed() {
    let (shop, sandbox) = (Shop::new("dead"), Sandbox::start().unwrap());
    shop.enqueue("ORD-1", None);
    sandbox.fail_next(Fault::status(400));
    let delivered = shop.command(&["deliver", "--base-url", sandbox.url()]);
    assert_eq!(code(&delivered), 1, "{delivered:?}");
    let output = shop.command(&["dead"]);
    let table = stdout(&output);
    let mut lines = table.lines();
    assert!(lines.next().unwrap().starts_with("ID  ORDER  STATE     VALUE"), "{table}");
    assert!(lines.next().unwrap().contains("ORD-1  rejected  9.99 USD"), "{table}");
    assert_eq!(stdout(&shop.command(&["dead", "--code", "unknown_outcome", "--json"])), "");

    let plan = shop.json(&["replay", "--all", "--plan"]);
    assert_eq!((&plan["replayed"], &plan["money"]), (&json!(1), &json!({"USD": "9.99"})));
    assert_eq!(shop.state("ORD-1"), Some(State::Rejected), "a plan changes nothing");
    let output = shop.command(&["replay", "--code", "rejected"]);
    assert!(
        stdout(&output).ends_with("1 go out again; worth, as far as it still counts: 9.99 USD\n")
    );
    assert_eq!(code(&shop.command(&["deliver", "--base-url", sandbox.url()])), 0);
    assert_eq!(shop.state("ORD-1"), Some(State::Accepted));
    let output = shop.command(&["replay", "ORD-1"]);
    assert_eq!(code(&output), 1, "what was accepted is not replayed: {output:?}");
}

#[test]
fn a_pause_stops_delivery_until_resume() {
    let (shop, sandbox) = (Shop::new("pause"), Sandbox::start().unwrap());
    shop.enqueue("ORD-1", None);
    assert_eq!(code(&shop.command(&["pause", "--until", "2099-01-01T00:00:00Z"])), 0);
    assert!(stdout(&shop.command(&["status"])).contains("paused until 2099-01-01T00:00:00Z"));
    shop.command(&["deliver", "--base-url", sandbox.url()]);
    assert!(sandbox.received().is_empty());
    assert_eq!(code(&shop.command(&["resume"])), 0);
    shop.command(&["deliver", "--base-url", sandbox.url()]);
    assert_eq!(sandbox.received().len(), 1);
}

#[test]
fn a_wrong_key_stops_the_queue_and_is_the_operators_to_mend() {
    let sandbox = Sandbox::builder().api_key("another-key").start().unwrap();
    let shop = Shop::new("key");
    shop.enqueue("ORD-1", None);
    let output = shop.command(&["deliver", "--base-url", sandbox.url()]);
    assert_eq!(code(&output), 2, "{output:?}");
    assert!(stdout(&shop.command(&["status"])).contains("the API answers unauthenticated"));
    assert_eq!(shop.state("ORD-1"), Some(State::Pending), "nothing is lost");
}

#[test]
fn forget_erases_an_order_or_all_of_a_customer() {
    let shop = Shop::new("forget");
    shop.enqueue("ORD-1", None);
    shop.enqueue("ORD-2", None);
    assert_eq!(stdout(&shop.command(&["forget", "ORD-1"])), "1 forgotten\n");
    assert_eq!(stdout(&shop.command(&["forget", "--tracking-id", "t1"])), "1 forgotten\n");
    let record = shop.json(&["status", "ORD-1"]);
    assert_eq!((&record["order_id"], &record["value"]), (&Value::Null, &Value::Null));
    assert_eq!(record["state"], "cancelled", "without its bytes it is never sent");
}

#[test]
fn an_outbox_that_is_not_named_or_cannot_be_opened_is_told_in_one_line() {
    let output =
        run(connectly().args(["outbox", "status"]).env("CONNECTLY_BUSINESS_ID", BUSINESS), "");
    assert_eq!(code(&output), 2, "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("CONNECTLY_OUTBOX_URL") && said.lines().count() == 1, "{said}");

    let mut command = connectly();
    command.env("CONNECTLY_BUSINESS_ID", BUSINESS);
    command.args(["outbox", "status", "--url", "sqlite:///no/such/folder/connectly.db"]);
    let output = run(&mut command, "");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("outbox_unavailable") && said.lines().count() == 1, "{said}");
}
