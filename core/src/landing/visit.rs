//! The answer to a visit.

use std::fmt;

use super::codes::{SkipReason, VisitCount};
use crate::issue::Issue;
use crate::tracking::TrackingParams;

/// What a visit means; made by [`Landing::visit`](crate::Landing::visit).
#[derive(Clone, PartialEq, Eq)]
pub struct Visit {
    pub(super) params: Option<TrackingParams>,
    pub(super) cookies: Vec<String>,
    pub(super) count: VisitCount,
    pub(super) skipped: Option<SkipReason>,
    pub(super) issues: Vec<Issue>,
}

impl Visit {
    /// The visitor's params from now on, whether this visit brought them or they were known.
    ///
    /// Keep them in the session, if there is one. Where they are none, nothing is known of the
    /// visitor or nothing may be kept: what a session still holds is to be removed.
    #[must_use]
    pub fn params(&self) -> Option<&TrackingParams> {
        self.params.as_ref()
    }

    /// As [`Visit::params`], to own.
    #[must_use]
    pub fn into_params(self) -> Option<TrackingParams> {
        self.params
    }

    /// The values of the `Set-Cookie` headers to add to the response, one a header.
    #[must_use]
    pub fn cookies(&self) -> &[String] {
        &self.cookies
    }

    /// Whether the response must carry `Cache-Control: private, no-store`: it sets a cookie, which
    /// a cache would hand to other visitors.
    #[must_use]
    pub fn no_store(&self) -> bool {
        !self.cookies.is_empty()
    }

    /// What to count.
    #[must_use]
    pub fn count(&self) -> VisitCount {
        self.count
    }

    /// Why the visit was skipped; `None` unless it was.
    #[must_use]
    pub fn skipped(&self) -> Option<SkipReason> {
        self.skipped
    }

    /// What is wrong with a partial or invalid visit, without the values; otherwise empty.
    #[must_use]
    pub fn issues(&self) -> &[Issue] {
        &self.issues
    }
}

impl fmt::Debug for Visit {
    /// Without params and cookies: they tell who the customer is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visit")
            .field("count", &self.count)
            .field("skipped", &self.skipped)
            .field("issues", &self.issues)
            .finish_non_exhaustive()
    }
}
