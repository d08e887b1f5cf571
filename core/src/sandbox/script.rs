//! Faults as JSON, so that any language can script them.

use std::collections::BTreeMap;
use std::time::Duration;

use http::StatusCode;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::answer::Answer;
use super::faults::{Fault, MAX_SECONDS};
use super::kind::FaultKind;
use crate::error::{Error, Result};

/// A text, or a number that stands for one.
#[derive(Deserialize)]
#[serde(untagged)]
enum Text {
    Text(String),
    Number(serde_json::Number),
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        match text {
            Text::Text(text) => text,
            Text::Number(number) => number.to_string(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Script {
    kind: FaultKind,
    status: Option<u16>,
    #[serde(default)]
    headers: BTreeMap<String, Text>,
    body: Option<Box<RawValue>>,
    seconds: Option<f64>,
    location: Option<String>,
    order_id: Option<Text>,
    times: Option<u32>,
    retry_after: Option<Text>,
    recorded: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scripts {
    faults: Vec<Script>,
}

impl<'de> Deserialize<'de> for FaultKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let known = Self::ALL.iter().copied().find(|kind| kind.as_str() == name);
        known.ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|kind| kind.as_str()).collect();
            serde::de::Error::custom(format!(
                "{name:?} is not a kind of fault: use {}",
                names.join(", ")
            ))
        })
    }
}

/// Reads one fault, or `{"faults": […]}`.
pub(super) fn parse(text: &str) -> Result<Vec<Fault>> {
    let refused = |why: String| Error::invalid_option("faults", &why);
    let members: BTreeMap<String, &RawValue> =
        serde_json::from_str(text).map_err(|error| refused(error.to_string()))?;
    let scripts = if members.contains_key("faults") {
        serde_json::from_str::<Scripts>(text).map(|scripts| scripts.faults)
    } else {
        serde_json::from_str::<Script>(text).map(|script| vec![script])
    };
    let scripts = scripts.map_err(|error| refused(error.to_string()))?;
    scripts.into_iter().map(|script| script.fault().map_err(refused)).collect()
}

impl Script {
    fn fault(self) -> std::result::Result<Fault, String> {
        let mut fault = Fault::new(self.kind);
        fault.status = self.status;
        fault.order_id = self.order_id.map(Into::into);
        fault.times = self.times.unwrap_or(1);
        fault.recorded = self.recorded;
        fault.pause = self.seconds.map(pause).transpose()?;
        fault.body = self.body.map(|body| text(&body));
        fault.headers =
            self.headers.into_iter().map(|(name, value)| (name, value.into())).collect();
        if let Some(seconds) = self.retry_after {
            fault = fault.header("Retry-After", seconds);
        }
        match (self.kind, self.location) {
            (FaultKind::Redirect, Some(location)) => fault = fault.header("Location", location),
            (FaultKind::Redirect, None) => return Err("redirect needs its `location`".to_owned()),
            (_, Some(_)) => return Err("`location` belongs to redirect".to_owned()),
            (_, None) => {}
        }
        if self.kind == FaultKind::Delay && fault.pause.is_none() {
            return Err("delay needs its `seconds`".to_owned());
        }
        // Whatever cannot be played is refused now, not in the middle of a test.
        fault.reply(Answer::json(StatusCode::OK, ""))?;
        Ok(fault)
    }
}

impl Serialize for Fault {
    /// What `parse` reads.
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shown<'a> {
            kind: &'static str,
            #[serde(skip_serializing_if = "Option::is_none")]
            status: Option<u16>,
            #[serde(skip_serializing_if = "Option::is_none")]
            seconds: Option<f64>,
            #[serde(skip_serializing_if = "Option::is_none")]
            location: Option<&'a str>,
            #[serde(skip_serializing_if = "BTreeMap::is_empty")]
            headers: BTreeMap<&'a str, &'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            body: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            order_id: Option<&'a str>,
            times: u32,
            #[serde(skip_serializing_if = "Option::is_none")]
            recorded: Option<bool>,
        }
        let is_location = |name: &str| self.kind == FaultKind::Redirect && name == "location";
        let mut headers = BTreeMap::new();
        let mut location = None;
        for (name, value) in &self.headers {
            if is_location(&name.to_ascii_lowercase()) {
                location = Some(value.as_str());
            } else {
                headers.insert(name.as_str(), value.as_str());
            }
        }
        let shown = Shown {
            kind: self.kind.as_str(),
            status: self.status,
            seconds: self.pause.map(|pause| pause.as_secs_f64()),
            location,
            headers,
            body: self.body.as_deref(),
            order_id: self.order_id.as_deref(),
            times: self.times,
            recorded: self.recorded,
        };
        shown.serialize(serializer)
    }
}

fn pause(seconds: f64) -> std::result::Result<Duration, String> {
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|_| seconds <= MAX_SECONDS)
        .ok_or_else(|| format!("seconds: {seconds} is not from 0 to {MAX_SECONDS}"))
}

/// A body given as a text is that text; given as JSON of any other type, it is that JSON.
fn text(body: &RawValue) -> String {
    serde_json::from_str(body.get()).unwrap_or_else(|_| body.get().to_owned())
}
