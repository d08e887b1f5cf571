//! The values captured at landing, and the one rule that each of them obeys.

use std::fmt;

use crate::document::Value;
use crate::error::{Error, ErrorCode, Result};
use crate::issue::{Issue, IssueCode};
use crate::model::EventTime;
use crate::text::has_control;

/// The version of the stored form.
const VERSION: u64 = 1;

/// A tracking value has at most this many bytes.
const MAX_VALUE_BYTES: usize = 1_024;

/// The values captured at landing, to be sent back with the purchase exactly as they came.
///
/// Made by [`TrackingParams::from_url`] or [`TrackingParams::from_query`], kept in a session, an
/// order row (serde, JSON) or a cookie. Equality covers every value.
#[derive(Clone, PartialEq, Eq)]
pub struct TrackingParams {
    pub(crate) version: u64,
    pub(crate) cnct_tracking_id: String,
    pub(crate) sendout_id: String,
    pub(crate) ctwa_clid: String,
    pub(crate) ad_id: String,
    pub(crate) extra: Vec<(String, String)>,
    pub(crate) captured_at: Option<i64>,
    /// Members of a newer version, as they came.
    pub(crate) unknown: Vec<(String, Value<'static>)>,
}

impl TrackingParams {
    /// The params of four known values, for a shop that stored them in its own way.
    ///
    /// # Errors
    /// `invalid_tracking` where a value is empty, over 1,024 bytes or holds a control character.
    pub fn new(
        cnct_tracking_id: impl Into<String>,
        sendout_id: impl Into<String>,
        ctwa_clid: impl Into<String>,
        ad_id: impl Into<String>,
    ) -> Result<Self> {
        let params = Self {
            cnct_tracking_id: cnct_tracking_id.into(),
            sendout_id: sendout_id.into(),
            ctwa_clid: ctwa_clid.into(),
            ad_id: ad_id.into(),
            ..Self::empty()
        };
        params.checked()
    }

    pub(crate) fn empty() -> Self {
        Self {
            version: VERSION,
            cnct_tracking_id: String::new(),
            sendout_id: String::new(),
            ctwa_clid: String::new(),
            ad_id: String::new(),
            extra: Vec::new(),
            captured_at: None,
            unknown: Vec::new(),
        }
    }

    /// The same params, captured at this moment: Unix seconds, a [`std::time::SystemTime`], or an
    /// RFC 3339 text with an offset, as an event's time.
    ///
    /// # Errors
    /// `invalid_tracking` where a text is not that.
    pub fn with_captured_at(mut self, moment: impl Into<EventTime>) -> Result<Self> {
        let seconds = moment.into().read().map_err(|(code, message)| {
            let issue = Issue::new(code, "captured_at", message);
            Error::invalid(ErrorCode::InvalidTracking, vec![issue])
        })?;
        self.captured_at = Some(seconds);
        Ok(self)
    }

    /// Checks every value; collects every problem.
    pub(crate) fn checked(self) -> Result<Self> {
        let issues: Vec<_> =
            self.named().into_iter().filter_map(|(name, value)| check(name, value)).collect();
        if issues.is_empty() {
            Ok(self)
        } else {
            Err(Error::invalid(ErrorCode::InvalidTracking, issues))
        }
    }

    /// The four values that go back, with their names.
    pub(crate) fn named(&self) -> [(&'static str, &str); 4] {
        [
            ("cnct_tracking_id", &self.cnct_tracking_id),
            ("sendout_id", &self.sendout_id),
            ("ctwa_clid", &self.ctwa_clid),
            ("ad_id", &self.ad_id),
        ]
    }

    /// The session of the customer (`cnct_tracking_id`).
    #[must_use]
    pub fn cnct_tracking_id(&self) -> &str {
        &self.cnct_tracking_id
    }

    /// The Connectly campaign's sendout (`sendout_id`).
    #[must_use]
    pub fn sendout_id(&self) -> &str {
        &self.sendout_id
    }

    /// Meta's click id (`ctwa_clid`).
    #[must_use]
    pub fn ctwa_clid(&self) -> &str {
        &self.ctwa_clid
    }

    /// The ad's id (`ad_id`): digits, often past 2^53, so always a string.
    #[must_use]
    pub fn ad_id(&self) -> &str {
        &self.ad_id
    }

    /// What else the link carried, in order of importance.
    pub fn extra(&self) -> impl Iterator<Item = (&str, &str)> {
        self.extra.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// When the visitor landed, in Unix seconds; `None` if never told.
    #[must_use]
    pub fn captured_at(&self) -> Option<i64> {
        self.captured_at
    }
}

impl fmt::Debug for TrackingParams {
    /// Without the values: they tell who the customer is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let f = &mut f.debug_struct("TrackingParams");
        f.field("captured_at", &self.captured_at).finish_non_exhaustive()
    }
}

impl From<&TrackingParams> for TrackingParams {
    fn from(params: &TrackingParams) -> Self {
        params.clone()
    }
}

/// The one rule of tracking values, at landing and in an event.
pub(crate) fn check(path: &str, value: &str) -> Option<Issue> {
    if value.is_empty() {
        return Some(Issue::new(IssueCode::Required, path, "the landing link's value is missing"));
    }
    if value.len() > MAX_VALUE_BYTES {
        let message =
            format!("it has {} bytes, at most {MAX_VALUE_BYTES} are allowed", value.len());
        return Some(Issue::new(IssueCode::ValueTooLong, path, message));
    }
    has_control(value).then(|| {
        Issue::new(
            IssueCode::ControlCharacter,
            path,
            "it holds a control character; send it back exactly as the link had it",
        )
    })
}

/// Whether an extra's name or value may be kept.
pub(super) fn storable(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_VALUE_BYTES && !has_control(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_landing_s_moment_is_what_an_event_s_may_be() {
        let params = || TrackingParams::new("t", "s", "c", "1").unwrap();
        let at = |moment: EventTime| params().with_captured_at(moment).unwrap().captured_at();
        assert_eq!(at(1_746_480_000.into()), Some(1_746_480_000));
        assert_eq!(at("2025-05-05T21:20:00.9+00:00".into()), Some(1_746_480_000));
        assert_eq!(at(std::time::UNIX_EPOCH.into()), Some(0));
        for (moment, code) in [
            ("2025-05-05T21:20:00", IssueCode::EventTimeWithoutZone),
            ("yesterday", IssueCode::WrongType),
        ] {
            let error = params().with_captured_at(moment).unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidTracking);
            assert_eq!(error.issues()[0].code(), code);
            assert_eq!(error.issues()[0].path(), "captured_at");
        }
    }
}
