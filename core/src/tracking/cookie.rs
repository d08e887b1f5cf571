//! The cookie that carries the stored form.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::params::TrackingParams;
use super::stored::unreadable;
use crate::error::Result;

/// The name of the cookie that [`TrackingParams::to_cookie`] is meant for.
pub const COOKIE_NAME: &str = "cnct_tracking";

const PREFIX: &str = "v1.";

impl TrackingParams {
    /// The value of the cookie [`crate::COOKIE_NAME`]: letters, digits, `-`, `_` and `.`.
    ///
    /// Name and value fit into the 4,096 bytes that browsers keep, unless the four values alone
    /// take more than 3 KiB; a session or the order's row has no such bound.
    #[must_use]
    pub fn to_cookie(&self) -> String {
        let mut cookie = PREFIX.to_owned();
        URL_SAFE_NO_PAD.encode_string(self.to_json(), &mut cookie);
        cookie
    }

    /// Restores what [`TrackingParams::to_cookie`] wrote.
    ///
    /// # Errors
    /// `invalid_tracking` where it is not that, or a value is missing or malformed.
    pub fn from_cookie(cookie: &str) -> Result<Self> {
        let json = cookie
            .strip_prefix(PREFIX)
            .and_then(|encoded| URL_SAFE_NO_PAD.decode(encoded).ok())
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .ok_or_else(|| unreadable(&"it is not a cookie that this library wrote"))?;
        Self::from_json(&json)
    }
}
