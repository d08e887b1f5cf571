//! What a page is told.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::value::RawValue;

use super::faults::Fault;
use super::journal::{Entry, Totals};
use crate::issue::Issue;

/// So many requests are shown by a page, the latest ones; the journal keeps more.
pub(super) const SHOWN: u64 = 500;

/// So many requests are told at once at most, and of so many bytes: between two tellings others
/// are served.
pub(super) const AT_ONCE: usize = 100;
pub(super) const AT_ONCE_BYTES: usize = 1 << 20;

/// Longer texts are cut: all of them is in the request itself.
const TEXT: usize = 200;

/// So many problems of a request are listed.
const PROBLEMS: usize = 10;

#[derive(Debug)]
pub(super) enum News {
    None,
    Some(Told),
    /// The sandbox has stopped.
    End,
}

#[derive(Debug)]
pub(super) struct Told {
    /// All that is shown: what the page had is void.
    pub whole: bool,
    pub entries: Vec<Arc<Entry>>,
    pub totals: Totals,
    pub settings: Option<Settings>,
}

/// What was set by hand.
#[derive(Debug, Serialize)]
pub(super) struct Settings {
    /// The faults that are still to be played.
    pub faults: Vec<Fault>,
    /// The clock in Unix seconds, where it was set.
    pub now: Option<i64>,
}

#[derive(Serialize)]
struct Document<'a> {
    whole: bool,
    requests: Vec<Row<'a>>,
    totals: Totals,
    #[serde(flatten)]
    settings: Option<&'a Settings>,
}

impl Told {
    /// As JSON, in one line.
    pub(super) fn json(&self) -> String {
        let requests = self.entries.iter().map(|entry| Row::of(entry)).collect();
        let Self { whole, totals, .. } = *self;
        let document = Document { whole, requests, totals, settings: self.settings.as_ref() };
        // Texts and numbers: writing them cannot fail.
        serde_json::to_string(&document).unwrap_or_default()
    }
}

/// A request in the list.
#[derive(Serialize)]
struct Row<'a> {
    number: u64,
    at: i64,
    method: &'a str,
    path: Cow<'a, str>,
    status: Option<u16>,
    fault: Option<&'static str>,
    recorded: bool,
    duplicate: bool,
    attempt: u64,
    said: Option<Cow<'a, str>>,
    event: BTreeMap<&'static str, String>,
    problems: Vec<Problem<'a>>,
    /// How many problems are not listed.
    more_problems: usize,
}

#[derive(Serialize)]
struct Problem<'a> {
    code: &'static str,
    severity: &'static str,
    path: Cow<'a, str>,
    message: Cow<'a, str>,
}

impl<'a> Row<'a> {
    fn of(entry: &'a Entry) -> Self {
        let request = &entry.request;
        let problem = |issue: &'a Issue| Problem {
            code: issue.code().as_str(),
            severity: issue.severity().as_str(),
            path: cut(issue.path()),
            message: cut(issue.message()),
        };
        Self {
            number: entry.number,
            at: entry.at,
            method: &request.method,
            path: cut(&request.path),
            status: request.status,
            fault: request.fault,
            recorded: request.recorded,
            duplicate: entry.duplicate,
            attempt: entry.attempt,
            said: entry.said.as_deref().map(cut),
            event: event(&request.body),
            problems: entry.issues.iter().take(PROBLEMS).map(problem).collect(),
            more_problems: entry.issues.len().saturating_sub(PROBLEMS),
        }
    }
}

/// Where in a body the texts of the list stand.
const MEMBERS: [(&str, &[&str]); 9] = [
    ("event_name", &["event_name"]),
    ("order_id", &["payload", "order_id"]),
    ("value", &["payload", "value"]),
    ("currency", &["payload", "currency"]),
    ("event_time", &["payload", "event_time"]),
    ("cnct_tracking_id", &["cnct_tracking_id"]),
    ("sendout_id", &["sendout_id"]),
    ("ctwa_clid", &["attribution", "meta_ctwa", "ctwa_clid"]),
    ("ad_id", &["attribution", "meta_ctwa", "ad_id"]),
];

/// What a body tells, however invalid it is; numbers digit by digit.
fn event(body: &str) -> BTreeMap<&'static str, String> {
    let found = MEMBERS.iter().filter_map(|(name, path)| Some((*name, member(body, path)?)));
    found.collect()
}

fn member(json: &str, path: &[&str]) -> Option<String> {
    let Some((name, rest)) = path.split_first() else {
        let text = serde_json::from_str(json).unwrap_or_else(|_| json.to_owned());
        return Some(cut(&text).into_owned()).filter(|_| json != "null");
    };
    let members: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(json).ok()?;
    member(members.get(*name)?.get(), rest)
}

fn cut(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(TEXT) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_told_digit_by_digit_however_invalid_it_is() {
        let told = event(
            r#"{"event_name":7,"payload":{"value":1.10e2,"order_id":"<b>","currency":null},
               "attribution":{"meta_ctwa":{"ad_id":120215559412340678}}}"#,
        );
        let expected = [
            ("ad_id", "120215559412340678"),
            ("event_name", "7"),
            ("order_id", "<b>"),
            ("value", "1.10e2"),
        ];
        assert!(told.iter().map(|(name, text)| (*name, text.as_str())).eq(expected), "{told:?}");
        assert!(event("not JSON").is_empty());
        assert!(event("[]").is_empty());
    }

    #[test]
    fn a_long_text_is_cut_at_a_character() {
        assert_eq!(cut(&"ä".repeat(200)), "ä".repeat(200));
        assert_eq!(cut(&"ä".repeat(201)), format!("{}…", "ä".repeat(200)));
    }
}
