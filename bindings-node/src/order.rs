//! An order as TypeScript hands it over, and the shop's rules of what is reported.

use connectly_conversions::binding::{Order, Reporting, Spelling, Value};
use connectly_conversions::{Error, EventOptions, Result, TrackingParams};

use crate::event::codes;
use crate::settings::Settings;

const SETTINGS: &[&str] = &[
    "value",
    "reportUnpaid",
    "reportZero",
    "reportRenewals",
    "rounding",
    "extraCurrencies",
    "now",
];

/// Reads the policy of a shop, and how the events of its orders are read.
pub(crate) fn policy(text: &str) -> Result<(Reporting, EventOptions)> {
    let settings = Settings::parse(text, SETTINGS)?;
    let flag = |name: &str| settings.flag(name).map(Option::unwrap_or_default);
    let value = settings.text("value")?.map(|value| value.parse()).transpose()?;
    let reporting = Reporting {
        value: value.unwrap_or_default(),
        report_unpaid: flag("reportUnpaid")?,
        report_zero: flag("reportZero")?,
        report_renewals: flag("reportRenewals")?,
    };
    let mut options = EventOptions::new().javascript_numbers(true).spelling(Spelling::Node);
    if let Some(rounding) = settings.text("rounding")? {
        options = options.rounding(rounding.parse()?);
    }
    if let Some(given) = settings.texts("extraCurrencies")? {
        options = options.extra_currencies(codes(given));
    }
    if let Some(now) = settings.integer("now")? {
        options = options.now(now);
    }
    Ok((reporting, options))
}

/// Reads an order: a tree of its members, and the stored form of its params.
pub(crate) fn order<'a>(
    text: &'a str,
    tracking: Option<&str>,
    held: bool,
    options: EventOptions,
) -> Result<Order<'a>> {
    let tree = Value::from_json(text)
        .map_err(|error| Error::internal(format!("the order cannot be read: {error}")))?;
    let tracking = tracking.map(TrackingParams::from_json).transpose()?;
    Ok(Order { tracking, held, options, ..Order::read(tree)? })
}
