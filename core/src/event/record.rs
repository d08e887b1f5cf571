//! A valid event as a text, to be kept or handed to another process, and back.
//!
//! The record holds the wire's bytes and the warnings: what was valid stays valid, whatever the
//! clock, the environment or the options of the process that reads it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{ConversionEvent, EventOptions};
use crate::error::{Error, ErrorCode, Result};
use crate::issue::{Issue, IssueCode};
use crate::json::Json;

#[derive(Serialize, Deserialize)]
struct Record<'a> {
    #[serde(borrow)]
    wire: &'a RawValue,
    warnings: Vec<Warning<'a>>,
}

#[derive(Serialize, Deserialize)]
struct Warning<'a> {
    #[serde(borrow)]
    code: Cow<'a, str>,
    #[serde(borrow)]
    path: Cow<'a, str>,
    #[serde(borrow)]
    message: Cow<'a, str>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    suggestion: Option<Cow<'a, str>>,
}

impl ConversionEvent {
    /// The event as JSON text that [`ConversionEvent::from_record`] restores, warnings included.
    #[must_use]
    pub fn to_record(&self) -> String {
        let warnings = self.warnings().iter().map(|issue| Warning {
            code: issue.code().as_str().into(),
            path: issue.path().into(),
            message: issue.message().into(),
            suggestion: issue.suggestion().map(Cow::Borrowed),
        });
        let wire = serde_json::from_slice(self.to_wire());
        // What was written as JSON is JSON, so neither step can fail.
        wire.and_then(|wire| serde_json::to_string(&Record { wire, warnings: warnings.collect() }))
            .unwrap_or_default()
    }

    /// Restores what [`ConversionEvent::to_record`] wrote, to the same bytes and warnings.
    ///
    /// # Errors
    /// `invalid_event` where the text is not that.
    pub fn from_record(record: &str) -> Result<Self> {
        let record: Record<'_> =
            serde_json::from_str(record).map_err(|error| unreadable(&error.to_string()))?;
        let (document, event_time, currency) = document(record.wire.get())
            .ok_or_else(|| unreadable("it is not what this library wrote"))?;
        let options = EventOptions::new().now(event_time).extra_currencies(currency);
        let warnings = record.warnings.into_iter().filter_map(warning).collect();
        let event = Self::from_json_with(&document, &options)?.with_warnings(warnings);
        if event.to_wire() != record.wire.get().as_bytes() {
            return Err(unreadable("it is not what this library wrote"));
        }
        Ok(event)
    }
}

fn unreadable(why: &str) -> Error {
    let message = format!("the stored event cannot be read: {why}");
    Error::invalid(ErrorCode::InvalidEvent, vec![Issue::new(IssueCode::InvalidJson, "", message)])
}

fn warning(stored: Warning<'_>) -> Option<Issue> {
    let code = IssueCode::ALL.iter().copied().find(|code| code.as_str() == stored.code)?;
    let message = stored.message.into_owned();
    let issue = Issue::new(code, &stored.path, message).suggest(stored.suggestion);
    (!issue.is_error()).then_some(issue)
}

/// The input document of a wire form, its time and its currency. Money becomes text, which is
/// exact where a JSON number is not, and members that the wire does not know `extra_payload`.
fn document(wire: &str) -> Option<(String, i64, Option<String>)> {
    let Json::Object(mut members) = Json::parse(wire).ok()? else { return None };
    let payload = members.iter_mut().find(|(name, _)| name == "payload")?;
    let Json::Object(payload) = &mut payload.1 else { return None };
    let (mut event_time, mut currency, mut extras) = (None, None, Vec::new());
    let mut known = Vec::with_capacity(payload.len());
    for (name, mut value) in payload.drain(..) {
        match (name.as_str(), &mut value) {
            ("event_time", Json::Number(seconds)) => event_time = seconds.parse().ok(),
            ("currency", Json::String(code)) => currency = Some(code.clone()),
            ("value", value) => as_text(value),
            ("contents", Json::Array(lines)) => lines.iter_mut().for_each(price_as_text),
            ("order_id" | "content_type" | "content_ids" | "num_items", _) => (),
            _ => {
                extras.push((name, value));
                continue;
            }
        }
        known.push((name, value));
    }
    *payload = known;
    members.push(("extra_payload".to_owned(), Json::Object(extras)));
    let mut document = Vec::with_capacity(wire.len() + 64);
    Json::Object(members).write(&mut document);
    Some((String::from_utf8(document).ok()?, event_time?, currency))
}

fn price_as_text(line: &mut Json) {
    if let Json::Object(members) = line
        && let Some((_, price)) = members.iter_mut().find(|(name, _)| name == "item_price")
    {
        as_text(price);
    }
}

fn as_text(value: &mut Json) {
    if let Json::Number(digits) = value {
        *value = Json::String(std::mem::take(digits));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Item, Rounding, TrackingParams};

    fn tracking() -> TrackingParams {
        TrackingParams::new("t\"1", "s1", "c1", "23851234567890123").unwrap()
    }

    fn restored(event: &ConversionEvent) -> ConversionEvent {
        let restored = ConversionEvent::from_record(&event.to_record()).unwrap();
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
    fn another_text_is_refused() {
        for text in ["", "{}", "[]", r#"{"wire":{"payload":{}},"warnings":[]}"#] {
            let error = ConversionEvent::from_record(text).unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidEvent, "{text}");
        }
    }
}
