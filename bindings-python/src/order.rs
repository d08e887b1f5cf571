//! An order as a shop's adapter hands it over, and the shop's rules of what is reported.

use std::borrow::Cow;

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

/// The members of an order, by name.
#[derive(FromPyObject)]
pub(crate) struct Given<'py>(Bound<'py, PyDict>);

/// What goes into the event's payload as it is.
const PAYLOAD: [&str; 7] =
    ["currency", "value", "order_id", "content_type", "content_ids", "num_items", "event_time"];

impl Given<'_> {
    pub(crate) fn read(&self, py: Python<'_>, held: bool) -> PyResult<Order<'static>> {
        let member = |name: &str| -> PyResult<Option<Bound<'_, PyAny>>> {
            Ok(self.0.get_item(name)?.filter(|given| !given.is_none()))
        };
        let tree = |name: &str| member(name)?.map_or(Ok(Value::Null), |given| value(&given));
        let mut payload = Vec::with_capacity(PAYLOAD.len() + 1);
        for name in PAYLOAD {
            payload.push((Cow::Borrowed(name), tree(name)?));
        }
        let items = listed(member("items")?.as_ref())?;
        let contents = items.map_or(Ok(Value::Null), |items| value(&items))?;
        payload.push((Cow::Borrowed("contents"), contents));
        let tracking = member("tracking")?;
        let tracking = tracking.as_ref().map(|given| {
            instance::<TrackingParams>("tracking", "TrackingParams", given)
                .map(|params| params.get().0.clone())
        });
        let flag = |name: &str| -> PyResult<Option<bool>> {
            member(name)?.map(|given| given.is_truthy()).transpose()
        };
        let excluded = member("excluded")?.and_then(|reason| text(&reason));
        let rounding = member("rounding")?.and_then(|rounding| text(&rounding));
        let (currencies, now) = (member("extra_currencies")?, member("now")?);
        let options = Options {
            rounding: rounding.as_deref(),
            extra_currencies: currencies.as_ref(),
            now: now.as_ref(),
        };
        Ok(Order {
            tracking: tracking.transpose()?,
            payload,
            extra_payload: tree("extra_payload")?,
            tax: tree("tax")?,
            shipping: tree("shipping")?,
            paid: flag("paid")?,
            renewal: flag("renewal")?.unwrap_or(false),
            excluded,
            held,
            options: options.read(py)?,
        })
    }
}
