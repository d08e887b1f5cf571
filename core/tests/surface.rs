//! `schema/surface.json` is the one table; the enums must say the same.
// Helpers of tests say what they expect by failing.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use connectly_conversions::binding::{Omission, ReportResult};
use connectly_conversions::{
    DEFAULT_CONCURRENCY, ErrorCode, ErrorKind, IssueCode, RetryPolicy, SkipReason, VisitCount,
};
use serde_json::Value;

fn column(table: &Value, list: &str, name: &str) -> Vec<String> {
    let rows = table[list].as_array().expect("a list");
    rows.iter().map(|row| row[name].as_str().expect("a text").to_owned()).collect()
}

fn table() -> Value {
    serde_json::from_str(include_str!("../schema/surface.json")).expect("JSON")
}

#[test]
fn every_kind_stands_in_the_table_in_its_order() {
    let kinds: Vec<_> = ErrorKind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(column(&table(), "kinds", "kind"), kinds);
}

#[test]
fn every_code_stands_in_the_table_in_its_order() {
    let codes: Vec<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(column(&table(), "errors", "code"), codes);
}

#[test]
fn every_code_names_kinds_of_the_table() {
    let table = table();
    let kinds = column(&table, "kinds", "kind");
    for row in table["errors"].as_array().expect("a list") {
        let named = row["kinds"].as_array().expect("a list");
        assert!(!named.is_empty(), "{row}");
        for kind in named {
            assert!(kinds.iter().any(|known| kind == known), "{row}");
        }
    }
}

#[test]
fn every_problem_stands_in_the_table_with_its_severity() {
    let table = table();
    let codes: Vec<_> = IssueCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(column(&table, "issues", "code"), codes);
    let severities: Vec<_> = IssueCode::ALL.iter().map(|code| code.severity().as_str()).collect();
    assert_eq!(column(&table, "issues", "severity"), severities);
}

#[test]
fn every_sentence_is_one() {
    let table = table();
    let texts = |list: &str, names: &[&str]| -> Vec<String> {
        names.iter().flat_map(|name| column(&table, list, name)).collect()
    };
    let sentences = [
        texts("kinds", &["means", "do", "queue"]),
        texts("errors", &["means", "do"]),
        texts("issues", &["means", "do"]),
        texts("faults", &["does"]),
        texts("visits", &["means"]),
        texts("skips", &["means"]),
        texts("reports", &["means"]),
        texts("omissions", &["means"]),
        texts("checks", &["means", "do"]),
    ];
    for text in sentences.concat() {
        assert!(text.ends_with('.') && text.len() > 7, "{text:?}");
    }
}

#[test]
fn what_becomes_of_an_order_stands_in_the_table() {
    let results: Vec<_> = ReportResult::ALL.iter().map(|result| result.as_str()).collect();
    assert_eq!(column(&table(), "reports", "result"), results);
    let reasons: Vec<_> = Omission::ALL.iter().map(|reason| reason.as_str()).collect();
    assert_eq!(column(&table(), "omissions", "reason"), reasons);
}

#[test]
fn what_a_visit_is_stands_in_the_table() {
    let counts: Vec<_> = VisitCount::ALL.iter().map(|count| count.as_str()).collect();
    assert_eq!(column(&table(), "visits", "count"), counts);
    let reasons: Vec<_> = SkipReason::ALL.iter().map(|reason| reason.as_str()).collect();
    assert_eq!(column(&table(), "skips", "reason"), reasons);
}

#[test]
fn the_defaults_are_those_of_the_table() {
    let table = table();
    let default = |group: &str, name: &str| -> f64 {
        let rows = table["options"][group].as_array().expect("a list");
        let row = rows.iter().find(|row| row["name"] == name).expect("an option");
        row["default"].as_f64().expect("a number")
    };
    let retries = default("retry", "retries").to_string().parse().ok();
    let (base, cap) = (default("retry", "base"), default("retry", "cap"));
    let policy = RetryPolicy::from_seconds(retries, Some(base), Some(cap)).expect("a policy");
    assert_eq!(RetryPolicy::default(), policy);
    assert_eq!(DEFAULT_CONCURRENCY.to_string(), default("send_many", "concurrency").to_string());
}

#[cfg(feature = "cli")]
#[test]
fn every_check_of_the_doctor_stands_in_the_table() {
    use connectly_conversions::binding::{Check, Level};
    let table = table();
    let checks: Vec<_> = Check::ALL.iter().map(|check| check.as_str()).collect();
    assert_eq!(column(&table, "checks", "check"), checks);
    let advice: Vec<_> = Check::ALL.iter().map(|check| check.advice()).collect();
    assert_eq!(column(&table, "checks", "do"), advice);
    let levels: Vec<_> = Level::ALL.iter().map(|level| level.as_str()).collect();
    assert_eq!(levels, ["ok", "skipped", "look", "later", "wrong"]);
}

#[cfg(feature = "sandbox")]
#[test]
fn every_fault_stands_in_the_table_and_says_whether_it_records() {
    use connectly_conversions::FaultKind;
    let table = table();
    let kinds: Vec<_> = FaultKind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(column(&table, "faults", "kind"), kinds);
    for (row, kind) in table["faults"].as_array().expect("a list").iter().zip(FaultKind::ALL) {
        assert_eq!(row["records"], kind.records(), "{kind}");
    }
}
