//! What becomes of a landing URL on its way through the shop's redirects.

use std::collections::BTreeMap;

use url::Url;

use super::codes::Check;
use super::finding::{Finding, Level};
use crate::error::Error;
use crate::issue::Issue;
use crate::tracking::{COOKIE_NAME, TrackingParams};

/// One request of the walk, and its answer.
#[derive(Debug)]
pub(crate) struct Step {
    pub url: Url,
    pub status: u16,
    /// Whether the answer sets the shop's cookie.
    pub sets_cookie: bool,
}

/// How it ended.
#[derive(Debug)]
pub(crate) enum End {
    /// With an answer that leads no further: the last step's.
    Page,
    /// After so many steps.
    TooManySteps,
    /// With a redirect to nowhere, or to something that is no page.
    NoTarget(String),
    /// Without an answer from this URL.
    Failed(Url, Error),
}

/// From the landing URL to the page.
#[derive(Debug)]
pub(crate) struct Walk {
    pub steps: Vec<Step>,
    pub end: End,
}

impl Walk {
    /// Every URL that was asked, with the step that it was asked in.
    fn urls(&self) -> impl Iterator<Item = &Url> {
        let unanswered = match &self.end {
            End::Failed(url, _) => Some(url),
            _ => None,
        };
        self.steps.iter().map(|step| &step.url).chain(unanswered)
    }
}

/// Whether the parameters are there, survive, and are kept.
pub(crate) fn landing(start: &Url, walk: &Walk) -> Vec<Finding> {
    let mut findings = vec![params(start), redirects(walk)];
    if has_params(start) {
        findings.push(cookie(walk));
    }
    findings
}

fn has_params(url: &Url) -> bool {
    !matches!(TrackingParams::from_url(url.as_str()), Ok(None))
}

fn params(start: &Url) -> Finding {
    let look = |found: String| Finding::new(Check::LandingParams, Level::Look, found);
    match TrackingParams::from_url(start.as_str()) {
        Ok(Some(_)) => Finding::ok(Check::LandingParams, "all four are there"),
        Ok(None) => look("the URL has none of them".to_owned()),
        Err(error) => {
            let problem = |issue: &Issue| format!("{} {}", issue.path(), issue.code());
            let problems: Vec<_> = error.issues().iter().map(problem).collect();
            look(format!("not usable: {}", problems.join(", ")))
        }
    }
}

/// What each redirect does to the query's members; an empty value is as good as none.
fn redirects(walk: &Walk) -> Finding {
    let check = Check::LandingRedirects;
    let mut found = Vec::new();
    let mut keeps = false;
    let urls: Vec<_> = walk.urls().collect();
    for (number, (pair, step)) in urls.windows(2).zip(&walk.steps).enumerate() {
        let [from, to] = pair else { continue };
        keeps |= step.sets_cookie;
        let changes = changes(from, to);
        if !changes.is_empty() && !keeps {
            let place = format!("step {}: {} to {}", number + 1, step.status, without_query(to));
            found.push(format!("{place} {}", changes.join(", ")));
        }
    }
    match &walk.end {
        End::Failed(_, error) => return Finding::of_error(check, error),
        End::TooManySteps => found.push(format!("{} redirects, and no page", walk.steps.len())),
        End::NoTarget(target) => found.push(format!("a redirect leads to {target:?}")),
        End::Page => {}
    }
    if let (End::Page, Some(last)) = (&walk.end, walk.steps.last())
        && last.status >= 400
    {
        found.push(format!("{} answers {}", without_query(&last.url), last.status));
    }
    if !found.is_empty() {
        return Finding::new(check, Level::Look, found.join("; "));
    }
    let steps = walk.steps.len().saturating_sub(1);
    let page = urls.last().map(|url| without_query(url)).unwrap_or_default();
    let kept = if keeps { "the cookie had them before" } else { "nothing is lost" };
    Finding::ok(check, format!("{steps} redirects to {page}: {kept}"))
}

fn without_query(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

fn changes(from: &Url, to: &Url) -> Vec<String> {
    let (before, after) = (members(from), members(to));
    let lost = before.iter().filter_map(|(name, value)| match after.get(name) {
        None => Some(format!("loses {name}")),
        Some(now) if now != value => Some(format!("changes {name} from {value:?} to {now:?}")),
        Some(_) => None,
    });
    lost.collect()
}

fn members(url: &Url) -> BTreeMap<String, String> {
    let mut members = BTreeMap::new();
    for (name, value) in url.query_pairs().filter(|(_, value)| !value.is_empty()) {
        members.entry(name.into_owned()).or_insert(value.into_owned());
    }
    members
}

fn cookie(walk: &Walk) -> Finding {
    let place = walk.steps.iter().position(|step| step.sets_cookie);
    match place {
        Some(place) => {
            let url = without_query(&walk.steps[place].url);
            Finding::ok(Check::LandingCookie, format!("set by {url} (step {})", place + 1))
        }
        None => {
            Finding::new(Check::LandingCookie, Level::Look, format!("no answer sets {COOKIE_NAME}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{ErrorCode, ErrorKind};

    const QUERY: &str = "cnct_tracking_id=t&sendout_id=s&ctwa_clid=c&ad_id=1&fifth=5";

    fn walk(urls: &[&str], cookie_at: Option<usize>) -> (Url, Walk) {
        let url = |text: &&str| Url::parse(&text.replace("QUERY", QUERY)).unwrap();
        let last = urls.len() - 1;
        let step = |(number, text)| Step {
            url: url(text),
            status: if number == last { 200 } else { 301 },
            sets_cookie: cookie_at == Some(number),
        };
        let steps = urls.iter().enumerate().map(step).collect();
        (url(&urls[0]), Walk { steps, end: End::Page })
    }

    fn found(urls: &[&str], cookie_at: Option<usize>) -> Vec<(Check, Level, String)> {
        let (start, walk) = walk(urls, cookie_at);
        let findings = landing(&start, &walk).into_iter();
        findings.map(|finding| (finding.check, finding.level, finding.found)).collect()
    }

    #[test]
    fn a_shop_that_loses_nothing_is_well() {
        let found = found(
            &[
                "http://shop.example/?QUERY",
                "https://shop.example/?QUERY",
                "https://www.shop.example/?lang=es&QUERY",
            ],
            Some(2),
        );
        assert!(found.iter().all(|(_, level, _)| *level == Level::Ok), "{found:?}");
        assert_eq!(found[1].2, "2 redirects to https://www.shop.example/: nothing is lost");
        assert_eq!(found[2].2, "set by https://www.shop.example/ (step 3)");
    }

    #[test]
    fn the_step_that_loses_or_changes_a_parameter_is_named() {
        let changed = QUERY.replace("sendout_id=s", "sendout_id=S").replace("&fifth=5", "");
        let second = format!("https://shop.example/es?{changed}");
        let found = found(
            &[
                "http://shop.example/?QUERY",
                "https://shop.example/?QUERY",
                &second,
                "https://shop.example/home",
            ],
            None,
        );
        assert_eq!(
            (found[1].0, found[1].1, found[1].2.as_str()),
            (
                Check::LandingRedirects,
                Level::Look,
                "step 2: 301 to https://shop.example/es loses fifth, changes sendout_id from \"s\" to \
                 \"S\"; step 3: 301 to https://shop.example/home loses ad_id, loses cnct_tracking_id, \
                 loses ctwa_clid, loses sendout_id"
            )
        );
        assert_eq!(found[2].1, Level::Look, "nothing kept them");
    }

    #[test]
    fn what_a_cookie_has_may_be_lost_from_the_url() {
        let found = found(&["https://shop.example/?QUERY", "https://shop.example/"], Some(0));
        assert!(found.iter().all(|(_, level, _)| *level == Level::Ok), "{found:?}");
    }

    #[test]
    fn a_url_without_parameters_tells_of_the_campaigns_tick() {
        let found = found(&["https://shop.example/?utm_source=whatsapp&ad_id=1"], None);
        assert_eq!((found[0].0, found[0].1), (Check::LandingParams, Level::Look));
        assert!(Check::LandingParams.advice().contains("Track purchases completed on my own site"));
        assert_eq!(found.len(), 2, "there is nothing that a cookie could keep");
        let (start, walk) = walk(&["https://shop.example/?cnct_tracking_id=t&ad_id=1"], None);
        let partial = landing(&start, &walk).remove(0);
        assert_eq!(partial.found, "not usable: sendout_id required, ctwa_clid required");
    }

    #[test]
    fn a_walk_that_does_not_end_at_a_page_is_told() {
        let (start, mut walk) = walk(&["https://shop.example/?QUERY"], Some(0));
        walk.steps[0].status = 500;
        assert!(landing(&start, &walk)[1].found.contains("https://shop.example/ answers 500"));
        walk.end = End::TooManySteps;
        assert_eq!(landing(&start, &walk)[1].level, Level::Look);
        let error = Error::new(ErrorKind::Network, ErrorCode::ConnectFailed, "no connection");
        walk.end = End::Failed(start.clone(), error);
        assert_eq!(landing(&start, &walk)[1].level, Level::Later);
    }
}
