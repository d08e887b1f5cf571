//! Runs `vectors/*.json` against the core.

mod landing;

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use connectly_conformance::{Report, vectors};
use connectly_conversions::binding::{Answer, Decision, Disposition, Resend, Situation};
use connectly_conversions::{ConversionEvent, Error, EventOptions, Issue, RetryPolicy, Rounding};
use serde::Deserialize;
use serde_json::{Map, Value};

type Outcome = Result<(), Box<dyn std::error::Error>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Problem {
    code: String,
    path: String,
    #[serde(default, deserialize_with = "present")]
    suggestion: Suggestion,
}

#[derive(Default)]
enum Suggestion {
    /// Left out: not compared.
    #[default]
    Any,
    None,
    Exactly(String),
}

fn present<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Suggestion, D::Error> {
    Ok(Option::deserialize(d)?.map_or(Suggestion::None, Suggestion::Exactly))
}

/// How the issues differ from the expected set.
fn compare(expected: &[Problem], issues: &[&Issue]) -> Option<String> {
    let wanted: BTreeSet<_> = expected.iter().map(|p| (p.code.as_str(), p.path.as_str())).collect();
    let found: BTreeSet<_> = issues.iter().map(|i| (i.code().as_str(), i.path())).collect();
    if wanted != found || expected.len() != issues.len() {
        return Some(format!("expected {wanted:?}, found {issues:?}"));
    }
    expected.iter().find_map(|problem| {
        let wanted = match &problem.suggestion {
            Suggestion::Any => return None,
            Suggestion::None => None,
            Suggestion::Exactly(text) => Some(text.as_str()),
        };
        let issue = issues.iter().find(|i| i.path() == problem.path)?;
        (issue.suggestion() != wanted)
            .then(|| format!("expected the suggestion {wanted:?}, found {issue:?}"))
    })
}

fn errors(error: &Error) -> Vec<&Issue> {
    error.issues().iter().filter(|issue| issue.is_error()).collect()
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Options {
    rounding: Option<String>,
    extra_currencies: Option<Vec<String>>,
    javascript_numbers: bool,
}

impl Options {
    fn at(self, now: i64) -> Result<EventOptions, Error> {
        let mut options = EventOptions::new().now(now).javascript_numbers(self.javascript_numbers);
        if let Some(rounding) = self.rounding {
            options = options.rounding(rounding.parse::<Rounding>()?);
        }
        Ok(options.extra_currencies(self.extra_currencies.unwrap_or_default()))
    }
}

#[test]
fn wire() -> Outcome {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        name: String,
        #[serde(rename = "why")]
        _why: Option<String>,
        now: i64,
        input: String,
        #[serde(default)]
        options: Options,
        wire: String,
        warnings: Vec<Problem>,
    }
    let mut report = Report::default();
    for case in vectors::<Case>("wire")? {
        let problem =
            match ConversionEvent::from_json_with(&case.input, &case.options.at(case.now)?) {
                Err(error) => Some(format!("refused: {error}")),
                Ok(event) if event.to_wire() != case.wire.as_bytes() => Some(format!(
                    "expected {}\nfound    {}",
                    case.wire,
                    String::from_utf8_lossy(event.to_wire())
                )),
                Ok(event) => compare(&case.warnings, &event.warnings().iter().collect::<Vec<_>>()),
            };
        report.case(&case.name, problem);
    }
    report.finish()?;
    Ok(())
}

#[test]
fn validation() -> Outcome {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        name: String,
        #[serde(rename = "why")]
        _why: Option<String>,
        now: i64,
        input: String,
        #[serde(default)]
        options: Options,
        errors: Vec<Problem>,
        warnings: Option<Vec<Problem>>,
    }
    let mut report = Report::default();
    for case in vectors::<Case>("validation")? {
        let found = ConversionEvent::from_json_with(&case.input, &case.options.at(case.now)?);
        let problem = match found {
            Err(error) => compare(&case.errors, &errors(&error)),
            Ok(event) => match &case.warnings {
                Some(warnings) if case.errors.is_empty() => {
                    compare(warnings, &event.warnings().iter().collect::<Vec<_>>())
                }
                _ => Some(format!("accepted with {:?}", event.warnings())),
            },
        };
        report.case(&case.name, problem);
    }
    report.finish()?;
    Ok(())
}

fn disposition(name: &str) -> Result<Disposition, String> {
    Ok(match name {
        "never_sent" => Disposition::NeverSent,
        "not_recorded" => Disposition::NotRecorded,
        "ambiguous" => Disposition::Ambiguous,
        "refused" => Disposition::Refused,
        "misconfigured" => Disposition::Misconfigured,
        other => return Err(format!("no disposition {other:?}")),
    })
}

#[test]
fn response() -> Outcome {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct ExpectedError {
        kind: String,
        code: String,
        message: Option<String>,
        retry_after: Option<f64>,
        disposition: String,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct ExpectedReceipt {
        events_received: u64,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "snake_case")]
    enum Expected {
        Receipt(ExpectedReceipt),
        Error(ExpectedError),
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        name: String,
        #[serde(rename = "why")]
        _why: Option<String>,
        status: u16,
        headers: Map<String, Value>,
        body: String,
        #[serde(rename = "order_id")]
        _order_id: bool,
        now: u64,
        expect: Expected,
    }
    let mut report = Report::default();
    for case in vectors::<Case>("response")? {
        let mut headers = http::HeaderMap::new();
        for (name, value) in &case.headers {
            let value = value.as_str().ok_or("a header's value is a string")?;
            headers.insert(http::HeaderName::try_from(name)?, value.parse()?);
        }
        let answer =
            Answer { status: case.status, headers, body: case.body.into_bytes(), damage: None };
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(case.now);
        let problem = match (case.expect, answer.read(now)) {
            (Expected::Receipt(expected), Ok(found)) => {
                let (expected, found) = (expected.events_received, found.events_received());
                (expected != found).then(|| format!("expected {expected}, found {found}"))
            }
            (Expected::Error(expected), Err(found)) => {
                let error = &found.error;
                let same = error.kind().as_str() == expected.kind
                    && error.code().as_str() == expected.code
                    && found.disposition == disposition(&expected.disposition)?
                    && error.retry_after().map(|wait| wait.as_secs_f64()) == expected.retry_after
                    && expected.message.is_none_or(|message| message == error.message());
                (!same).then(|| format!("found {found:?}"))
            }
            (_, found) => Some(format!("found {found:?}")),
        };
        report.case(&case.name, problem);
    }
    report.finish()?;
    Ok(())
}

#[test]
fn retry() -> Outcome {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Policy {
        retries: u32,
        base: f64,
        cap: f64,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Expected {
        retry_after_wait: Option<f64>,
        give_up: Option<bool>,
        code: Option<String>,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        name: String,
        #[serde(rename = "why")]
        _why: Option<String>,
        policy: Policy,
        attempt: u32,
        outcome: String,
        order_id: bool,
        retry_after: Option<f64>,
        remaining: f64,
        since_first_try: f64,
        random: f64,
        expect: Expected,
    }
    let mut report = Report::default();
    for case in vectors::<Case>("retry")? {
        let seconds = Duration::from_secs_f64;
        let policy = RetryPolicy::new(
            case.policy.retries,
            seconds(case.policy.base),
            seconds(case.policy.cap),
        );
        let decision = policy.decide(&Situation {
            attempts: case.attempt,
            disposition: disposition(&case.outcome)?,
            has_order_id: case.order_id,
            retry_after: case.retry_after.map(seconds),
            remaining: seconds(case.remaining),
            since_first_try: seconds(case.since_first_try),
            random: case.random,
        });
        let expect = &case.expect;
        let same = match (decision, expect.retry_after_wait) {
            (Decision::RetryAfter(wait), Some(wanted)) => {
                (wait.as_secs_f64() - wanted).abs() < 1e-6
            }
            (Decision::GiveUp(resend), None) => {
                let code = (resend == Resend::Unsafe).then_some("unknown_outcome");
                expect.give_up == Some(true) && expect.code.as_deref() == code
            }
            _ => false,
        };
        report.case(&case.name, (!same).then(|| format!("found {decision:?}")));
    }
    report.finish()?;
    Ok(())
}
