//! How a landing is set up.

use std::str::FromStr;
use std::time::Duration;

use url::Host;

use crate::defaults;
use crate::error::{Error, Result};
use crate::tracking::Capture;

/// Which visit an order is credited to, where a visitor came by several links.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Touch {
    /// The first one, as long as it is known.
    First,
    /// The last one. The default.
    #[default]
    Last,
}

impl FromStr for Touch {
    type Err = Error;

    /// # Errors
    /// `invalid_option` for anything but `first` and `last`.
    fn from_str(text: &str) -> Result<Self> {
        match text {
            "first" => Ok(Self::First),
            "last" => Ok(Self::Last),
            _ => Err(Error::invalid_option("touch", "use \"first\" or \"last\"")),
        }
    }
}

/// What a visit means for a shop. Made once, asked for every request of a page.
///
/// It decides and does nothing: the shop sets the cookies, keeps the params and counts. It never
/// fails, whatever a visitor sends: a visit that cannot be used is counted as that.
///
/// ```
/// use connectly_conversions::{Landing, VisitCount, VisitRequest};
///
/// let landing = Landing::new();
/// let url = "/phones?cnct_tracking_id=t1&sendout_id=s1&ctwa_clid=c1&ad_id=23851";
/// let visit = landing.visit(&VisitRequest::new("GET", url).headers([("Host", "shop.example")]));
/// assert_eq!(visit.count(), VisitCount::Captured);
/// assert!(visit.cookies()[0].starts_with("cnct_tracking=v1."));
/// assert!(visit.no_store());
/// ```
#[derive(Debug, Clone)]
pub struct Landing {
    pub(super) touch: Touch,
    pub(super) capture: Capture,
    pub(super) max_age: Duration,
    pub(super) domain: Option<String>,
}

impl Default for Landing {
    fn default() -> Self {
        Self {
            touch: Touch::default(),
            capture: Capture::new(),
            max_age: defaults::LANDING_MAX_AGE,
            domain: None,
        }
    }
}

impl Landing {
    /// A landing with the defaults: last touch, cookies for this host and 90 days.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Which visit an order is credited to; the last one unless given.
    #[must_use]
    pub fn touch(mut self, touch: Touch) -> Self {
        self.touch = touch;
        self
    }

    /// Further parameters of the link that must not be lost, as [`Capture::extra_params`].
    #[must_use]
    pub fn extra_params(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.capture = self.capture.extra_params(names);
        self
    }

    /// How long the cookie lives, rounded up to whole seconds; 90 days unless given. Browsers may
    /// keep it for less: Chrome for 400 days at most, Safari in some cases for 7.
    ///
    /// # Errors
    /// `invalid_option` for zero.
    pub fn max_age(mut self, max_age: Duration) -> Result<Self> {
        if max_age.is_zero() {
            return Err(Error::invalid_option("max_age", "must be greater than 0"));
        }
        self.max_age = max_age;
        Ok(self)
    }

    /// The domain whose hosts all get the cookie, such as `shop.example` for a shop at
    /// `www.shop.example` with its checkout at `pay.shop.example`; only the page's own host unless
    /// given. On a loopback host it is left out, since a browser would refuse the cookie.
    ///
    /// # Errors
    /// `invalid_option` for what is not a domain.
    pub fn domain(mut self, domain: &str) -> Result<Self> {
        match Host::parse(domain.strip_prefix('.').unwrap_or(domain)) {
            Ok(Host::Domain(name)) if name.contains('.') => self.domain = Some(name),
            _ => {
                let why = "must be a domain such as shop.example, with no scheme, port or path";
                return Err(Error::invalid_option("domain", why));
            }
        }
        Ok(self)
    }
}

/// A landing as a binding gets its options.
///
/// # Errors
/// `invalid_option` as the methods of [`Landing`].
pub fn landing(
    touch: Option<&str>,
    extra_params: Vec<String>,
    max_age: Option<Duration>,
    domain: Option<&str>,
) -> Result<Landing> {
    let mut landing = Landing::new().extra_params(extra_params);
    if let Some(touch) = touch {
        landing = landing.touch(touch.parse()?);
    }
    if let Some(max_age) = max_age {
        landing = landing.max_age(max_age)?;
    }
    match domain {
        Some(domain) => landing.domain(domain),
        None => Ok(landing),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(made: Result<Landing>) -> String {
        let error = made.expect_err("it is refused");
        assert_eq!(error.code(), crate::ErrorCode::InvalidOption);
        error.message().to_owned()
    }

    #[test]
    fn a_domain_is_a_name_with_a_dot_and_nothing_else() {
        for domain in [
            "",
            ".",
            "localhost",
            "127.0.0.1",
            "[::1]",
            "https://shop.example",
            "shop.example:80",
            "shop.example/",
            "shop.example; Path=/x",
            "shop example",
            "a@shop.example",
        ] {
            let message = refused(Landing::new().domain(domain));
            assert!(message.starts_with("domain: must be a domain such as"), "{domain}: {message}");
        }
    }

    #[test]
    fn an_option_is_refused_by_its_name() {
        let message = refused(Landing::new().max_age(Duration::ZERO));
        assert_eq!(message, "max_age: must be greater than 0");
        let message = refused(landing(Some("middle"), Vec::new(), None, None));
        assert_eq!(message, "touch: use \"first\" or \"last\"");
    }
}
