//! What a visitor's link, cookies and visits tell.

use std::time::Duration;

use connectly_conformance::{Report, vectors};
use connectly_conversions::{
    Capture, Error, SkipReason, TrackingParams, Visit, VisitRequest, binding,
};
use serde::Deserialize;
use serde_json::Value;

use super::{Outcome, Problem, compare, errors};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum Captured {
    Params(Value),
    #[serde(rename = "nothing")]
    Nothing(bool),
    Errors(Vec<Problem>),
}

fn compare_captured(
    expected: &Captured,
    found: Result<Option<TrackingParams>, Error>,
) -> Option<String> {
    match (expected, found) {
        (Captured::Params(params), Ok(Some(found))) => {
            let (wanted, found) = (params.to_string(), found.to_json());
            (wanted != found).then(|| format!("expected {wanted}, found {found}"))
        }
        (Captured::Nothing(true), Ok(None)) => None,
        (Captured::Errors(problems), Err(error)) => compare(problems, &errors(&error)),
        (_, found) => Some(format!("found {found:?}")),
    }
}

#[test]
fn capture() -> Outcome {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        name: String,
        #[serde(rename = "why")]
        _why: Option<String>,
        url: Option<String>,
        query: Option<String>,
        pairs: Option<Vec<(String, String)>>,
        #[serde(default)]
        extra_params: Vec<String>,
        now: i64,
        expect: Captured,
    }
    let mut report = Report::default();
    for case in vectors::<Case>("capture")? {
        let capture = Capture::new().extra_params(case.extra_params).now(case.now);
        let found = match (case.url, case.query, case.pairs) {
            (Some(url), None, None) => capture.url(&url),
            (None, Some(query), None) => capture.query(&query),
            (None, None, Some(pairs)) => capture.pairs(pairs),
            _ => return Err(format!("{}: one input of three", case.name).into()),
        };
        report.case(&case.name, compare_captured(&case.expect, found));
    }
    report.finish()?;
    Ok(())
}

#[test]
fn cookie() -> Outcome {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        name: String,
        #[serde(rename = "why")]
        _why: Option<String>,
        params: Option<Value>,
        cookie: String,
        expect: Option<Captured>,
    }
    let mut report = Report::default();
    for case in vectors::<Case>("cookie")? {
        let decoded = TrackingParams::from_cookie(&case.cookie).map(Some);
        let problem = match (case.params, case.expect) {
            (Some(params), None) => {
                let encoded = TrackingParams::from_json(&params.to_string())?.to_cookie();
                let differs = (encoded != case.cookie).then(|| format!("encoded {encoded}"));
                differs.or_else(|| compare_captured(&Captured::Params(params), decoded))
            }
            (None, Some(expect)) => compare_captured(&expect, decoded),
            _ => return Err(format!("{}: params or expect", case.name).into()),
        };
        report.case(&case.name, problem);
    }
    report.finish()?;
    Ok(())
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct LandingOptions {
    touch: Option<String>,
    extra_params: Vec<String>,
    max_age: Option<f64>,
    domain: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedVisit {
    count: String,
    skipped: Option<String>,
    params: Option<Value>,
    cookies: Vec<String>,
    #[serde(default)]
    errors: Vec<Problem>,
    no_store: bool,
}

fn compare_visit(expected: &ExpectedVisit, found: &Visit) -> Option<String> {
    let params = found.params().map(TrackingParams::to_json);
    let same = found.count().as_str() == expected.count
        && found.skipped().map(SkipReason::as_str) == expected.skipped.as_deref()
        && params == expected.params.as_ref().map(Value::to_string)
        && found.cookies() == expected.cookies
        && found.no_store() == expected.no_store;
    if same {
        return compare(&expected.errors, &found.issues().iter().collect::<Vec<_>>());
    }
    Some(format!("found {found:?} with {params:?} and {:?}", found.cookies()))
}

#[test]
fn landing() -> Outcome {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        name: String,
        #[serde(rename = "why")]
        _why: Option<String>,
        #[serde(default)]
        options: LandingOptions,
        method: Option<String>,
        target: String,
        #[serde(default)]
        cookies: Vec<(String, String)>,
        #[serde(default)]
        headers: Vec<(String, String)>,
        stored: Option<Value>,
        consent: Option<bool>,
        now: i64,
        expect: ExpectedVisit,
    }
    let mut report = Report::default();
    for case in vectors::<Case>("landing")? {
        let LandingOptions { touch, extra_params, max_age, domain } = case.options;
        let max_age = max_age.map(Duration::from_secs_f64);
        let landing = binding::landing(touch.as_deref(), extra_params, max_age, domain.as_deref())?;
        let stored = case.stored.map(|stored| TrackingParams::from_json(&stored.to_string()));
        let request = VisitRequest::new(case.method.as_deref().unwrap_or("GET"), case.target)
            .cookies(case.cookies)
            .headers(case.headers)
            .stored(stored.transpose()?)
            .consent(case.consent.unwrap_or(true))
            .now(case.now);
        report.case(&case.name, compare_visit(&case.expect, &landing.visit(&request)));
    }
    report.finish()?;
    Ok(())
}
