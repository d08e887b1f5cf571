//! The rules of names and ids.

use super::checker::{Checker, MAX_ID_BYTES};
use crate::issue::{Issue, IssueCode};
use crate::model::{EventName, Field};
use crate::tracking;

const MAX_ORDER_ID_BYTES: usize = 256;

impl Checker<'_> {
    pub(super) fn tracking(&mut self, path: &str, field: Field<String>) -> Option<String> {
        match field {
            Field::Given(value) => match tracking::check(path, &value) {
                Some(issue) => {
                    self.issues.push(issue);
                    None
                }
                None => Some(value),
            },
            Field::Absent => {
                self.required(path);
                None
            }
            Field::Refused => None,
        }
    }

    pub(super) fn event_name(&mut self, field: Field<String>) -> Option<EventName> {
        let name = match field {
            Field::Given(name) if !name.is_empty() => name,
            Field::Refused => return None,
            _ => {
                self.required("event_name");
                return None;
            }
        };
        let known = EventName::ALL.iter().copied().find(|known| known.as_str() == name);
        if known.is_none() {
            let meant = EventName::ALL.iter().find(|known| {
                known.as_str().eq_ignore_ascii_case(&name.replace(['_', ' ', '-'], ""))
            });
            let message =
                format!("{name:?} is not an event that the API knows: use Purchase or ViewContent");
            let issue = Issue::new(IssueCode::UnsupportedEventName, "event_name", message);
            self.issues.push(issue.suggest(meant));
        }
        known
    }

    pub(super) fn order_id(&mut self, field: Field<String>, purchase: bool) -> Option<String> {
        const PATH: &str = "payload.order_id";
        match field {
            Field::Given(id) => self.id(PATH, id, MAX_ORDER_ID_BYTES),
            Field::Refused => None,
            Field::Absent => {
                if purchase {
                    let message = "nothing protects this purchase from being counted twice: give \
                                   the shop's immutable id of the order";
                    self.report(IssueCode::MissingOrderId, PATH, message);
                }
                None
            }
        }
    }

    pub(super) fn content_type(&mut self, field: Field<String>) -> Option<String> {
        const PATH: &str = "payload.content_type";
        let content_type = self.id(PATH, field.given()?, MAX_ID_BYTES)?;
        if !matches!(content_type.as_str(), "product" | "product_group") {
            let message = format!("Meta knows product and product_group, not {content_type:?}");
            self.report(IssueCode::UnknownContentType, PATH, message);
        }
        Some(content_type)
    }
}
