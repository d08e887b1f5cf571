//! What is checked before anything is sent: every rule, every problem at once. Pure.

mod amounts;
mod contents;
mod currency;
mod moments;

use std::borrow::Cow;
use std::fmt::Display;

use crate::event::draft::{Draft, Field};
use crate::event::{EventName, Facts, Rounding};
use crate::issue::{Issue, IssueCode};
use crate::text::has_control;
use crate::tracking;

pub(crate) const MAX_ID_BYTES: usize = 1_024;
const MAX_ORDER_ID_BYTES: usize = 256;

/// What the rules depend on beside the event.
pub(crate) struct Rules<'a> {
    /// Unix seconds.
    pub now: i64,
    pub rounding: Rounding,
    /// Asked only for a code that ISO 4217 lacks.
    pub extra_currencies: &'a dyn Fn() -> Vec<String>,
}

/// Checks a draft. `None` where a needed member is missing; the caller refuses the event for any
/// issue that is an error.
pub(crate) fn check(draft: Draft, rules: &Rules<'_>, issues: &mut Vec<Issue>) -> Option<Facts> {
    let mut checker = Checker { rules, issues };
    let cnct_tracking_id = checker.tracking("cnct_tracking_id", draft.cnct_tracking_id);
    let event_name = checker.event_name(draft.event_name);
    let sendout_id = checker.tracking("sendout_id", draft.sendout_id);
    let ctwa_clid = checker.tracking("attribution.meta_ctwa.ctwa_clid", draft.ctwa_clid);
    let ad_id = checker.tracking("attribution.meta_ctwa.ad_id", draft.ad_id);
    let purchase = event_name == Some(EventName::Purchase);
    let money = checker.money(draft.currency, draft.value, event_name);
    let order_id = checker.order_id(draft.order_id, purchase);
    let content_type = checker.content_type(draft.content_type);
    let contents = checker.contents(draft.contents, money.currency.known);
    let content_ids = checker.content_ids(draft.content_ids, &contents);
    let num_items = checker.num_items(draft.num_items, &contents);
    if let Some(value) = money.value {
        checker.total(value, &contents);
    }
    let event_time = checker.event_time(draft.event_time);
    if let Some(event_time) = event_time {
        checker.click_age(draft.captured_at, event_time);
    }
    for (name, _) in &draft.extra_payload {
        let message = "the API's documentation does not know this member; it is sent as it is";
        checker.report(IssueCode::UndeclaredField, format_args!("payload.{name}"), message);
    }
    Some(Facts {
        cnct_tracking_id: cnct_tracking_id?,
        event_name: event_name?,
        sendout_id: sendout_id?,
        ctwa_clid: ctwa_clid?,
        ad_id: ad_id?,
        currency: money.currency.code,
        value: money.value,
        order_id,
        content_type,
        content_ids,
        num_items,
        contents: contents.lines,
        event_time: event_time?,
        extra_payload: draft.extra_payload,
    })
}

struct Checker<'a> {
    rules: &'a Rules<'a>,
    issues: &'a mut Vec<Issue>,
}

impl Checker<'_> {
    fn report(
        &mut self,
        code: IssueCode,
        path: impl Display,
        message: impl Into<Cow<'static, str>>,
    ) {
        self.issues.push(Issue::new(code, path, message));
    }

    fn required(&mut self, path: impl Display) {
        self.report(IssueCode::Required, path, "it is missing or empty");
    }

    fn tracking(&mut self, path: &str, field: Field<String>) -> Option<String> {
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

    fn event_name(&mut self, field: Field<Cow<'static, str>>) -> Option<EventName> {
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
            let message = format!("{name:?} is no event of the API: use Purchase or ViewContent");
            let issue = Issue::new(IssueCode::UnsupportedEventName, "event_name", message);
            self.issues.push(issue.suggest(meant));
        }
        known
    }

    /// The rule of ids: not empty, not too long, no control characters.
    fn id(&mut self, path: impl Display, value: String, max_bytes: usize) -> Option<String> {
        if value.is_empty() {
            self.report(IssueCode::Required, path, "it is empty");
        } else if value.len() > max_bytes {
            let message = format!("it has {} bytes, at most {max_bytes} are allowed", value.len());
            self.report(IssueCode::ValueTooLong, path, message);
        } else if has_control(&value) {
            self.report(IssueCode::ControlCharacter, path, "it holds a control character");
        } else {
            return Some(value);
        }
        None
    }

    fn order_id(&mut self, field: Field<String>, purchase: bool) -> Option<String> {
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

    fn content_type(&mut self, field: Field<String>) -> Option<String> {
        const PATH: &str = "payload.content_type";
        let content_type = self.id(PATH, field.given()?, MAX_ID_BYTES)?;
        if !matches!(content_type.as_str(), "product" | "product_group") {
            let message = format!("Meta knows product and product_group, not {content_type:?}");
            self.report(IssueCode::UnknownContentType, PATH, message);
        }
        Some(content_type)
    }
}
