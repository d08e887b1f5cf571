//! `connectly doctor`, against real servers.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::Output;

use connectly_conversions::{Fault, Sandbox};
use serde_json::Value;

use crate::support::*;

fn doctor(url: &str, arguments: &[&str]) -> Output {
    let mut command = connectly();
    command.env("CONNECTLY_API_KEY", KEY).env("CONNECTLY_BUSINESS_ID", BUSINESS);
    run(command.env("CONNECTLY_BASE_URL", url).args(["doctor", "--json"]).args(arguments), "")
}

/// Each check's level.
fn levels(output: &Output) -> BTreeMap<String, String> {
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    rows(output).iter().map(|row| (text(row, "check"), text(row, "level"))).collect()
}

fn found(output: &Output, check: &str) -> String {
    let row = rows(output).into_iter().find(|row| row["check"] == check).unwrap();
    row["found"].as_str().unwrap().to_owned()
}

/// A shop that answers these, one connection each; `HOST` is its own address.
fn shop(answers: &'static [&'static str]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let told = host.clone();
    std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            assert!(lines.map_while(Result::ok).any(|line| line.is_empty()));
            stream.write_all(answer.replace("HOST", &host).as_bytes()).unwrap();
        }
    });
    told
}

const LANDING: &str = "cnct_tracking_id=t&sendout_id=s&ctwa_clid=c&ad_id=1";

#[test]
fn a_machine_that_is_well_ends_with_0_and_reports_nothing() {
    let sandbox = Sandbox::start().unwrap();
    let output = doctor(sandbox.url(), &[]);
    let well = ["api_key", "business_id", "base_url", "api", "clock"].map(|check| (check, "ok"));
    let asked = ["access", "landing_params", "outbox"].map(|check| (check, "skipped"));
    let expected = well.into_iter().chain(asked);
    let expected = expected.map(|(check, level)| (check.to_owned(), level.to_owned()));
    assert_eq!(levels(&output), expected.collect());
    assert_eq!(code(&output), 0);
    assert!(sandbox.requests().is_empty() && sandbox.received().is_empty());
}

#[test]
fn the_key_is_asked_about_by_an_event_that_cannot_be_recorded() {
    let sandbox = Sandbox::builder().api_key(KEY).business_id(BUSINESS).start().unwrap();
    let output = doctor(sandbox.url(), &["--send-test"]);
    assert_eq!((levels(&output)["access"].as_str(), code(&output)), ("ok", 0));
    assert_eq!(sandbox.requests()[0].body, "{}");
    assert!(sandbox.received().is_empty());
    let other = Sandbox::builder().api_key("another").start().unwrap();
    let output = doctor(other.url(), &["--send-test"]);
    assert_eq!((levels(&output)["access"].as_str(), code(&output)), ("wrong", 2));
    assert!(!stdout(&output).contains(KEY));
    other.fail_next(Fault::status(503));
    assert_eq!(code(&doctor(other.url(), &["--send-test"])), 75);
}

#[test]
fn settings_that_are_missing_are_named_with_what_to_do() {
    let output = run(connectly().args(["doctor", "--base-url", "http://api.example"]), "");
    assert_eq!(code(&output), 2);
    let text = stdout(&output);
    for said in ["CONNECTLY_API_KEY is not set", "CONNECTLY_BUSINESS_ID is not set", "https"] {
        assert!(text.contains(said), "{text}");
    }
}

#[test]
fn a_host_that_is_silent_may_be_back_later() {
    // Nobody listens below 1024 here.
    let url = "http://127.0.0.1:1";
    let output = doctor(url, &[]);
    assert_eq!((levels(&output)["api"].as_str(), code(&output)), ("later", 75));
}

#[test]
fn a_shop_that_keeps_everything_is_well() {
    let shop = shop(&[
        "HTTP/1.1 301 Moved\r\nlocation: /es?cnct_tracking_id=t&sendout_id=s&ctwa_clid=c&ad_id=1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        "HTTP/1.1 200 OK\r\nset-cookie: cnct_tracking=v1.abc; Path=/\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi",
    ]);
    let sandbox = Sandbox::start().unwrap();
    let output = doctor(sandbox.url(), &["--landing", &format!("http://{shop}/?{LANDING}")]);
    let levels = levels(&output);
    for check in ["landing_params", "landing_redirects", "landing_cookie"] {
        assert_eq!(levels[check], "ok", "{check}: {}", stdout(&output));
    }
    assert_eq!(code(&output), 0);
}

#[test]
fn the_redirect_that_loses_the_parameters_is_named() {
    let shop = shop(&[
        "HTTP/1.1 302 Found\r\nlocation: http://HOST/es?sendout_id=s\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi",
    ]);
    let sandbox = Sandbox::start().unwrap();
    let landing = format!("http://{shop}/?{LANDING}");
    let output = doctor(sandbox.url(), &["--landing", &landing, "--cookie-domain", "shop.example"]);
    assert_eq!(
        found(&output, "landing_redirects"),
        format!(
            "step 1: 302 to http://{shop}/es loses ad_id, loses cnct_tracking_id, loses ctwa_clid"
        )
    );
    let levels = levels(&output);
    assert_eq!((&*levels["landing_params"], &*levels["landing_cookie"]), ("ok", "look"));
    assert_eq!((&*levels["cookie_domain"], code(&output)), ("wrong", 2));
}

#[test]
fn a_redirect_without_an_end_is_not_followed_for_ever() {
    let again =
        "HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let shop = shop(Box::leak(vec![again; 20].into_boxed_slice()));
    let sandbox = Sandbox::start().unwrap();
    let output = doctor(sandbox.url(), &["--landing", &format!("http://{shop}/?{LANDING}")]);
    assert!(found(&output, "landing_redirects").contains("20 redirects, and no page"));
    assert_eq!(code(&output), 1);
}

#[test]
fn the_outbox_is_looked_into_and_never_made() {
    let folder = std::env::temp_dir().join(format!("connectly-doctor-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("outbox.db");
    let url = format!("sqlite://{}", file.display());
    let sandbox = Sandbox::start().unwrap();
    let output = doctor(sandbox.url(), &["--outbox", &url]);
    assert_eq!((levels(&output)["outbox"].as_str(), code(&output)), ("look", 1));
    assert!(!file.exists(), "a look makes no outbox");
    // Any command opens it.
    let mut pause = connectly();
    pause.env("CONNECTLY_BUSINESS_ID", BUSINESS).env("CONNECTLY_OUTBOX_URL", &url);
    assert_eq!(code(&run(pause.args(["outbox", "pause"]), "")), 0);
    let levels = levels(&doctor(sandbox.url(), &["--outbox", &url]));
    assert_eq!(levels["outbox_delivery"], "look");
    for check in ["outbox_business", "outbox_age", "outbox_holds", "outbox_dead_letters"] {
        assert_eq!(levels[check], "ok", "{check}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn what_is_asked_wrongly_is_misuse() {
    for arguments in [&["--landing", "shop.example"][..], &["--cookie-domain", "shop.example"]] {
        assert_eq!(code(&doctor("http://127.0.0.1:9", arguments)), 2, "{arguments:?}");
    }
}
