//! Follows a landing URL as a browser does, one step at a time.

use std::collections::BTreeMap;
use std::time::Duration;

use http::Method;
use http::header::{ACCEPT, COOKIE, HeaderMap, HeaderValue, LOCATION, SET_COOKIE, USER_AGENT};
use url::Url;

use crate::client::ask;
use crate::doctor::{End, Step, Walk};
use crate::error::{Error, Result};
use crate::tracking::COOKIE_NAME;

/// Browsers give up after twenty.
const STEPS: usize = 20;

/// For one page.
const LIMIT: Duration = Duration::from_secs(15);

const AGENT: &str = concat!("connectly-conversions/", env!("CARGO_PKG_VERSION"), " doctor");

/// The URL to begin with.
///
/// # Errors
/// `invalid_option` where it is no URL of a page.
pub(super) fn start(landing: &str) -> Result<Url> {
    let url = Url::parse(landing)
        .map_err(|error| Error::invalid_option("landing", &error.to_string()))?;
    if is_page(&url) { Ok(url) } else { Err(Error::invalid_option("landing", "give an http URL")) }
}

fn is_page(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.has_host()
}

pub(super) async fn walk(start: &Url) -> Walk {
    let (mut steps, mut cookies, mut url) = (Vec::new(), Cookies::default(), start.clone());
    while steps.len() < STEPS {
        let answer = ask(&url, Method::GET, headers(&cookies, &url), b"", LIMIT).await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return Walk { steps, end: End::Failed(url, error) },
        };
        let sets_cookie = cookies.take(&url, &answer.headers);
        steps.push(Step { url: url.clone(), status: answer.status, sets_cookie });
        let location = answer.headers.get(LOCATION).filter(|_| is_redirect(answer.status));
        let Some(location) = location else { return Walk { steps, end: End::Page } };
        let target = String::from_utf8_lossy(location.as_bytes());
        match url.join(&target).ok().filter(is_page) {
            Some(next) => url = next,
            None => return Walk { steps, end: End::NoTarget(target.into_owned()) },
        }
    }
    Walk { steps, end: End::TooManySteps }
}

fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

fn headers(cookies: &Cookies, url: &Url) -> HeaderMap {
    let mut headers = HeaderMap::from_iter([
        (ACCEPT, HeaderValue::from_static("text/html,*/*;q=0.8")),
        (USER_AGENT, HeaderValue::from_static(AGENT)),
    ]);
    if let Some(cookies) = cookies.of(url) {
        headers.insert(COOKIE, cookies);
    }
    headers
}

/// What each host has set: shops that redirect until a cookie comes back are served, too.
#[derive(Default)]
struct Cookies(BTreeMap<String, BTreeMap<String, String>>);

impl Cookies {
    /// Keeps the cookies of an answer; whether the shop's is one of them.
    fn take(&mut self, url: &Url, headers: &HeaderMap) -> bool {
        let host = url.host_str().unwrap_or_default().to_owned();
        let jar = self.0.entry(host).or_default();
        let mut is_kept = false;
        for cookie in headers.get_all(SET_COOKIE) {
            let text = String::from_utf8_lossy(cookie.as_bytes());
            let pair = text.split(';').next().unwrap_or_default();
            let Some((name, value)) = pair.split_once('=') else { continue };
            let (name, value) = (name.trim(), value.trim());
            is_kept |= name == COOKIE_NAME && !value.is_empty();
            jar.insert(name.to_owned(), value.to_owned());
        }
        is_kept
    }

    fn of(&self, url: &Url) -> Option<HeaderValue> {
        let jar = self.0.get(url.host_str()?).filter(|jar| !jar.is_empty())?;
        let pairs: Vec<_> = jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        HeaderValue::from_str(&pairs.join("; ")).ok()
    }
}
