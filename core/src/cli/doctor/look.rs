//! What is looked at.

use std::time::{Duration, SystemTime};

use http::Method;
use http::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::arguments::Doctor;
use super::walk;
use crate::cli::outbox::URL_VARIABLE;
use crate::client::ask;
use crate::config::{self, ApiKey};
use crate::defaults;
use crate::delivery::Answer;
use crate::doctor::{self, Check, Finding, Queue};
use crate::error::{Error, Result};
use crate::model::unix_seconds;
use crate::outbox::Outbox;

/// For one question to the API.
const LIMIT: Duration = Duration::from_secs(10);

/// An event without any member.
const NOTHING: &[u8] = b"{}";

pub(super) async fn api(command: &Doctor) -> Vec<Finding> {
    let given = |given: &Option<String>, variable| {
        given.clone().filter(|given| !given.is_empty()).or_else(|| config::variable(variable))
    };
    let key = config::variable(defaults::API_KEY_VARIABLE).map(ApiKey::from);
    let business_id = given(&command.business_id, defaults::BUSINESS_ID_VARIABLE);
    let base_url = given(&command.base_url, defaults::BASE_URL_VARIABLE);
    let (mut findings, root) =
        doctor::settings(key.as_ref(), business_id.as_deref(), base_url.as_deref());
    let Some(root) = root else { return findings };
    let sent = SystemTime::now();
    let answer = ask(&root, Method::GET, HeaderMap::new(), b"", LIMIT).await;
    let received = SystemTime::now();
    findings.push(doctor::reachable(answer.as_ref().map(|answer| answer.status)));
    if let Ok(answer) = &answer {
        findings.push(doctor::clock(date(answer), unix_seconds(sent), unix_seconds(received)));
    }
    findings.push(match (command.send_test, key, business_id) {
        (false, ..) => Finding::skipped(Check::Access, "asked with --send-test only"),
        (true, Some(key), Some(business_id)) => {
            let base_url = base_url.as_deref().unwrap_or(defaults::BASE_URL);
            let answered = test(base_url, &business_id, &key).await;
            doctor::access(answered.as_ref().map(Clone::clone))
        }
        _ => Finding::skipped(Check::Access, "there is no key or no business id to ask with"),
    });
    findings
}

fn date(answer: &Answer) -> Option<i64> {
    let date = answer.headers.get(DATE)?.to_str().ok()?;
    httpdate::parse_http_date(date).ok().map(unix_seconds)
}

/// The status and the words of the answer to an event that cannot be recorded.
async fn test(base_url: &str, business_id: &str, key: &ApiKey) -> Result<(u16, String)> {
    let url = config::endpoint(base_url, business_id, false)?;
    let headers = HeaderMap::from_iter([
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (HeaderName::from_static("x-api-key"), key.header()?),
    ]);
    let answer = ask(&url, Method::POST, headers, NOTHING, LIMIT).await?;
    let words = match answer.read(SystemTime::now()) {
        Ok(_) => "it was received".to_owned(),
        Err(failure) => failure.error.message().to_owned(),
    };
    Ok((answer.status, words))
}

pub(super) async fn landing(start: Option<&Url>, cookie_domain: Option<&str>) -> Vec<Finding> {
    let Some(start) = start else {
        return vec![Finding::skipped(Check::LandingParams, "asked with --landing URL only")];
    };
    let walk = walk::walk(start).await;
    let mut findings = doctor::landing(start, &walk);
    if let Some(domain) = cookie_domain {
        let host = walk.steps.last().and_then(|step| step.url.host_str());
        findings.push(doctor::cookie_domain(domain, host.unwrap_or_default()));
    }
    findings
}

pub(super) async fn outbox(command: &Doctor) -> Vec<Finding> {
    let url = command.outbox.clone().or_else(|| config::variable(URL_VARIABLE));
    let Some(url) = url else {
        let how = format!("asked with --outbox URL or {URL_VARIABLE} only");
        return vec![Finding::skipped(Check::Outbox, &how)];
    };
    match queue(&url, command.business_id.as_deref()).await {
        Ok(queue) => doctor::outbox(queue.as_ref()),
        Err(error) => doctor::outbox_failed(&error),
    }
}

/// `None` where nothing was ever enqueued.
async fn queue(url: &str, business_id: Option<&str>) -> Result<Option<Queue>> {
    let builder = Outbox::builder(url);
    let outbox = match business_id {
        Some(id) => builder.business_id(id),
        None => builder,
    };
    let outbox = outbox.build()?;
    if !Outbox::exists(url)? {
        return Ok(None);
    }
    let look = async {
        let warnings = outbox.warnings().await?;
        let elsewhere = outbox.waiting_elsewhere().await?;
        Ok::<_, Error>(Queue { metrics: outbox.metrics().await?, elsewhere, warnings })
    };
    let queue = look.await;
    outbox.close().await;
    queue.map(Some)
}
