//! Which proxy leads to the API. HTTP libraries take one that they cannot use for none at all, so
//! it is checked here, before anything is sent past it.

use std::env;
use std::fmt;

use hyper_util::client::proxy::matcher::Matcher;
use url::Url;

use crate::config::{is_loopback, variable};
use crate::error::{Error, ErrorCode, Result};

/// A proxy's URL, which may hold a password.
#[derive(Clone)]
pub(super) struct GivenProxy(pub(super) String);

impl fmt::Debug for GivenProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GivenProxy(***)")
    }
}

/// The proxy that was given, or the environment's; never the latter for this machine.
///
/// # Errors
/// `invalid_proxy` for one that cannot be used.
pub(super) fn find(
    given: Option<&GivenProxy>,
    target: &Url,
    allow_insecure_http: bool,
) -> Result<Option<Url>> {
    let (proxy, name) = match given {
        Some(GivenProxy(url)) => (read(url, "proxy")?, "proxy"),
        None => match of_environment(target)? {
            Some(found) => found,
            None => return Ok(None),
        },
    };
    if target.scheme() == "http" && !allow_insecure_http && !is_loopback(&proxy) {
        let why = "the API key would travel in the clear to a proxy on another machine";
        return Err(refused(name, why));
    }
    Ok(Some(proxy))
}

/// The environment's proxy and its variable, by curl's rules.
fn of_environment(target: &Url) -> Result<Option<(Url, &'static str)>> {
    // Of a CGI program's variables, some are a request's headers.
    let is_cgi = env::var_os("REQUEST_METHOD").is_some();
    // Plain http is for a sandbox, here or in another container.
    if is_cgi || target.scheme() == "http" || is_loopback(target) || is_exempt(target) {
        return Ok(None);
    }
    let names = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    let found = names.into_iter().find_map(|name| Some((variable(name)?, name)));
    let Some((value, name)) = found else { return Ok(None) };
    let value = value.trim();
    // Most write it so.
    let url = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
    Ok(Some((read(&url, name)?, name)))
}

/// Whether `NO_PROXY` names the host.
fn is_exempt(target: &Url) -> bool {
    let Some(names) = variable("NO_PROXY").or_else(|| variable("no_proxy")) else { return false };
    let anything = Matcher::builder().all("http://proxy.invalid").no(names).build();
    let target = target.as_str().parse().ok();
    target.is_some_and(|target| anything.intercept(&target).is_none())
}

fn read(url: &str, name: &str) -> Result<Url> {
    let url = Url::parse(url).ok();
    url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or_else(|| refused(name, "cannot be used: a proxy looks like http://host:port"))
}

/// Never with the URL itself: it could hold a password.
fn refused(name: &str, why: &str) -> Error {
    Error::configuration(ErrorCode::InvalidProxy, format!("{name}: {why}"))
}
