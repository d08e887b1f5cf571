//! How an event is read, as Python gives it.

use connectly_conversions as core;
use connectly_conversions::binding::Spelling;
use pyo3::prelude::*;

use crate::arguments::{moment, names};
use crate::document::Argument;
use crate::errors::OrRaise;

pub(crate) struct Options<'a, 'py> {
    pub(crate) rounding: Option<&'a str>,
    pub(crate) extra_currencies: Argument<'a, 'py>,
    pub(crate) now: Argument<'a, 'py>,
}

impl Options<'_, '_> {
    pub(crate) fn read(&self, py: Python<'_>) -> PyResult<core::EventOptions> {
        // Python's own clock, which tests may have stopped.
        let options = core::EventOptions::new().spelling(Spelling::Python);
        let mut options = match self.now {
            Some(now) => options.now(moment("now", now)?),
            None => {
                options.now_by_clock(py.import("time")?.call_method0("time")?.extract::<f64>()?)
            }
        };
        if let Some(rounding) = self.rounding {
            options = options.rounding(rounding.parse::<core::Rounding>().or_raise(py)?);
        }
        if self.extra_currencies.is_some() {
            let codes = names("extra_currencies", self.extra_currencies)?;
            options = options.extra_currencies(codes);
        }
        Ok(options)
    }
}
