//! The page that shows what arrives, and its parts.

use http::StatusCode;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};

use super::answer::Answer;

/// Nothing inline, nothing from elsewhere and no text that becomes markup, whatever an event may
/// hold.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// A part of the page, if this is the path of one.
pub(super) fn answer(path: &str) -> Option<Answer> {
    let (kind, text) = match path {
        "/" | "/sandbox" | "/sandbox/" => ("text/html", include_str!("page/index.html")),
        "/sandbox/page.css" => ("text/css", include_str!("page/page.css")),
        "/sandbox/page.js" => ("text/javascript", include_str!("page/page.js")),
        "/sandbox/icon.svg" => ("image/svg+xml", include_str!("page/icon.svg")),
        _ => return None,
    };
    let kind = HeaderValue::from_str(&format!("{kind}; charset=utf-8")).ok()?;
    let fixed = HeaderValue::from_static;
    Some(
        Answer::json(StatusCode::OK, text)
            .header(CONTENT_TYPE, kind)
            .header(CONTENT_SECURITY_POLICY, fixed(POLICY))
            .header(X_CONTENT_TYPE_OPTIONS, fixed("nosniff"))
            .header(REFERRER_POLICY, fixed("no-referrer"))
            // Another release may serve the same port next.
            .header(CACHE_CONTROL, fixed("no-store")),
    )
}
