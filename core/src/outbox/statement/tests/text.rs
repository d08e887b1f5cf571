//! What every driver can read.

use std::collections::BTreeSet;

use super::entry;
use crate::outbox::statement::{Parameter, Statement, Style};
use crate::outbox::transition::ATTEMPT;

const TABLE: &str = "connectly_outbox";

fn statement(style: Style) -> Statement {
    let entry = entry(Some("ORD-1"), "99.97");
    Statement::new(TABLE, &entry, &entry.enqueue(None).unwrap(), style)
}

#[test]
fn parameters_are_numbered_in_their_order_and_stand_once() {
    let Statement { sql, parameters } = statement(Style::Numeric);
    let found: Vec<_> = sql.split('$').skip(1).collect();
    assert_eq!(found.len(), parameters.len());
    for (index, text) in found.iter().enumerate() {
        let after = text.trim_start_matches(|c: char| c.is_ascii_digit());
        assert_eq!(text.strip_suffix(after), Some(&*(index + 1).to_string()), "{text}");
        assert!(after.starts_with(" AS "), "every parameter has its type: {after}");
    }
}

#[test]
fn a_name_is_written_as_its_driver_wants_it() {
    let numbers = statement(Style::Numeric);
    for (style, open, close) in [(Style::Pyformat, "%(", ")s"), (Style::Named, ":", "")] {
        let Statement { mut sql, parameters } = statement(style);
        for (index, (name, _)) in parameters.iter().enumerate() {
            let written = format!("CAST({open}{name}{close} AS ");
            assert_eq!(sql.matches(&written).count(), 1, "{written}");
            sql = sql.replace(&written, &format!("CAST(${} AS ", index + 1));
        }
        assert_eq!(sql, numbers.sql, "there is no other difference");
    }
}

#[test]
fn nothing_else_looks_like_a_parameter_or_a_comment() {
    for style in [Style::Numeric, Style::Pyformat, Style::Named] {
        let Statement { mut sql, parameters } = statement(style);
        for (name, _) in &parameters {
            sql = sql.replace(&format!("(:{name} "), "(").replace(&format!("%({name})s"), "");
        }
        for character in [':', '%', '?', '\\', '{', '@', '"', '\n'] {
            assert!(!sql.contains(character), "{character} in {sql}");
        }
        assert!(!sql.contains("--") && !sql.contains("/*"), "{sql}");
    }
}

#[test]
fn the_text_is_the_same_for_every_event() {
    let one = entry(Some("ORD-1"), "99.97");
    let other = entry(None, "1");
    let texts: BTreeSet<_> = [&one, &other]
        .map(|entry| {
            Statement::new(TABLE, entry, &entry.enqueue(None).unwrap(), Style::Numeric).sql
        })
        .into();
    assert_eq!(texts.len(), 1);
}

#[test]
fn an_event_without_an_order_id_has_no_key() {
    let event = entry(None, "99.97");
    let statement = Statement::new(TABLE, &event, &event.enqueue(None).unwrap(), Style::Numeric);
    for name in ["conversion_key", "order_id"] {
        let (_, value) = statement.parameters.iter().find(|(known, _)| *known == name).unwrap();
        assert!(matches!(value, Parameter::Bytes(None) | Parameter::Text(None)), "{name}");
    }
}

#[test]
fn metas_window_is_the_one_that_the_machine_knows() {
    let window = 48 * 60 * 60 * 1_000 - ATTEMPT;
    assert!(statement(Style::Named).sql.contains(&format!("<= {window})")));
}

#[test]
fn a_style_is_named_by_its_word_and_no_other() {
    let read = |word: &str| word.parse::<Style>();
    assert_eq!(read("numeric").unwrap(), Style::Numeric);
    assert_eq!(read("pyformat").unwrap(), Style::Pyformat);
    assert_eq!(read("named").unwrap(), Style::Named);
    assert!(read("qmark").unwrap_err().message().contains("\"numeric\""));
}

#[test]
fn a_row_of_another_statement_is_refused() {
    let statement = statement(Style::Numeric);
    assert!(statement.enqueued(1, "pending", "inserted").is_ok());
    assert!(statement.enqueued(1, "paid", "inserted").is_err());
    assert!(statement.enqueued(1, "pending", "").is_err());
}

#[test]
fn it_writes_where_the_outbox_is() {
    let event = entry(None, "99.97");
    let command = event.enqueue(None).unwrap();
    let statement = Statement::new("of_1.connectly_outbox", &event, &command, Style::Numeric);
    let elsewhere = statement.sql.replace("INTO of_1.connectly_outbox AS", "");
    assert!(elsewhere.len() < statement.sql.len() && !elsewhere.contains("connectly_outbox"));
}

#[cfg(feature = "outbox-sqlite")]
#[test]
fn an_outbox_in_a_file_has_no_statement() {
    use super::BUSINESS;
    use crate::error::ErrorCode;
    use crate::event::ConversionEvent;
    use crate::outbox::{EnqueueOptions, Outbox};
    use crate::tracking::TrackingParams;

    let builder = Outbox::builder("sqlite:///nowhere/connectly.db").business_id(BUSINESS);
    let tracking = TrackingParams::new("t1", "s1", "c1", "a1").unwrap();
    let event = ConversionEvent::purchase(tracking, "ORD-1", "USD", "1").build().unwrap();
    let options = EnqueueOptions::default();
    let refused = builder.build().unwrap().insert_statement(&event, Style::Numeric, &options);
    assert_eq!(refused.unwrap_err().code(), ErrorCode::InvalidOutboxUrl);
}
