//! A valid event as JSON text, to be kept in a job queue or a row, and back.
//!
//! It is an input document with a mark and with the warnings of its making. Money is text, so
//! that a queue that parses and prints JSON changes no digit. What was valid stays valid, whatever
//! the clock, the environment or the options of the process that reads it.

use serde::Serialize;

use super::conversion_event::{ConversionEvent, Inner};
use super::options::EventOptions;
use super::wire::{self, Extra};
use crate::document::{Form, Value};
use crate::error::{Error, ErrorCode, Result};
use crate::issue::{Issue, IssueCode};

/// The member that tells a stored event from an input document; its value is the form's version.
const MARK: &str = "stored_event";

const VERSION: u32 = 1;

#[derive(Serialize)]
struct Stored<'a> {
    #[serde(rename = "stored_event")]
    version: u32,
    #[serde(flatten)]
    event: wire::Event<'a, String>,
    extra_payload: Extra<'a>,
    warnings: &'a [Issue],
}

impl ConversionEvent {
    /// The event as JSON text that [`ConversionEvent::from_json`] reads back, to the same bytes
    /// and warnings.
    #[must_use]
    pub fn to_json(&self) -> String {
        let valid = self.valid();
        let stored = Stored {
            version: VERSION,
            event: wire::Event::of(valid, |amount| amount.to_string(), &[]),
            extra_payload: Extra(&valid.extra_payload),
            warnings: self.warnings(),
        };
        // Made of texts and numbers, which always have a JSON form.
        serde_json::to_string(&stored).unwrap_or_default()
    }
}

pub(super) type Members<'a> = Vec<(std::borrow::Cow<'a, str>, Value<'a>)>;

pub(super) fn is_marked(members: &Members<'_>) -> bool {
    members.iter().any(|(name, _)| name == MARK)
}

/// Reads what [`ConversionEvent::to_json`] wrote.
pub(super) fn restore(document: Value<'_>) -> Result<ConversionEvent> {
    let Value::Members(mut members) = document else {
        return Err(unreadable("it is not an object"));
    };
    let mut take = |wanted: &str| {
        let at = members.iter().position(|(name, _)| name == wanted)?;
        Some(members.remove(at).1)
    };
    match take(MARK) {
        Some(Value::Integer(version)) if version == VERSION.to_string() => {}
        Some(Value::Integer(_)) => {
            return Err(unreadable("a newer version of this library wrote it"));
        }
        _ => return Err(unreadable("its version is not an integer")),
    }
    let warnings = match take("warnings") {
        Some(Value::List(stored)) => stored.into_iter().filter_map(warning).collect(),
        _ => return Err(unreadable("its warnings are missing")),
    };
    let payload = |wanted: &str| {
        let (_, payload) = members.iter().find(|(name, _)| name == "payload")?;
        let Value::Members(payload) = payload else { return None };
        payload.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone())
    };
    // The rules of time and of currencies were kept when the event was made.
    let mut options = EventOptions::new();
    match payload("event_time") {
        Some(Value::Integer(seconds)) => {
            let seconds = seconds
                .parse::<i64>()
                .map_err(|_| unreadable("its time is not a number of seconds"))?;
            options = options.now(seconds);
        }
        _ => return Err(unreadable("its time is missing")),
    }
    if let Some(Value::Text(code)) = payload("currency") {
        options = options.extra_currencies([code]);
    }
    let mut event = Inner::read(Value::Members(members), Form::Input, &options)?;
    event.warnings = warnings;
    Ok(event.into())
}

fn unreadable(why: &str) -> Error {
    let message = format!("the stored event cannot be read: {why}");
    Error::invalid(ErrorCode::InvalidEvent, vec![Issue::new(IssueCode::InvalidJson, "", message)])
}

/// A warning as it was stored; one that this release does not know is left out.
fn warning(stored: Value<'_>) -> Option<Issue> {
    let Value::Members(members) = stored else { return None };
    let text = |wanted: &str| {
        members.iter().find_map(|(name, value)| match value {
            Value::Text(text) if name == wanted => Some(text.to_string()),
            _ => None,
        })
    };
    let stored = text("code")?;
    let code = IssueCode::ALL.iter().copied().find(|code| code.as_str() == stored)?;
    let issue = Issue::new(code, text("path")?, text("message")?).suggest(text("suggestion"));
    (!issue.is_error()).then_some(issue)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Item, Rounding, TrackingParams};

    fn tracking() -> TrackingParams {
        TrackingParams::new("t\"1", "s1", "c1", "23851234567890123").unwrap()
    }

    fn restored(event: &ConversionEvent) -> ConversionEvent {
        let restored = ConversionEvent::from_json(&event.to_json()).unwrap();
        assert_eq!(&restored, event);
        assert_eq!(restored.warnings(), event.warnings());
        restored
    }

    #[test]
    fn digits_that_no_float_holds_survive() {
        let event = ConversionEvent::purchase(tracking(), "A-1", "USD", "1234567890123456.78")
            .item(Item::new("x").quantity(3).item_price("0.000000000000000001"))
            .build()
            .unwrap();
        assert_eq!(restored(&event).value(), event.value());
    }

    #[test]
    fn a_queue_that_reads_and_prints_json_changes_nothing() {
        let event = ConversionEvent::purchase(tracking(), "7", "USD", "1234567890123456.78")
            .extra_payload("points", serde_json::json!([1.5, 1e15, 12]))
            .build()
            .unwrap();
        let reprinted: serde_json::Value = serde_json::from_str(&event.to_json()).unwrap();
        let again = ConversionEvent::from_json(&reprinted.to_string()).unwrap();
        assert_eq!(again, event);
        assert_eq!(again.warnings(), event.warnings());
    }

    #[test]
    fn warnings_are_kept_and_none_is_added() {
        let event = ConversionEvent::purchase(tracking(), None::<String>, "zzx", "9.999")
            .extra_payload("loyalty", serde_json::json!({"points": [1.50]}))
            .options(EventOptions::new().extra_currencies(["ZZX"]).rounding(Rounding::Currency))
            .event_time(1_500_000_000)
            .build()
            .unwrap();
        assert!(event.warnings().len() >= 3, "{:?}", event.warnings());
        restored(&event);
    }

    #[test]
    fn what_lies_ahead_of_a_slow_clock_is_restored() {
        let event = ConversionEvent::view_content(tracking())
            .options(EventOptions::new().now(4_000_000_000))
            .build()
            .unwrap();
        assert_eq!(restored(&event).event_time(), 4_000_000_000);
    }

    #[test]
    fn a_newer_form_is_refused_by_name() {
        let event = ConversionEvent::view_content(tracking()).build().unwrap();
        let newer = event.to_json().replace(r#""stored_event":1"#, r#""stored_event":2"#);
        let error = ConversionEvent::from_json(&newer).unwrap_err();
        assert!(error.issues()[0].message().contains("newer version"), "{error}");
    }

    #[test]
    fn another_text_is_refused() {
        for text in
            ["", "{}", "[]", r#"{"stored_event":1}"#, r#"{"stored_event":"1","warnings":[]}"#]
        {
            let error = ConversionEvent::from_json(text).unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidEvent, "{text}");
        }
    }

    #[test]
    fn the_wire_is_read_back_with_all_its_digits() {
        let event = ConversionEvent::purchase(tracking(), "A-1", "USD", "1234567890123456.78")
            .extra_payload("loyalty", serde_json::json!({"points": 3}))
            .build()
            .unwrap();
        assert!(ConversionEvent::from_json_bytes(event.to_wire(), &EventOptions::new()).is_err());
        assert_eq!(
            ConversionEvent::from_wire(event.to_wire(), &EventOptions::new()).unwrap(),
            event
        );
    }
}
