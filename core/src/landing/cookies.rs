//! The cookies of a landing: what they hold, and how they are set and deleted.

use crate::error::Result;
use crate::tracking::{COOKIE_NAME, TrackingParams};

/// The name of the cookie that a page's own script may write, where a server sees no visit: a page
/// from a cache or a static host. Its value is that of [`COOKIE_NAME`].
pub const SCRIPT_COOKIE_NAME: &str = "cnct_landing";

/// Browsers refuse a cookie whose name and value have more bytes together.
const MAX_BYTES: usize = 4_096;

/// The attributes that every cookie of this response gets.
pub(super) struct Attributes<'a> {
    pub(super) domain: Option<&'a str>,
    pub(super) secure: bool,
}

impl Attributes<'_> {
    /// Sets the params; nothing where browsers would refuse the cookie.
    pub(super) fn set(&self, params: &TrackingParams, max_age: u64) -> Option<String> {
        let value = params.to_cookie();
        let fits = COOKIE_NAME.len() + "=".len() + value.len() <= MAX_BYTES;
        fits.then(|| self.text(COOKIE_NAME, &value, max_age, self.domain))
    }

    /// Deletes a cookie. With a domain, also the one without: it may be older than the option.
    pub(super) fn delete(&self, name: &str) -> impl Iterator<Item = String> {
        let domains = [None, self.domain];
        let domains = if self.domain.is_some() { &domains[..] } else { &domains[..1] };
        domains.iter().map(|domain| self.text(name, "", 0, *domain)).collect::<Vec<_>>().into_iter()
    }

    fn text(&self, name: &str, value: &str, max_age: u64, domain: Option<&str>) -> String {
        let domain = domain.map(|domain| format!("; Domain={domain}")).unwrap_or_default();
        let secure = if self.secure { "; Secure" } else { "" };
        format!("{name}={value}; Max-Age={max_age}{domain}; Path=/{secure}; HttpOnly; SameSite=Lax")
    }
}

/// Every cookie of this name that can be read, and the error of the first that cannot.
pub(super) fn read<'a>(
    cookies: &'a [(&'static str, String)],
    name: &'a str,
) -> impl Iterator<Item = Result<TrackingParams>> + 'a {
    let named = cookies.iter().filter(move |(given, _)| *given == name);
    named.map(|(_, value)| TrackingParams::from_cookie(value))
}
