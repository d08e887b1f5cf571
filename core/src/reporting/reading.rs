//! An order as one tree, from any language.

use std::borrow::Cow;

use super::order::Order;
use crate::document::Value;
use crate::error::{Error, Result};

/// What goes into the event's payload as it is.
const PAYLOAD: [&str; 7] =
    ["currency", "value", "order_id", "content_type", "content_ids", "num_items", "event_time"];

const OTHERS: [&str; 7] =
    ["items", "extra_payload", "tax", "shipping", "paid", "renewal", "excluded"];

impl<'a> Order<'a> {
    /// Reads an order's members. What is null counts as left out; tracking, hold and options are
    /// the caller's to add.
    ///
    /// # Errors
    /// `invalid_option` for a member that is unknown or of a wrong type. What belongs to the event
    /// is judged with the event.
    pub fn read(document: Value<'a>) -> Result<Self> {
        let Value::Members(members) = document else {
            return Err(Error::wrong_argument("order", "an object with members"));
        };
        let mut order = Self::default();
        for (name, value) in members {
            match &*name {
                _ if PAYLOAD.contains(&&*name) => order.payload.push((name, value)),
                "items" => order.payload.push((Cow::Borrowed("contents"), value)),
                "extra_payload" => order.extra_payload = value,
                "tax" => order.tax = value,
                "shipping" => order.shipping = value,
                "paid" => order.paid = flag("paid", &value)?,
                "renewal" => order.renewal = flag("renewal", &value)?.unwrap_or(false),
                "excluded" => order.excluded = reason(&value)?,
                _ => return Err(Error::unknown_option(&name, &[&PAYLOAD[..], &OTHERS].concat())),
            }
        }
        Ok(order)
    }
}

fn flag(name: &str, value: &Value<'_>) -> Result<Option<bool>> {
    match value {
        Value::Null => Ok(None),
        Value::Boolean(flag) => Ok(Some(*flag)),
        _ => Err(Error::wrong_argument(name, "true or false")),
    }
}

/// Why the shop's rule leaves it out; true is without a word.
fn reason(value: &Value<'_>) -> Result<Option<String>> {
    match value {
        Value::Null | Value::Boolean(false) => Ok(None),
        Value::Boolean(true) => Ok(Some(String::new())),
        Value::Text(reason) => Ok(Some(reason.clone().into_owned())),
        _ => Err(Error::wrong_argument("excluded", "a text, true or false")),
    }
}
