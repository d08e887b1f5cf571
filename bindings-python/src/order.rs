//! An order as a shop's adapter hands it over, and the shop's rules of what is reported.

use connectly_conversions::binding::{Order, Reporting, Value};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::arguments::{instance, text};
use crate::document::listed;
use crate::errors::{OrRaise, guarded};
use crate::objects::value;
use crate::options::Options;
use crate::tracking::TrackingParams;

/// What a shop reports.
#[pyclass(frozen, name = "Reporting")]
pub struct Policy(pub(crate) Reporting);

#[pymethods]
impl Policy {
    #[new]
    #[pyo3(signature = (*, value = None, report_unpaid = false, report_zero = false,
        report_renewals = false))]
    fn new(
        py: Python<'_>,
        value: Option<&str>,
        report_unpaid: bool,
        report_zero: bool,
        report_renewals: bool,
    ) -> PyResult<Self> {
        guarded(py, || {
            let value = value.map(str::parse).transpose().or_raise(py)?.unwrap_or_default();
            Ok(Self(Reporting { value, report_unpaid, report_zero, report_renewals }))
        })
    }
}

/// The members of an order by name, its tracking, and how its event is read.
pub(crate) fn order(given: &Bound<'_, PyDict>, held: bool) -> PyResult<Order<'static>> {
    let (py, rest) = (given.py(), given.copy()?);
    let take = |name: &str| -> PyResult<Option<Bound<'_, PyAny>>> {
        let found = rest.get_item(name)?;
        if found.is_some() {
            rest.del_item(name)?;
        }
        Ok(found.filter(|given| !given.is_none()))
    };
    let (tracking, items) = (take("tracking")?, take("items")?);
    let (rounding, currencies, now) = (take("rounding")?, take("extra_currencies")?, take("now")?);
    if let Some(items) = listed(items.as_ref())? {
        rest.set_item("items", items)?;
    }
    let tree: Value<'static> = value(&rest)?;
    let order = Order::read(tree).or_raise(py)?;
    let tracking = tracking.as_ref().map(|given| {
        instance::<TrackingParams>("tracking", "TrackingParams", given)
            .map(|params| params.get().0.clone())
    });
    let rounding = rounding.as_ref().and_then(text);
    let options = Options {
        rounding: rounding.as_deref(),
        extra_currencies: currencies.as_ref(),
        now: now.as_ref(),
    };
    Ok(Order { tracking: tracking.transpose()?, held, options: options.read(py)?, ..order })
}
