//! The domain of the shop's cookie.

use std::net::IpAddr;

use super::codes::Check;
use super::finding::{Finding, Level};

/// Labels below which registries of countries give out names, as in `com.br`.
const SECOND_LEVEL: [&str; 12] =
    ["ac", "co", "com", "edu", "gob", "gov", "gub", "net", "ne", "nom", "or", "org"];

/// Whether a browser takes a cookie of this domain from a page of this host.
pub(crate) fn cookie_domain(domain: &str, host: &str) -> Finding {
    let lower = |text: &str| text.trim_end_matches('.').to_ascii_lowercase();
    let (domain, host) = (lower(domain.trim_start_matches('.')), lower(host));
    let wrong = |why: String| Finding::new(Check::CookieDomain, Level::Wrong, why);
    if host.parse::<IpAddr>().is_ok() || host.starts_with('[') {
        return wrong(format!("{host} is an address: a cookie of a domain needs a host name"));
    }
    if host != domain && !host.ends_with(&format!(".{domain}")) {
        return wrong(format!("{host} is not a host of {domain}: a browser drops the cookie"));
    }
    if is_public_suffix(&domain) {
        return wrong(format!("{domain} belongs to everybody: a browser drops the cookie"));
    }
    Finding::ok(Check::CookieDomain, format!("{domain} is taken from {host}"))
}

/// Whether many owners have names right below it. Browsers have a list of thousands; this tells
/// the kinds that a shop's settings may hold by mistake.
fn is_public_suffix(domain: &str) -> bool {
    match domain.split('.').collect::<Vec<_>>().as_slice() {
        [_] => true,
        [second, country] => country.len() == 2 && SECOND_LEVEL.contains(second),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_takes_the_hosts_own_domain_and_those_above_it() {
        for (domain, host) in [
            ("shop.example", "shop.example"),
            ("shop.example", "www.shop.example"),
            (".Shop.Example", "WWW.shop.example."),
            ("tienda.com.br", "pay.tienda.com.br"),
        ] {
            assert_eq!(cookie_domain(domain, host).level, Level::Ok, "{domain} {host}");
        }
        for (domain, host) in [
            ("www.shop.example", "shop.example"),
            ("shop.example", "myshop.example"),
            ("other.example", "shop.example"),
            ("example", "shop.example"),
            ("com.br", "tienda.com.br"),
            ("co.uk", "shop.co.uk"),
            ("127.0.0.1", "127.0.0.1"),
            ("", "shop.example"),
        ] {
            assert_eq!(cookie_domain(domain, host).level, Level::Wrong, "{domain} {host}");
        }
    }
}
