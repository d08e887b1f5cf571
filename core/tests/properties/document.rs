//! Input documents: anything is read or refused, and the wire form is a document itself.

use connectly_conversions::binding::Value as Tree;
use connectly_conversions::{ConversionEvent, Error, Rounding};
use proptest::collection::vec;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::support::{is_explained, options, reads_back, wire};

const EXAMPLE: &str = include_str!("../../../tests/event.json");

/// Any JSON number, with more digits than floats have.
fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        "-?(0|[1-9][0-9]{0,30})",
        "-?(0|[1-9][0-9]{0,12})\\.[0-9]{1,18}",
        "-?[1-9](\\.[0-9]{1,5})?[eE][-+]?[0-9]{1,4}",
    ]
}

fn text() -> impl Strategy<Value = String> + Clone {
    any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap())
}

/// Any JSON text, compact.
pub(crate) fn json() -> impl Strategy<Value = String> {
    let words = ["null", "true", "1746480000"].map(str::to_owned);
    tree(prop_oneof![proptest::sample::select(words.to_vec()), number(), text()])
}

fn tree(leaf: impl Strategy<Value = String> + 'static) -> impl Strategy<Value = String> {
    leaf.prop_recursive(4, 24, 4, |inner| {
        let member = (text(), inner.clone()).prop_map(|(name, value)| format!("{name}:{value}"));
        prop_oneof![
            vec(inner, 0..4).prop_map(|members| format!("[{}]", members.join(","))),
            vec(member, 0..4).prop_map(|members| format!("{{{}}}", members.join(","))),
        ]
    })
}

/// Values that a member of the example may be given in place of its own.
fn replacement() -> impl Strategy<Value = Value> {
    let texts = prop_oneof![
        any::<String>(),
        "[0-9]{1,20}(\\.[0-9]{0,4})?",
        Just("2025-05-05T21:20:00Z".to_owned()),
        Just("kwd".to_owned()),
        Just("ViewContent".to_owned()),
    ];
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-5_i64..1_000).prop_map(Value::from),
        (-1e15..1e15).prop_map(Value::from),
        any::<i32>().prop_map(|cents| Value::from(f64::from(cents) / 100.0)),
        texts.prop_map(Value::from),
        vec("[a-z]{1,5}", 0..3).prop_map(Value::from),
        Just(Value::Object(Map::new())),
    ]
}

/// The pointers of everything in the example, and of a few members that it has not.
fn pointers(value: &Value, at: &str, into: &mut Vec<String>) {
    into.push(at.to_owned());
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                pointers(value, &format!("{at}/{name}"), into);
            }
        }
        Value::Array(members) => {
            for (index, value) in members.iter().enumerate() {
                pointers(value, &format!("{at}/{index}"), into);
            }
        }
        _ => {}
    }
}

fn set(document: &mut Value, pointer: &str, value: Option<Value>) {
    let Some((parent, name)) = pointer.rsplit_once('/') else {
        return *document = value.unwrap_or(Value::Null);
    };
    match (document.pointer_mut(parent), value) {
        (Some(Value::Object(members)), Some(value)) => drop(members.insert(name.to_owned(), value)),
        (Some(Value::Object(members)), None) => drop(members.remove(name)),
        (Some(Value::Array(members)), value) => {
            let place = name.parse().ok().and_then(|index: usize| members.get_mut(index));
            if let Some(place) = place {
                *place = value.unwrap_or(Value::Null);
            }
        }
        _ => {}
    }
}

/// The example with up to three members replaced, removed or added.
fn mutated() -> impl Strategy<Value = Value> {
    let example: Value = serde_json::from_str(EXAMPLE).unwrap();
    let mut places = Vec::new();
    pointers(&example, "", &mut places);
    places.extend(["/captured_at", "/extra_payload", "/payload/tax"].map(str::to_owned));
    let change = (proptest::sample::select(places), proptest::option::of(replacement()));
    vec(change, 1..4).prop_map(move |changes| {
        let mut document = example.clone();
        for (place, value) in changes {
            set(&mut document, &place, value);
        }
        document
    })
}

fn judged(read: &Result<ConversionEvent, Error>) -> Result<(), TestCaseError> {
    match read {
        Ok(event) => reads_back(event),
        Err(error) => {
            prop_assert!(is_explained(error));
            Ok(())
        }
    }
}

/// Codes and paths, or the bytes: what a caller acts on.
fn gist(read: &Result<ConversionEvent, Error>) -> Result<String, Vec<(&'static str, String)>> {
    match read {
        Ok(event) => Ok(wire(event).to_owned()),
        Err(error) => {
            let problem = |issue: &connectly_conversions::Issue| {
                (issue.code().as_str(), issue.path().to_owned())
            };
            Err(error.issues().iter().filter(|issue| issue.is_error()).map(problem).collect())
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..200)) {
        judged(&ConversionEvent::from_json_bytes(&bytes, &options()))?;
    }

    #[test]
    fn any_json_is_read_or_refused(json in json()) {
        let stored = format!("{{\"stored_event\":1,\"payload\":{json},\"warnings\":[]}}");
        prop_assert!(ConversionEvent::from_json(&stored).is_err());
        judged(&ConversionEvent::from_json_with(&json, &options()))?;
    }

    #[test]
    fn any_change_of_the_example_is_read_or_refused(document in mutated()) {
        let text = document.to_string();
        for options in [
            options(),
            options().rounding(Rounding::Currency),
            options().javascript_numbers(true),
        ] {
            judged(&ConversionEvent::from_json_with(&text, &options))?;
        }
    }

    #[test]
    fn objects_and_their_text_mean_the_same(document in mutated()) {
        let read = ConversionEvent::from_json_with(&document.to_string(), &options());
        let given = ConversionEvent::from_value(Tree::deserialize(document).unwrap(), &options());
        prop_assert_eq!(gist(&read), gist(&given));
    }

    #[test]
    fn extra_members_go_out_whole(
        name in "[a-z]{3,10}_x",
        // Numbers as they go out: plain decimals.
        value in tree(prop_oneof![Just("true".to_owned()), text(), "[1-9][0-9]{0,16}(\\.[1-9])?"]),
    ) {
        let mut document: Value = serde_json::from_str(EXAMPLE).unwrap();
        document["extra_payload"] = "HERE".into();
        let extra = format!("{{\"{name}\":{value}}}");
        let text = document.to_string().replace("\"HERE\"", &extra);
        let event = match ConversionEvent::from_json_with(&text, &options()) {
            Ok(event) => event,
            // A member twice, or more digits than a number with a fraction may have.
            Err(error) => {
                prop_assert!(is_explained(&error));
                return Ok(());
            }
        };
        let expected = format!(",\"{name}\":{value}}}}}");
        prop_assert!(wire(&event).ends_with(&expected), "{}", wire(&event));
    }
}

#[test]
fn the_typed_way_sends_no_member_twice_either() {
    let event = |name, value: Value| {
        ConversionEvent::purchase(super::support::tracking(), "A", "USD", 1)
            .extra_payload(name, value)
            .extra_payload("y", Value::Null)
            .options(options())
            .build()
    };
    let twice = event("currency", "EUR".into()).unwrap_err();
    assert_eq!(twice.issues()[0].path(), "extra_payload.currency");
    assert!(event("y", 1.into()).is_err());
    let sent = event("x", serde_json::json!([1.5, 1e20, null])).unwrap_err();
    assert_eq!(sent.issues()[0].path(), "extra_payload.x[1]");
    assert!(
        wire(&event("x", serde_json::json!([1.50, null])).unwrap()).ends_with(",\"x\":[1.5]}}")
    );
}

#[test]
fn the_example_is_accepted_without_a_warning() {
    let event = ConversionEvent::from_json_with(EXAMPLE, &options()).unwrap();
    assert!(event.warnings().is_empty());
}

#[test]
fn nesting_without_end_is_refused() {
    let example = EXAMPLE.trim_end().strip_suffix('}').unwrap();
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
        for text in [deep.clone(), format!("{example},\"extra_payload\":{{\"x\":{deep}}}}}")] {
            assert!(ConversionEvent::from_json_with(&text, &options()).is_err());
            assert!(connectly_conversions::TrackingParams::from_json(&text).is_err());
        }
    }
}
