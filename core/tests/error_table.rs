//! `schema/errors.json` is the one table; the enums must say the same.
// Helpers of tests say what they expect by failing.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use connectly_conversions::{ErrorCode, ErrorKind, IssueCode};
use serde_json::Value;

fn column(table: &Value, list: &str, name: &str) -> Vec<String> {
    let rows = table[list].as_array().expect("a list");
    rows.iter().map(|row| row[name].as_str().expect("a text").to_owned()).collect()
}

fn table() -> Value {
    serde_json::from_str(include_str!("../schema/errors.json")).expect("JSON")
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
