//! The stream that a page listens to, byte by byte.

use connectly_conversions::{Fault, Sandbox};
use serde_json::{Value, json};

use crate::support::*;

/// A page's connection.
struct Page {
    connection: Connection,
    head: String,
}

/// One server-sent event.
#[derive(Debug)]
struct Told {
    id: String,
    event: Option<String>,
    data: Value,
}

impl Page {
    fn open(sandbox: &Sandbox, target: &str, headers: &[(&str, &str)]) -> Self {
        let mut connection = Connection::open(sandbox);
        connection.write(&request("GET", target, headers, ""));
        let head = connection.head();
        Self { connection, head }
    }

    fn new(sandbox: &Sandbox) -> Self {
        Self::open(sandbox, "/sandbox/stream", &[])
    }

    /// A chunk of the body; `None` at its end.
    fn chunk(&mut self) -> Option<String> {
        let length = usize::from_str_radix(self.connection.line().trim_end(), 16).unwrap();
        let chunk = self.connection.read(length);
        assert_eq!(self.connection.read(2), b"\r\n");
        (length > 0).then(|| String::from_utf8(chunk).unwrap())
    }

    fn told(&mut self) -> Told {
        let text = self.chunk().unwrap();
        assert!(text.ends_with("\n\n"), "{text}");
        let field = |name: &str| {
            let lines = text.lines().filter_map(|line| line.split_once(": "));
            let mut named = lines.filter(|(given, _)| *given == name).map(|(_, value)| value);
            let value = named.next().map(str::to_owned);
            assert!(named.next().is_none(), "{text}");
            value
        };
        Told {
            id: field("id").unwrap_or_default(),
            event: field("event"),
            data: serde_json::from_str(&field("data").unwrap()).unwrap(),
        }
    }

    /// The order ids of the next event.
    fn orders(&mut self) -> Vec<String> {
        orders(&self.told().data)
    }
}

fn orders(data: &Value) -> Vec<String> {
    let requests = data["requests"].as_array().unwrap().iter();
    requests.map(|request| request["event"]["order_id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_page_gets_what_is_there_and_then_what_comes() {
    let sandbox = sandbox();
    report(&sandbox, &order("A"));
    let mut page = Page::new(&sandbox);
    assert!(page.head.contains("text/event-stream"), "{}", page.head);
    let first = page.told();
    assert_eq!((&first.data["whole"], first.event), (&json!(true), None));
    assert_eq!(first.data["totals"], json!({"requests": 1, "recorded": 1, "duplicates": 0}));
    assert_eq!((&first.data["faults"], &first.data["now"]), (&json!([]), &json!(NOW)));
    let told = &first.data["requests"][0];
    let event = json!({
        "event_name": "Purchase", "order_id": "A", "value": "99.97", "currency": "USD",
        "event_time": "1746480000", "cnct_tracking_id": "t-1", "sendout_id": "s-1",
        "ctwa_clid": "c-1", "ad_id": "23851234567890123"
    });
    assert_eq!(told["event"], event);
    assert_eq!(
        (&told["status"], &told["recorded"], &told["number"]),
        (&json!(200), &json!(true), &json!(1))
    );

    report(&sandbox, &order("B"));
    let second = page.told();
    assert_eq!(
        (&second.data["whole"], orders(&second.data)),
        (&json!(false), vec!["B".to_owned()])
    );
    assert!(second.data.get("faults").is_none(), "they are as they were");
    assert_ne!(first.id, second.id);
}

#[test]
fn attempts_duplicates_and_problems_are_told_by_code_and_path() {
    let sandbox = sandbox();
    sandbox.fail_next(Fault::status(503));
    report(&sandbox, &order("A"));
    report(&sandbox, &order("A"));
    report(
        &sandbox,
        &with(|body| {
            body["payload"]["order_id"] = "A".into();
            body["payload"]["value"] = json!(50);
        }),
    );
    report(
        &sandbox,
        &with(|body| {
            body["payload"]["order_id"] = "<script>alert(1)</script>".into();
            body["payload"]["contents"][1]["quantity"] = json!(0);
        }),
    );
    exchange(&sandbox, &request("POST", &path(), &[("content-type", "application/json")], "{}"));
    let told = Page::new(&sandbox).told().data;
    assert_eq!(told["totals"], json!({"requests": 5, "recorded": 2, "duplicates": 1}));
    let fields = |at: usize| {
        let request = &told["requests"][at];
        json!([request["fault"], request["recorded"], request["attempt"], request["duplicate"]])
    };
    assert_eq!(fields(0), json!(["status", false, 1, false]));
    // The same bytes once more.
    assert_eq!(fields(1), json!([null, true, 2, false]));
    // The same order with other bytes: an attempt of its own, which counts nothing.
    assert_eq!(fields(2), json!([null, true, 1, true]));
    let refused = &told["requests"][3];
    assert_eq!(refused["event"]["order_id"], "<script>alert(1)</script>");
    let problem = &refused["problems"][0];
    assert_eq!(problem["code"], "invalid_quantity");
    assert_eq!(problem["path"], "payload.contents[1].quantity");
    assert_eq!(problem["severity"], "error");
    assert_eq!(told["requests"][4]["said"], "the header X-API-KEY is missing or wrong");
}

#[test]
fn a_page_goes_on_where_it_was_and_gets_all_where_that_is_gone() {
    let sandbox = sandbox();
    report(&sandbox, &order("A"));
    let place = Page::new(&sandbox).told().id;
    report(&sandbox, &order("B"));
    let after = format!("/sandbox/stream?after={place}");
    let by_browser = Page::open(&sandbox, "/sandbox/stream", &[("last-event-id", &place)]).told();
    let by_page = Page::open(&sandbox, &after, &[]).told();
    for told in [by_browser, by_page] {
        assert_eq!(
            (&told.data["whole"], orders(&told.data)),
            (&json!(false), vec!["B".to_owned()])
        );
        assert!(told.data.get("faults").is_some(), "they may have changed in between");
    }
    for place in ["nonsense", "0-1", "1-99999999999999999999"] {
        let told = Page::open(&sandbox, "/sandbox/stream", &[("last-event-id", place)]).told();
        assert_eq!((&told.data["whole"], orders(&told.data).len()), (&json!(true), 2), "{place}");
    }
    sandbox.reset();
    let told = Page::open(&sandbox, "/sandbox/stream", &[("last-event-id", &place)]).told();
    assert_eq!((&told.data["whole"], orders(&told.data).len()), (&json!(true), 0));
}

#[test]
fn faults_the_clock_and_a_reset_are_told_to_every_page() {
    let sandbox = sandbox();
    let mut pages = [Page::new(&sandbox), Page::new(&sandbox), Page::new(&sandbox)];
    for page in &mut pages {
        page.told();
    }
    sandbox.fail_next(Fault::status(503).times(2));
    for page in &mut pages {
        let faults = page.told().data["faults"].clone();
        assert_eq!(faults, json!([{"kind": "status", "status": 503, "times": 2}]));
    }
    report(&sandbox, &order("A"));
    for page in &mut pages {
        let told = page.told().data;
        assert_eq!((&told["faults"][0]["times"], orders(&told)), (&json!(1), vec!["A".to_owned()]));
    }
    sandbox.set_now(None);
    for page in &mut pages {
        assert_eq!(page.told().data["now"], json!(null));
    }
    sandbox.reset();
    for page in &mut pages {
        let told = page.told().data;
        assert_eq!((&told["whole"], &told["faults"]), (&json!(true), &json!([])));
        assert_eq!(told["totals"]["requests"], 0);
    }
}

#[test]
fn of_thousands_the_latest_are_shown_a_few_at_a_time() {
    let sandbox = sandbox();
    let mut client = Connection::open(&sandbox);
    for number in 1..=1_203 {
        assert_eq!(client.exchange(&conversion(&order(&number.to_string()))).status, 200);
    }
    let mut page = Page::new(&sandbox);
    let first = page.told().data;
    assert_eq!((&first["whole"], orders(&first).len()), (&json!(true), 100));
    assert_eq!(first["totals"]["requests"], 1_203);
    let mut shown = orders(&first);
    for _ in 1..5 {
        shown.extend(page.orders());
    }
    assert!(
        shown.iter().map(String::as_str).eq((704..=1_203)
            .map(|number| number.to_string())
            .collect::<Vec<_>>()
            .iter()
            .map(String::as_str))
    );
}

/// The page's socket is full long before its journal is told: nobody else notices.
#[test]
fn a_page_that_does_not_read_holds_nobody() {
    let sandbox = sandbox();
    let mut slow = Page::new(&sandbox);
    slow.told();
    let mut client = Connection::open(&sandbox);
    // More to tell than any socket takes: in JSON each of these characters has six bytes.
    let refused = with(|body| {
        let long = "\u{1}".repeat(200);
        for member in ["cnct_tracking_id", "sendout_id", "event_name"] {
            body[member] = json!(long);
        }
        body["payload"]["order_id"] = json!(long);
        body["attribution"]["meta_ctwa"] = json!({"ctwa_clid": long, "ad_id": long});
    });
    for _ in 0..2_000 {
        assert_eq!(client.exchange(&conversion(&refused)).status, 400);
    }
    let mut other = Page::new(&sandbox);
    assert_eq!(other.told().data["totals"]["requests"], 2_000);
    // It fell behind, so it is given all that is shown; in the end it knows as much as anybody.
    let mut whole = 0;
    loop {
        let told = slow.told().data;
        whole += i32::from(told["whole"] == true);
        let last = told["requests"].as_array().unwrap().last().map(|last| last["number"].clone());
        if last == Some(json!(2_000)) {
            break;
        }
    }
    assert_eq!(whole, 1);
}

#[test]
fn a_stop_ends_every_stream_in_order() {
    let sandbox = sandbox();
    let mut pages = [Page::new(&sandbox), Page::new(&sandbox)];
    for page in &mut pages {
        page.told();
    }
    sandbox.stop();
    for page in &mut pages {
        assert_eq!(page.told().event.as_deref(), Some("end"));
        assert_eq!(page.chunk(), None);
        assert_eq!(page.connection.rest(), Ok(vec![]));
    }
}

#[test]
fn another_web_page_hears_nothing() {
    let headers = [("origin", "https://evil.example")];
    let page = Page::open(&sandbox(), "/sandbox/stream", &headers);
    assert!(page.head.starts_with("HTTP/1.1 403"), "{}", page.head);
}
