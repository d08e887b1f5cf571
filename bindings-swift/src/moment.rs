//! Points in time: a Swift `Date` is a float of Unix seconds.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use connectly_conversions::binding::{self, Value};

use crate::error::Result;

/// Whole Unix seconds of a point in time that is an option of a call.
pub(crate) fn unix_seconds(option: &str, given: Option<f64>) -> Result<Option<i64>> {
    let seconds = |given: f64| {
        let whole = given.floor();
        let digits = if whole.is_finite() { format!("{whole:.0}") } else { whole.to_string() };
        binding::unix_seconds(option, Value::Integer(digits.into()))
    };
    Ok(given.map(seconds).transpose()?)
}

/// The moment itself, checked in the same way.
pub(crate) fn time(option: &str, given: f64) -> Result<SystemTime> {
    unix_seconds(option, Some(given))?;
    // What was accepted is neither negative nor endless.
    Ok(UNIX_EPOCH + Duration::try_from_secs_f64(given).unwrap_or_default())
}
