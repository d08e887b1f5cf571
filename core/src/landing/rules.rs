//! The rules of a visit: which params win, and what the response carries.

use super::codes::{SkipReason, VisitCount};
use super::cookies::{Attributes, SCRIPT_COOKIE_NAME, read};
use super::options::{Landing, Touch};
use super::visit::Visit;
use super::visit_request::VisitRequest;
use crate::error::Result;
use crate::issue::IssueCode;
use crate::model::now;
use crate::tracking::{COOKIE_NAME, TrackingParams};

/// Params, nothing, or why there is something that cannot be used.
type Brought = Result<Option<TrackingParams>>;

impl Landing {
    /// What this visit means.
    ///
    /// - Only GET counts. Nothing is captured of other methods, of pages that a browser loads
    ///   ahead, and of link previews; the params are what is known already.
    /// - Bad or partial params never displace good ones.
    /// - The cookie of a page's script ([`SCRIPT_COOKIE_NAME`]) counts as a visit at its
    ///   `captured_at`, and is deleted.
    /// - What is known and brought again, equal but for `captured_at`, is not set again.
    /// - Without consent nothing is read and nothing kept: there are no params, and cookies of
    ///   ours that the request carries are deleted.
    #[must_use]
    pub fn visit(&self, request: &VisitRequest) -> Visit {
        let loopback = request.is_loopback();
        let domain = self.domain.as_deref().filter(|_| !loopback);
        let attributes = Attributes { domain, secure: !loopback };
        if !request.consent {
            let mut visit = skipped(SkipReason::Consent, None);
            for name in [COOKIE_NAME, SCRIPT_COOKIE_NAME] {
                if request.cookies.iter().any(|(given, _)| *given == name) {
                    visit.cookies.extend(attributes.delete(name));
                }
            }
            return visit;
        }

        let now = request.now.unwrap_or_else(now);
        let cookies = read(&request.cookies, COOKIE_NAME).filter_map(Result::ok);
        let known =
            request.stored.clone().into_iter().chain(cookies).reduce(|a, b| self.prior(a, b));
        let script = self.script(request, now);
        if let Some(reason) = skip_reason(request) {
            let script = script.ok().flatten();
            let script = script.filter(|script| self.displaces(script, known.as_ref()));
            return skipped(reason, script.or(known));
        }

        let capture = self.capture.clone().now(now);
        let link = if request.is_url() {
            capture.url(&request.target)
        } else {
            capture.query(&request.target)
        };
        let mut visit = self.decide(known, link, script);
        if visit.count == VisitCount::Captured {
            let params = visit.params.as_ref();
            let max_age = self.max_age.as_secs() + u64::from(self.max_age.subsec_nanos() > 0);
            let set = params.and_then(|params| attributes.set(params, max_age));
            visit.cookies.extend(set);
        }
        if request.cookies.iter().any(|(name, _)| *name == SCRIPT_COOKIE_NAME) {
            visit.cookies.extend(attributes.delete(SCRIPT_COOKIE_NAME));
        }
        visit
    }

    /// What the cookie of a page's script tells.
    fn script(&self, request: &VisitRequest, now: i64) -> Brought {
        let (mut valid, mut errors) = (Vec::new(), Vec::new());
        for cookie in read(&request.cookies, SCRIPT_COOKIE_NAME) {
            match cookie {
                Ok(params) => valid.push(not_after(now, params)),
                Err(error) => errors.push(error),
            }
        }
        match (valid.into_iter().reduce(|a, b| self.prior(a, b)), errors.into_iter().next()) {
            (None, Some(error)) => Err(error),
            (params, _) => Ok(params),
        }
    }

    /// The one of two that counts; what has no moment counts as the oldest.
    fn prior(&self, one: TrackingParams, two: TrackingParams) -> TrackingParams {
        let second = match self.touch {
            Touch::First => two.captured_at() < one.captured_at(),
            Touch::Last => two.captured_at() > one.captured_at(),
        };
        if second { two } else { one }
    }

    /// Whether a script's params take the place of those that are known.
    fn displaces(&self, script: &TrackingParams, known: Option<&TrackingParams>) -> bool {
        known.is_none_or(|known| {
            self.touch == Touch::Last && script.captured_at() > known.captured_at()
        })
    }

    fn decide(&self, known: Option<TrackingParams>, link: Brought, script: Brought) -> Visit {
        let mut error = None;
        let mut valid = |brought: Brought| {
            brought.unwrap_or_else(|found| {
                error.get_or_insert(found);
                None
            })
        };
        // The link's error comes first: it is of this very visit.
        let (link, script) = (valid(link), valid(script));
        let any = link.is_some() || script.is_some();
        let script = script.filter(|script| self.displaces(script, known.as_ref()));
        let winner = match self.touch {
            Touch::Last => link.or(script),
            Touch::First if known.is_some() => None,
            Touch::First => script.or(link),
        };
        match (winner, error) {
            (Some(params), _) if known.as_ref().is_none_or(|known| !same(known, &params)) => {
                answer(VisitCount::Captured, Some(params))
            }
            (None, Some(error)) => {
                let issues = error.issues().to_vec();
                let partial = issues.iter().all(|issue| issue.code() == IssueCode::Required);
                let count = if partial { VisitCount::Partial } else { VisitCount::Invalid };
                Visit { issues, ..answer(count, known) }
            }
            _ => answer(if any { VisitCount::Kept } else { VisitCount::None }, known),
        }
    }
}

fn skip_reason(request: &VisitRequest) -> Option<SkipReason> {
    if !request.method.eq_ignore_ascii_case("GET") {
        Some(SkipReason::Method)
    } else if request.is_prefetch() {
        Some(SkipReason::Prefetch)
    } else {
        request.is_link_preview().then_some(SkipReason::LinkPreview)
    }
}

/// A script's moment is told by the visitor's clock, which may be ahead.
fn not_after(now: i64, params: TrackingParams) -> TrackingParams {
    match params.captured_at() {
        Some(captured_at) if captured_at > now => {
            TrackingParams { captured_at: Some(now), ..params }
        }
        _ => params,
    }
}

/// Equal but for the moment.
fn same(one: &TrackingParams, two: &TrackingParams) -> bool {
    one == &TrackingParams { captured_at: one.captured_at, ..two.clone() }
}

fn skipped(reason: SkipReason, params: Option<TrackingParams>) -> Visit {
    Visit { skipped: Some(reason), ..answer(VisitCount::Skipped, params) }
}

fn answer(count: VisitCount, params: Option<TrackingParams>) -> Visit {
    Visit { params, cookies: Vec::new(), count, skipped: None, issues: Vec::new() }
}
