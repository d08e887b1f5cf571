//! Runs `vectors/reporting.json`: what becomes of a shop's orders.
// Helpers of tests say what they expect by failing.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Duration;

use connectly_conformance::{Report, vectors};
use connectly_conversions::binding::{Order, Reported, Reporting, Value as Tree};
use connectly_conversions::{EnqueueOptions, Error, Hold, Outbox, Record, TrackingParams};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(rename = "why")]
    _why: Option<String>,
    #[serde(default)]
    settings: Settings,
    reports: Vec<One>,
    ledger: Option<Ledger>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Settings {
    value: Option<String>,
    report_unpaid: bool,
    report_zero: bool,
    report_renewals: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct One {
    #[serde(default = "known")]
    tracking: bool,
    order: Value,
    hold: Option<String>,
    expect: Expected,
}

fn known() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    result: String,
    reason: Option<String>,
    #[serde(default)]
    conflict: bool,
    #[serde(default)]
    issues: Vec<Problem>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Problem {
    code: String,
    path: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ledger {
    state: String,
    value: Option<String>,
    reason: Option<String>,
    code: Option<String>,
}

fn compare(expected: &Expected, found: &Reported) -> Option<String> {
    let issues: Vec<_> =
        found.issues.iter().map(|issue| (issue.code().as_str(), issue.path())).collect();
    let wanted: Vec<_> =
        expected.issues.iter().map(|p| (p.code.as_str(), p.path.as_str())).collect();
    let same = found.result.as_str() == expected.result
        && found.reason == expected.reason
        && found.conflict == expected.conflict
        && issues == wanted;
    (!same).then(|| format!("found {found:?}"))
}

fn compare_ledger(expected: Option<&Ledger>, found: Option<&Record>) -> Option<String> {
    let same = match (expected, found) {
        (None, None) => true,
        (Some(expected), Some(found)) => {
            found.state.as_str() == expected.state
                && found.value == expected.value
                && found.reason == expected.reason
                && found.code == expected.code
                && found.has_payload == (found.state.as_str() != "skipped" && found.code.is_none())
        }
        _ => false,
    };
    (!same).then(|| format!("the ledger has {found:?}"))
}

async fn play(case: &Case, outbox: &Outbox) -> Result<Option<String>, Error> {
    let Settings { value, report_unpaid, report_zero, report_renewals } = &case.settings;
    let value = value.as_deref().map(str::parse).transpose()?.unwrap_or_default();
    let (report_unpaid, report_zero, report_renewals) =
        (*report_unpaid, *report_zero, *report_renewals);
    let policy = Reporting { value, report_unpaid, report_zero, report_renewals };
    for one in &case.reports {
        let text = one.order.to_string();
        let order = Order::read(Tree::from_json(&text).expect("JSON"))?;
        let tracking = TrackingParams::new("trk-a", "so-a", "clid-a", "120215559412340678")?;
        let held = one.hold.is_some();
        let order = Order { tracking: one.tracking.then_some(tracking), held, ..order };
        let mut options = EnqueueOptions::default();
        options.hold = one.hold.as_ref().map(|_| Hold::UntilReleased);
        let found = outbox.report(&order, policy, options).await?;
        if let Some(difference) = compare(&one.expect, &found) {
            return Ok(Some(difference));
        }
    }
    let found = outbox.status("ORD-7821").await?;
    Ok(compare_ledger(case.ledger.as_ref(), found.as_ref()))
}

#[test]
fn every_order_becomes_what_the_contract_says() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut report = Report::default();
    for (number, case) in vectors::<Case>("reporting")?.into_iter().enumerate() {
        let url = format!("sqlite://{}/{number}.db", folder.path().display());
        let outbox = Outbox::builder(&url)
            .business_id("4e3a9f0e-2b7c-4c1a-9a56-7d3f1b2c4d5e")
            // No case is about a slow disk.
            .enqueue_timeout(Duration::from_secs(60))
            .build()?;
        report.case(&case.name, runtime.block_on(play(&case, &outbox))?);
        runtime.block_on(outbox.close());
    }
    report.finish()?;
    Ok(())
}
