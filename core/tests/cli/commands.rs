//! What each command does, says and exits with.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;

use connectly_conversions::Sandbox;
use serde_json::Value;

use crate::support::{
    BUSINESS, EXAMPLE, KEY, code, connectly, foreign_server, rows, run, send_to, stdout,
};

#[test]
fn send_delivers_the_documentations_example_to_a_server_that_is_not_the_sandbox() {
    let (address, served) =
        foreign_server("HTTP/1.1 200 OK\r\nContent-Length: 22\r\n\r\n{\"events_received\": 1}");
    let output = send_to(&format!("http://{address}"), &["-"], EXAMPLE);
    assert_eq!(code(&output), 0, "{output:?}");
    assert!(stdout(&output).contains("order ORD-7821 received (status 200, 1 attempt)"));
    let request = served.join().unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let path = format!("POST /external/v1/businesses/{BUSINESS}/conversion_events HTTP/1.1");
    assert!(head.starts_with(&path), "{head}");
    let head = head.to_lowercase();
    assert!(head.contains("content-type: application/json"), "{head}");
    assert!(head.contains(&format!("x-api-key: {KEY}")), "{head}");
    assert_eq!(body, EXAMPLE);
}

#[test]
fn a_400_is_a_refusal_with_the_apis_own_words() {
    let (address, _served) = foreign_server(
        "HTTP/1.1 400 Bad Request\r\nContent-Length: 47\r\n\r\n{\"code\":3,\"message\":\"Meta says no\",\"details\":0}",
    );
    let output = send_to(&format!("http://{address}"), &["-"], EXAMPLE);
    assert_eq!(code(&output), 1, "{output:?}");
    assert!(stdout(&output).contains("refused: rejected: Meta says no"), "{output:?}");
}

#[test]
fn every_line_of_ndjson_gets_its_outcome_and_one_bad_line_stops_none() {
    let sandbox = Sandbox::start().unwrap();
    let second = EXAMPLE.replace("ORD-7821", "ORD-7822");
    let bad = EXAMPLE.replace("USD", "US Dollar");
    let input = format!("{EXAMPLE}\nnot json at all\n{bad}\n\n{second}\n");
    let output = send_to(sandbox.url(), &["--json", "-"], &input);
    assert_eq!(code(&output), 1, "{output:?}");
    let mut outcomes: Vec<_> = rows(&output)
        .iter()
        .map(|row| (row["source"].as_str().unwrap().to_owned(), row["outcome"].clone()))
        .collect();
    outcomes.sort_by(|a, b| a.0.cmp(&b.0));
    let expected =
        [("-:1", "received"), ("-:2", "refused"), ("-:3", "refused"), ("-:5", "received")];
    assert_eq!(outcomes, expected.map(|(s, o)| (s.to_owned(), Value::from(o))));
    let orders: Vec<_> = sandbox.received().into_iter().map(|event| event.order_id).collect();
    assert_eq!(orders.len(), 2);
    assert!(orders.contains(&Some("ORD-7821".to_owned())));
    assert!(orders.contains(&Some("ORD-7822".to_owned())));
}

#[test]
fn a_file_that_is_not_utf_8_is_refused_and_not_repaired() {
    let folder = std::env::temp_dir().join(format!("connectly-cli-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("latin1.json");
    let mut bytes = EXAMPLE.replace("ORD-7821", "ORD-X").into_bytes();
    let place = bytes.windows(5).position(|window| window == b"ORD-X").unwrap();
    bytes[place + 4] = 0xE9;
    std::fs::write(&file, bytes).unwrap();
    let output = run(connectly().arg("validate").arg(&file), "");
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(code(&output), 1);
    assert!(stdout(&output).contains("invalid_json"), "{output:?}");
}

#[test]
fn validate_shows_every_problem_with_code_and_path() {
    let broken = EXAMPLE.replace("\"quantity\":1", "\"quantity\":0").replace("99.97", "\"99,97\"");
    let output = run(connectly().args(["validate", "-"]), &broken);
    assert_eq!(code(&output), 1);
    let shown = stdout(&output);
    for expected in [
        "error invalid_amount: payload.value:",
        "error invalid_quantity: payload.contents[0].quantity:",
        "error invalid_quantity: payload.contents[1].quantity:",
    ] {
        assert!(shown.contains(expected), "{shown}");
    }
}

#[test]
fn validate_shows_warnings_and_passes() {
    let output = run(connectly().args(["validate", "--json", "-"]), EXAMPLE);
    assert_eq!(code(&output), 0);
    let row = &rows(&output)[0];
    assert_eq!(row["outcome"], "valid");
    assert_eq!(row["warnings"][0]["code"], "event_older_than_seven_days");
}

#[test]
fn rounding_and_extra_currencies_are_options() {
    let odd = EXAMPLE.replace("99.97", "0.30000000000000004").replace("USD", "ABC");
    assert_eq!(code(&run(connectly().args(["validate", "-"]), &odd)), 1);
    let usd = odd.replace("ABC", "USD");
    let output = run(connectly().args(["validate", "--rounding", "currency", "-"]), &usd);
    assert_eq!(code(&output), 0, "{output:?}");
    let abc = EXAMPLE.replace("USD", "ABC");
    let output = run(connectly().args(["validate", "--extra-currency", "abc", "-"]), &abc);
    assert_eq!(code(&output), 0, "{output:?}");
    let output = run(
        connectly().args(["validate", "-"]).env("CONNECTLY_EXTRA_CURRENCIES", "XYZ, ABC"),
        &abc,
    );
    assert_eq!(code(&output), 0, "{output:?}");
}

#[test]
fn capture_shows_what_the_link_tells() {
    let url = "https://shop.example/?cnct_tracking_id=t%2B1&sendout_id=s1&ctwa_clid=c1&ad_id=2&x=y";
    let output = run(connectly().args(["capture", url]), "");
    assert_eq!(code(&output), 0);
    let shown = stdout(&output);
    for line in ["cnct_tracking_id: t+1", "extra x: y", "cookie cnct_tracking: v1."] {
        assert!(shown.contains(line), "{shown}");
    }
    let output = run(connectly().args(["capture", "--json", url]), "");
    assert_eq!(rows(&output)[0]["extra"]["x"], "y");
}

#[test]
fn capture_of_another_visit_is_null_and_of_a_broken_link_a_refusal() {
    let output = run(connectly().args(["capture", "--json", "https://shop.example/?ad_id=1"]), "");
    assert_eq!((code(&output), stdout(&output).trim()), (0, "null"));
    let output = run(connectly().args(["capture", "https://shop.example/?sendout_id=1"]), "");
    assert_eq!(code(&output), 1);
    let shown = String::from_utf8(output.stderr).unwrap();
    assert!(shown.contains("invalid_tracking"), "{shown}");
}

#[test]
fn misuse_is_2_and_names_what_is_missing() {
    for arguments in [vec!["send"], vec!["nonsense"], vec!["validate", "/no/such/file"]] {
        assert_eq!(code(&run(connectly().args(&arguments), "")), 2, "{arguments:?}");
    }
    let output = run(connectly().args(["send", "-"]), EXAMPLE);
    assert_eq!(code(&output), 2);
    assert!(String::from_utf8(output.stderr).unwrap().contains("CONNECTLY_API_KEY"));
}

#[test]
fn a_wrong_key_is_2_and_an_api_that_is_not_there_75() {
    let sandbox = Sandbox::builder().api_key("another").start().unwrap();
    let output = send_to(sandbox.url(), &["-"], EXAMPLE);
    assert_eq!(code(&output), 2, "{output:?}");
    // A port that was free a moment ago, and that nobody serves.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let output = send_to(&format!("http://{address}"), &["-"], EXAMPLE);
    assert_eq!(code(&output), 75, "{output:?}");
    assert!(stdout(&output).contains("connect_failed"));
}

#[test]
fn the_key_is_never_shown() {
    let sandbox = Sandbox::builder().api_key("another").start().unwrap();
    for arguments in [vec!["-"], vec!["--json", "-"]] {
        let output = send_to(sandbox.url(), &arguments, EXAMPLE);
        let shown = [output.stdout, output.stderr].concat();
        assert!(!String::from_utf8(shown).unwrap().contains(KEY));
    }
}

#[test]
fn sandbox_says_where_it_listens() {
    let mut child = connectly().arg("sandbox").spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let url = stdout
        .by_ref()
        .lines()
        .map_while(Result::ok)
        .find_map(|line| line.trim().strip_prefix("CONNECTLY_BASE_URL=").map(str::to_owned))
        .unwrap();
    let output = send_to(&url, &["-"], EXAMPLE);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(code(&output), 0, "{output:?}");
}

#[test]
fn a_sandbox_for_other_containers_says_that_it_is_for_tests() {
    let mut child = connectly().args(["sandbox", "--host", "0.0.0.0"]).spawn().unwrap();
    let mut told = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let url =
        told.find_map(|line| line.split_once("CONNECTLY_BASE_URL=").map(|(_, url)| url.to_owned()));
    let url = url.expect("an address");
    let warning = told.find(|line| line.contains("for tests only"));
    let reached = std::net::TcpStream::connect(url.trim_start_matches("http://"));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    assert!(reached.is_ok() && warning.is_some());
}

#[test]
fn an_unknown_outcome_asks_for_no_other_try() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.script_json(r#"{"kind":"reset_after_recording"}"#).unwrap();
    let without = EXAMPLE.replace(r#""order_id":"ORD-7821","#, "");
    let output = send_to(sandbox.url(), &["--json", "-"], &without);
    assert_eq!(code(&output), 1, "{output:?}");
    assert_eq!(rows(&output)[0]["outcome"], "unknown");
}

#[test]
fn whoever_stops_reading_stops_no_event() {
    const EVENTS: usize = 2_000;
    let sandbox = Sandbox::start().unwrap();
    let mut command = connectly();
    command.env("CONNECTLY_API_KEY", KEY).env("CONNECTLY_BUSINESS_ID", BUSINESS);
    command.env("CONNECTLY_BASE_URL", sandbox.url()).args(["send", "-"]);
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let mut input = child.stdin.take().unwrap();
    for number in 0..EVENTS {
        let event = EXAMPLE.replace("ORD-7821", &format!("ORD-{number}"));
        writeln!(input, "{event}").unwrap();
    }
    drop(input);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(sandbox.received().len(), EVENTS);
}

#[test]
fn a_servers_text_forges_no_row() {
    let (address, _served) = foreign_server(
        "HTTP/1.1 400 Bad Request\r\nContent-Length: 32\r\n\r\nno\n-: order X received \x1b[2J (ok)",
    );
    let output = send_to(&format!("http://{address}"), &["-"], EXAMPLE);
    let shown = stdout(&output);
    assert!(!shown.contains('\x1b'), "{shown:?}");
    assert!(!shown.lines().any(|line| line.starts_with("-: order X")), "{shown:?}");
}

#[test]
fn a_query_may_hold_a_question_mark() {
    let query = "cnct_tracking_id=a?b&sendout_id=s&ctwa_clid=c&ad_id=1";
    let output = run(connectly().args(["capture", "--json", query]), "");
    assert_eq!(rows(&output)[0]["cnct_tracking_id"], "a?b");
}

#[test]
fn a_broken_document_of_many_lines_gets_one_outcome() {
    let broken = "{\n  \"payload\": {\n    \"contents\": [\n{\"id\":\"b\"}\n    ]\n";
    let output = run(connectly().args(["validate", "--json", "-"]), broken);
    assert_eq!((code(&output), rows(&output).len()), (1, 1));
}

#[test]
fn the_capture_snippet_is_the_file_and_under_a_kilobyte() {
    let output = run(connectly().arg("snippet"), "");
    let file = include_str!("../../snippet/landing.min.js");
    assert_eq!((code(&output), stdout(&output)), (0, format!("{file}\n")));
    assert!(file.len() < 1_000, "{} bytes", file.len());
}
