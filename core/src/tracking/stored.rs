//! The stored form: versioned JSON.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::params::{TrackingParams, check, storable};
use crate::document::{Value, write_text};
use crate::error::{Error, ErrorCode, Result};
use crate::issue::{Issue, IssueCode};

/// The JSON ends here, so that name and value of the cookie fit into the 4,096 bytes that
/// browsers keep: 3,059 bytes are 4,079 in base64, and `cnct_tracking=v1.` is 17 more.
const MAX_JSON_BYTES: usize = 3_059;

impl Serialize for TrackingParams {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Extra<'a>(&'a [(String, String)]);
        impl Serialize for Extra<'_> {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_map(self.0.iter().map(|(name, value)| (name, value)))
            }
        }

        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("v", &self.version)?;
        for (name, value) in self.named() {
            map.serialize_entry(name, value)?;
        }
        if !self.extra.is_empty() {
            map.serialize_entry("extra", &Extra(&self.extra))?;
        }
        if let Some(captured_at) = self.captured_at {
            map.serialize_entry("captured_at", &captured_at)?;
        }
        for (name, value) in &self.unknown {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for TrackingParams {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        decode(Value::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl TrackingParams {
    /// The JSON form, compact.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Not through serde, whose numbers would change digits of a newer version's members.
        let mut out = format!("{{\"v\":{}", self.version);
        for (name, value) in self.named() {
            member(&mut out, name, |out| write_text(out, value));
        }
        if !self.extra.is_empty() {
            member(&mut out, "extra", |out| {
                out.push('{');
                for (index, (name, value)) in self.extra.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { "," });
                    write_text(out, name);
                    out.push(':');
                    write_text(out, value);
                }
                out.push('}');
            });
        }
        if let Some(captured_at) = self.captured_at {
            member(&mut out, "captured_at", |out| out.push_str(&captured_at.to_string()));
        }
        for (name, value) in &self.unknown {
            member(&mut out, name, |out| value.write_json(out));
        }
        out.push('}');
        out
    }

    /// Restores what [`TrackingParams::to_json`] wrote.
    ///
    /// # Errors
    /// `invalid_tracking` where the text is not that, or a value is missing or malformed.
    pub fn from_json(text: &str) -> Result<Self> {
        decode(Value::from_json(text).map_err(|error| unreadable(&error))?)
    }

    /// Restores the JSON form from the tree that a binding made of a language's own objects.
    ///
    /// # Errors
    /// As [`TrackingParams::from_json`].
    #[doc(hidden)]
    pub fn from_value(stored: Value<'_>) -> Result<Self> {
        decode(stored)
    }
}

fn member(out: &mut String, name: &str, value: impl FnOnce(&mut String)) {
    out.push(',');
    write_text(out, name);
    out.push(':');
    value(out);
}

/// How many bytes of JSON are left for extras; the member itself takes `,"extra":{}`, and the
/// first of them no comma.
pub(super) fn room_for_extras(params: &TrackingParams) -> usize {
    MAX_JSON_BYTES.saturating_sub(params.to_json().len() + r#","extra":{}"#.len() - ",".len())
}

/// How many bytes one extra takes: two strings, a colon and a comma.
pub(super) fn extra_len(name: &str, value: &str) -> usize {
    let mut json = String::with_capacity(name.len() + value.len() + 6);
    write_text(&mut json, name);
    write_text(&mut json, value);
    json.len() + 2
}

pub(super) fn unreadable(why: &dyn fmt::Display) -> Error {
    let message = format!("the stored tracking values cannot be read: {why}");
    let issue = Issue::new(IssueCode::InvalidJson, "", message);
    Error::invalid(ErrorCode::InvalidTracking, vec![issue])
}

/// Validates like a landing, since anyone can write a cookie.
fn decode(stored: Value<'_>) -> Result<TrackingParams> {
    let Value::Members(members) = stored else {
        return Err(unreadable(&"it is not an object"));
    };
    let mut reader = Reader { params: TrackingParams::empty(), issues: Vec::new() };
    for (name, member) in members {
        reader.take(&name, member);
    }
    let Reader { params, mut issues } = reader;
    for (name, value) in params.named() {
        // A member of the wrong type is not also missing.
        if !issues.iter().any(|issue| issue.path() == name) {
            issues.extend(check(name, value));
        }
    }
    if issues.is_empty() {
        Ok(params)
    } else {
        Err(Error::invalid(ErrorCode::InvalidTracking, issues))
    }
}

struct Reader {
    params: TrackingParams,
    issues: Vec<Issue>,
}

impl Reader {
    fn wrong_type(&mut self, path: impl fmt::Display, needed: &str) {
        let message = format!("must be {needed}");
        self.issues.push(Issue::new(IssueCode::WrongType, path, message));
    }

    fn take(&mut self, name: &str, value: Value<'_>) {
        let params = &mut self.params;
        let slot = match (name, &value) {
            (_, Value::Null) => return,
            ("cnct_tracking_id", _) => &mut params.cnct_tracking_id,
            ("sendout_id", _) => &mut params.sendout_id,
            ("ctwa_clid", _) => &mut params.ctwa_clid,
            ("ad_id", _) => &mut params.ad_id,
            ("extra", _) => return self.take_extra(value),
            ("v", _) => return self.take_version(&value),
            ("captured_at", _) => return self.take_captured_at(&value),
            _ => {
                params.unknown.push((name.to_owned(), value.into_owned()));
                return;
            }
        };
        match value {
            // As at landing: the first one that says something.
            Value::Text(text) if slot.is_empty() => *slot = text.into_owned(),
            Value::Text(_) => {}
            _ => self.wrong_type(name, "a string"),
        }
    }

    fn take_version(&mut self, value: &Value<'_>) {
        match whole_number(value).and_then(|version| u64::try_from(version).ok()) {
            Some(version) => self.params.version = version,
            None => self.wrong_type("v", "a whole number"),
        }
    }

    fn take_captured_at(&mut self, value: &Value<'_>) {
        match whole_number(value) {
            Some(seconds) => self.params.captured_at = Some(seconds),
            None => self.wrong_type("captured_at", "a whole number of Unix seconds"),
        }
    }

    fn take_extra(&mut self, value: Value<'_>) {
        let Value::Members(members) = value else {
            return self.wrong_type("extra", "an object");
        };
        for (name, value) in members {
            match value {
                // As at landing: one that could not be stored is dropped.
                Value::Text(text) if storable(&name) && storable(&text) => {
                    self.params.extra.push((name.into_owned(), text.into_owned()));
                }
                Value::Text(_) => {}
                _ => self.wrong_type(format_args!("extra.{name}"), "a string"),
            }
        }
    }
}

fn whole_number(value: &Value<'_>) -> Option<i64> {
    match value {
        Value::Integer(digits) | Value::Decimal(digits) | Value::Float(digits) => {
            digits.parse().ok()
        }
        _ => None,
    }
}
