//! Reading a landing URL's query.

use std::borrow::Cow;
use std::collections::HashSet;

use url::form_urlencoded;

use super::params::{TrackingParams, storable};
use super::stored;
use crate::error::Result;
use crate::model::now;

/// Capture with options: which parameters matter beside the known ones, and what time it is.
///
/// ```
/// use connectly_conversions::Capture;
///
/// let url = "https://shop.example/?cnct_tracking_id=t1&sendout_id=s1&ctwa_clid=c1&ad_id=23851";
/// let params = Capture::new().url(url)?.ok_or("not a Connectly visit")?;
/// assert_eq!(params.sendout_id(), "s1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Capture {
    extra_params: Vec<String>,
    now: Option<i64>,
}

impl Capture {
    /// Capture as [`TrackingParams::from_url`] does it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Further parameters that must not be lost; they are kept before all others of the link.
    #[must_use]
    pub fn extra_params(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.extra_params.extend(names.into_iter().map(Into::into));
        self
    }

    /// The moment of landing in Unix seconds; the current time unless given.
    #[must_use]
    pub fn now(mut self, seconds: i64) -> Self {
        self.now = Some(seconds);
        self
    }

    /// The params of a landing URL, absolute or relative; `None` where it is not Connectly's.
    ///
    /// # Errors
    /// `invalid_tracking` where the visit is Connectly's and a value is missing or malformed.
    pub fn url(&self, url: &str) -> Result<Option<TrackingParams>> {
        // The URL standard drops blanks and control characters around a URL.
        let url = url.trim_matches(|c: char| c <= ' ');
        let before_fragment = url.split('#').next().unwrap_or_default();
        let query = before_fragment.split_once('?').map_or("", |(_, query)| query);
        self.query(query)
    }

    /// The params of a query string, with or without its question mark.
    ///
    /// # Errors
    /// As [`Capture::url`].
    pub fn query(&self, query: &str) -> Result<Option<TrackingParams>> {
        // The URL standard drops raw tabs and line ends before it parses.
        let query: Cow<'_, str> = if query.contains(['\t', '\n', '\r']) {
            query.replace(['\t', '\n', '\r'], "").into()
        } else {
            query.into()
        };
        let query = query.strip_prefix('?').unwrap_or(&query);
        self.pairs(form_urlencoded::parse(query.as_bytes()))
    }

    /// The params of decoded names and values, in the order of the URL.
    ///
    /// # Errors
    /// As [`Capture::url`].
    pub fn pairs<N, V>(
        &self,
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Option<TrackingParams>>
    where
        N: AsRef<str>,
        V: AsRef<str>,
    {
        let mut found =
            Found { params: TrackingParams::empty(), others: Vec::new(), seen: HashSet::new() };
        for (name, value) in pairs {
            found.take(name.as_ref(), value.as_ref());
        }
        let Found { params, mut others, .. } = found;
        if params.cnct_tracking_id.is_empty() && params.sendout_id.is_empty() {
            return Ok(None);
        }
        let captured_at = self.now.unwrap_or_else(now);
        let mut params = TrackingParams { captured_at: Some(captured_at), ..params }.checked()?;
        others.sort_by_key(|(name, _)| self.rank(name));
        let mut room = stored::room_for_extras(&params);
        for (name, value) in others {
            let needed = stored::extra_len(&name, &value);
            // One that does not fit makes room for a later, smaller one: any may be the fifth.
            if let Some(rest) = room.checked_sub(needed) {
                room = rest;
                params.extra.push((name, value));
            }
        }
        Ok(Some(params))
    }

    /// Connectly's own and the named first, other networks' last.
    fn rank(&self, name: &str) -> u8 {
        if name.starts_with("cnct_") || self.extra_params.iter().any(|extra| extra == name) {
            0
        } else if name.starts_with("utm_") || name == "gclid" || name == "fbclid" {
            2
        } else {
            1
        }
    }
}

impl TrackingParams {
    /// The params of a landing URL, absolute or relative; `None` where the visit is not
    /// Connectly's. [`Capture`] takes options.
    ///
    /// # Errors
    /// `invalid_tracking` where the visit is Connectly's and a value is missing or malformed.
    pub fn from_url(url: &str) -> Result<Option<Self>> {
        Capture::new().url(url)
    }

    /// The params of a query string, with or without its question mark.
    ///
    /// # Errors
    /// As [`TrackingParams::from_url`].
    pub fn from_query(query: &str) -> Result<Option<Self>> {
        Capture::new().query(query)
    }
}

/// The first non-empty value of each name.
struct Found {
    params: TrackingParams,
    others: Vec<(String, String)>,
    seen: HashSet<String>,
}

impl Found {
    fn take(&mut self, name: &str, value: &str) {
        let slot = match name {
            "cnct_tracking_id" => &mut self.params.cnct_tracking_id,
            "sendout_id" => &mut self.params.sendout_id,
            "ctwa_clid" => &mut self.params.ctwa_clid,
            "ad_id" => &mut self.params.ad_id,
            _ => return self.take_other(name, value),
        };
        if slot.is_empty() {
            value.clone_into(slot);
        }
    }

    /// An extra that could not be stored is dropped: it must not cost the visit.
    fn take_other(&mut self, name: &str, value: &str) {
        if storable(name) && storable(value) && self.seen.insert(name.to_owned()) {
            self.others.push((name.to_owned(), value.to_owned()));
        }
    }
}
