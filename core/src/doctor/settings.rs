//! Key, business and base URL.

use url::Url;

use super::codes::Check;
use super::finding::{Finding, Level};
use crate::config::{self, ApiKey};
use crate::defaults;
use crate::error::Result;

/// Well formed or not, each by itself; and where the API is, if that can be said.
pub(crate) fn settings(
    api_key: Option<&ApiKey>,
    business_id: Option<&str>,
    base_url: Option<&str>,
) -> (Vec<Finding>, Option<Url>) {
    let key = match api_key.filter(|key| !key.is_empty()).map(ApiKey::header) {
        None => missing(Check::ApiKey, defaults::API_KEY_VARIABLE),
        Some(Ok(_)) => Finding::ok(Check::ApiKey, "the key is there and can be sent"),
        Some(Err(error)) => Finding::of_error(Check::ApiKey, &error),
    };
    let business = match business_id.map(config::business) {
        None => missing(Check::BusinessId, defaults::BUSINESS_ID_VARIABLE),
        Some(Ok(id)) => Finding::ok(Check::BusinessId, id.hyphenated().to_string()),
        Some(Err(error)) => Finding::of_error(Check::BusinessId, &error),
    };
    let (base, url) = match origin(base_url.unwrap_or(defaults::BASE_URL)) {
        Ok(url) => (Finding::ok(Check::BaseUrl, url.as_str()), Some(url)),
        Err(error) => (Finding::of_error(Check::BaseUrl, &error), None),
    };
    (vec![key, business, base], url)
}

fn missing(check: Check, variable: &str) -> Finding {
    Finding::new(check, Level::Wrong, format!("{variable} is not set"))
}

/// The API's own root, by the rules of a client's base URL.
fn origin(base_url: &str) -> Result<Url> {
    let nobody = uuid::Uuid::nil().hyphenated().to_string();
    let mut url = config::endpoint(base_url, &nobody, false)?;
    url.set_path("/");
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUSINESS: &str = "3F1C9A52-6F0D-4B8E-9A57-2D1F0C4E8B6A";

    fn levels(key: Option<&str>, business: Option<&str>, url: Option<&str>) -> Vec<Level> {
        let key = key.map(|key| ApiKey::from(key.to_owned()));
        let (findings, _) = settings(key.as_ref(), business, url);
        findings.iter().map(|finding| finding.level).collect()
    }

    #[test]
    fn each_setting_is_looked_at_by_itself() {
        use Level::{Ok, Wrong};
        assert_eq!(levels(Some("key"), Some(BUSINESS), None), [Ok, Ok, Ok]);
        assert_eq!(levels(None, None, None), [Wrong, Wrong, Ok]);
        assert_eq!(levels(Some(" key"), Some("key"), Some("ftp://x")), [Wrong, Wrong, Wrong]);
        assert_eq!(
            levels(Some(" "), Some(BUSINESS), Some("http://api.example")),
            [Wrong, Ok, Wrong]
        );
        assert_eq!(levels(Some("key"), Some(BUSINESS), Some("http://127.0.0.1:1")), [Ok, Ok, Ok]);
    }

    #[test]
    fn the_key_is_never_shown() {
        let key = ApiKey::from(" canary".to_owned());
        let (findings, _) = settings(Some(&key), Some("canary-no"), None);
        assert!(!findings[0].found.contains("canary"), "{findings:?}");
    }

    #[test]
    fn the_host_is_asked_and_no_path_below_it() {
        let (_, url) = settings(None, None, Some("https://api.example/v2/"));
        assert_eq!(url.unwrap().as_str(), "https://api.example/");
    }
}
