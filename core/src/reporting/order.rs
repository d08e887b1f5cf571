//! An order as a shop's adapter hands it over.

use std::borrow::Cow;

use crate::document::{Form, Value};
use crate::event::EventOptions;
use crate::issue::{Issue, IssueCode};
use crate::model::Reading;
use crate::tracking::TrackingParams;
use rust_decimal::Decimal;

/// What a shop knows of an order.
#[derive(Debug, Clone, Default)]
pub struct Order<'a> {
    /// The params of the customer's landing; `None` where none are known.
    pub tracking: Option<TrackingParams>,
    /// The members of the event's payload, as they were given. `value` is the order's total as it
    /// was charged, with tax and shipping.
    pub payload: Vec<(Cow<'a, str>, Value<'a>)>,
    /// Members that the API has gained since this release.
    pub extra_payload: Value<'a>,
    /// The tax in the total.
    pub tax: Value<'a>,
    /// The shipping in the total.
    pub shipping: Value<'a>,
    /// Whether it is paid; `None` is yes, for all that the caller knows.
    pub paid: Option<bool>,
    /// Whether it renews a subscription.
    pub renewal: bool,
    /// Why the shop's own rule leaves it out.
    pub excluded: Option<String>,
    /// Whether it is to wait: for a time, or for a release.
    pub held: bool,
    /// How its event is read.
    pub options: EventOptions,
}

/// What becomes of a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// As the caller asks.
    AsAsked,
    /// An order that is held stays held; another is not.
    AsBefore,
    /// It is paid: nothing holds it any longer.
    Ended,
}

impl<'a> Order<'a> {
    /// A member of the payload.
    pub(super) fn member(&self, name: &str) -> Value<'a> {
        let found = self.payload.iter().find(|(member, _)| member == name);
        found.map_or(Value::Null, |(_, value)| value.clone())
    }

    /// The order's id, where it has one that can be read.
    #[must_use]
    pub fn id(&self) -> Option<String> {
        self.options.reader(Form::Input).order_id(self.member("order_id"))
    }

    /// The input document of its event, with this value.
    pub(super) fn document(&self, tracking: &TrackingParams, value: &Value<'a>) -> Value<'a> {
        let text = |text: &str| Value::Text(Cow::Owned(text.to_owned()));
        let clicked =
            members([("ctwa_clid", text(tracking.ctwa_clid())), ("ad_id", text(tracking.ad_id()))]);
        let mut payload = self.payload.clone();
        for (name, given) in &mut payload {
            if name == "value" {
                given.clone_from(value);
            }
        }
        let captured_at = tracking.captured_at();
        members([
            ("cnct_tracking_id", text(tracking.cnct_tracking_id())),
            ("event_name", text("Purchase")),
            ("sendout_id", text(tracking.sendout_id())),
            ("attribution", members([("meta_ctwa", clicked)])),
            ("payload", Value::Members(payload)),
            (
                "captured_at",
                captured_at.map_or(Value::Null, |at| Value::Integer(at.to_string().into())),
            ),
            ("extra_payload", self.extra_payload.clone()),
        ])
    }

    /// The total less these parts. What cannot be read of the total is left to the event's rules.
    pub(super) fn less(&self, parts: &[(&str, &Value<'a>)]) -> Result<Value<'a>, Vec<Issue>> {
        let total = self.member("value");
        let (mut rest, mut issues) = (self.exact(total.clone()), Vec::new());
        for (name, part) in parts {
            match self.exact((*part).clone()) {
                Some(amount) => rest = rest.and_then(|rest| rest.checked_sub(amount)),
                None if **part == Value::Null => {
                    let message = "it is needed, since the value of an order is without it";
                    issues.push(Issue::new(IssueCode::Required, name, message));
                }
                None => {
                    let message = "it is not an exact decimal number such as 99.97";
                    issues.push(Issue::new(IssueCode::InvalidAmount, name, message));
                }
            }
        }
        if !issues.is_empty() {
            return Err(issues);
        }
        Ok(rest.map_or(total, |rest| Value::Decimal(rest.normalize().to_string().into())))
    }

    fn exact(&self, amount: Value<'a>) -> Option<Decimal> {
        match self.options.reader(Form::Input).money(amount)?.0 {
            Reading::Exact(amount) => Some(amount),
            _ => None,
        }
    }
}

fn members<'a>(members: impl IntoIterator<Item = (&'static str, Value<'a>)>) -> Value<'a> {
    Value::Members(members.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect())
}
