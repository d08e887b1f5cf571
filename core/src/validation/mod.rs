//! What is checked before anything is sent: every rule, every problem at once. Pure.

mod amounts;
mod checker;
mod contents;
mod currency;
mod moments;
mod names;

use checker::Checker;
pub(crate) use checker::Rules;
pub(crate) use moments::plausible;

use crate::issue::{Issue, IssueCode};
use crate::model::{Draft, EventName, ValidEvent};

/// Checks a draft. `None` where a needed member is missing; the caller refuses the event for any
/// issue that is an error.
pub(crate) fn check(draft: Draft, rules: &Rules, issues: &mut Vec<Issue>) -> Option<ValidEvent> {
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
    checker.click_age(draft.captured_at, event_time);
    for member in &draft.extra_payload {
        let message = "the API's documentation does not know this member; it is sent as it is";
        checker.report(
            IssueCode::UndeclaredField,
            format_args!("payload.{}", member.name),
            message,
        );
    }
    Some(ValidEvent {
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
