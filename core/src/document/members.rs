//! Which objects of a document have which members, and what each becomes in the draft.

use serde::Deserialize;

use super::path::Path;
use super::reader::{Form, Members, Reader};
use super::spelling::{ATTRIBUTION, DOCUMENT, INPUT_ONLY, LINE, META_CTWA, PAYLOAD, Spelling};
use super::value::Value;
use crate::issue::IssueCode;
use crate::model::{Amount, Draft, DraftLine, ExtraMember, Field, Reading};

/// Reads a whole document. The problems stand in `reader`.
pub(crate) fn read(document: Value<'_>, reader: &mut Reader) -> Draft {
    let mut draft = Draft::default();
    let path = Path::ROOT;
    for (name, value) in reader.object(&path, document).unwrap_or_default() {
        let path = path.member(&name);
        if reader.form == Form::Wire && INPUT_ONLY.contains(&&*name) {
            let message = "unknown field: it belongs to the input document, and never goes out";
            reader.push(IssueCode::UnknownField, &path, message);
            continue;
        }
        match &*name {
            "cnct_tracking_id" => draft.cnct_tracking_id = reader.text(&path, value),
            "event_name" => draft.event_name = reader.text(&path, value),
            "sendout_id" => draft.sendout_id = reader.text(&path, value),
            "attribution" => attribution(reader, &path, value, &mut draft),
            "payload" => payload(reader, &path, value, &mut draft),
            "captured_at" => draft.captured_at = reader.time(&path, value),
            "extra_payload" => draft.extra_payload.extend(extra_payload(reader, &path, value)),
            // A language's own call has no document around its payload.
            _ if reader.spelling != Spelling::Wire => reader.unknown(&path, &name, PAYLOAD),
            _ => reader.unknown(&path, &name, DOCUMENT),
        }
    }
    draft
}

/// The members of an inner object. One of the wrong type has been reported: what it should have
/// held is then refused, and not missing as well.
fn object<'a>(
    reader: &mut Reader,
    path: &Path<'_>,
    value: Value<'a>,
    refused: impl FnOnce(),
) -> Members<'a> {
    let is_null = value == Value::Null;
    reader.object(path, value).unwrap_or_else(|| {
        if !is_null {
            refused();
        }
        Vec::new()
    })
}

fn attribution(reader: &mut Reader, path: &Path<'_>, value: Value<'_>, draft: &mut Draft) {
    for (name, value) in object(reader, path, value, || refuse_clicked(draft)) {
        let path = path.member(&name);
        match &*name {
            "meta_ctwa" => meta_ctwa(reader, &path, value, draft),
            _ => reader.unknown(&path, &name, ATTRIBUTION),
        }
    }
}

fn meta_ctwa(reader: &mut Reader, path: &Path<'_>, value: Value<'_>, draft: &mut Draft) {
    for (name, value) in object(reader, path, value, || refuse_clicked(draft)) {
        let path = path.member(&name);
        match &*name {
            "ctwa_clid" => draft.ctwa_clid = reader.text(&path, value),
            "ad_id" => draft.ad_id = reader.text(&path, value),
            _ => reader.unknown(&path, &name, META_CTWA),
        }
    }
}

fn refuse_clicked(draft: &mut Draft) {
    draft.ctwa_clid = Field::Refused;
    draft.ad_id = Field::Refused;
}

fn payload(reader: &mut Reader, path: &Path<'_>, value: Value<'_>, draft: &mut Draft) {
    let refuse = || {
        draft.currency = Field::Refused;
        draft.value = Field::Refused;
        draft.order_id = Field::Refused;
    };
    for (name, value) in object(reader, path, value, refuse) {
        let path = path.member(&name);
        match &*name {
            "currency" => draft.currency = reader.text(&path, value),
            "value" => draft.value = reader.amount(&path, value),
            "order_id" => draft.order_id = reader.id(&path, value),
            "content_type" => draft.content_type = reader.text(&path, value),
            "content_ids" => draft.content_ids = list(reader, &path, value, Reader::id),
            "num_items" => draft.num_items = reader.count(&path, value),
            "contents" => draft.contents = list(reader, &path, value, line),
            "event_time" => draft.event_time = reader.time(&path, value),
            _ if reader.form == Form::Wire => {
                draft.extra_payload.extend(extra_member(reader, &path, &name, value));
            }
            _ => reader.unknown(&path, &name, PAYLOAD),
        }
    }
}

fn list<T>(
    reader: &mut Reader,
    path: &Path<'_>,
    value: Value<'_>,
    element: impl Fn(&mut Reader, &Path<'_>, Value<'_>) -> T,
) -> Field<Vec<T>> {
    let is_null = value == Value::Null;
    match reader.list(path, value) {
        Some(list) => Field::Given(
            list.into_iter()
                .enumerate()
                .map(|(index, value)| element(reader, &path.index(index), value))
                .collect(),
        ),
        None if is_null => Field::Absent,
        None => Field::Refused,
    }
}

fn line(reader: &mut Reader, path: &Path<'_>, value: Value<'_>) -> DraftLine {
    let mut line = DraftLine::default();
    let members = object(reader, path, value, || line.refused = true);
    for (name, value) in members {
        let path = path.member(&name);
        match &*name {
            "id" => line.id = reader.id(&path, value),
            "quantity" => line.quantity = reader.count(&path, value),
            "item_price" => line.item_price = reader.amount(&path, value),
            _ => reader.unknown(&path, &name, LINE),
        }
    }
    line
}

/// Members that the API may gain later, named on purpose.
pub(crate) fn extra_payload(
    reader: &mut Reader,
    path: &Path<'_>,
    value: Value<'_>,
) -> Vec<ExtraMember> {
    let mut kept = Vec::new();
    for (name, value) in reader.object(path, value).unwrap_or_default() {
        let path = path.member(&name);
        if PAYLOAD.contains(&&*name) {
            let own = reader.spelling.of(&name);
            let message = format!("it is a member of the event itself: give it as {own}");
            reader.push(IssueCode::UnknownField, &path, message);
        } else {
            kept.extend(extra_member(reader, &path, &name, value));
        }
    }
    kept
}

/// The same members of the typed way; what is nested too deeply is refused.
pub(crate) fn extra_members(
    reader: &mut Reader,
    given: Vec<(String, serde_json::Value)>,
) -> Vec<ExtraMember> {
    let path = Path::ROOT;
    let path = path.member("extra_payload");
    let mut members = Vec::with_capacity(given.len());
    for (name, value) in given {
        match Value::deserialize(value) {
            Ok(value) => members.push((name.into(), value)),
            Err(error) => {
                reader.push(IssueCode::InvalidJson, &path.member(&name), error.to_string());
            }
        }
    }
    extra_payload(reader, &path, Value::Members(members))
}

fn extra_member(
    reader: &mut Reader,
    path: &Path<'_>,
    name: &str,
    value: Value<'_>,
) -> Option<ExtraMember> {
    let mut json = String::new();
    plain(reader, path, value)?.write_json(&mut json);
    Some(ExtraMember { name: name.to_owned(), json })
}

/// The value with its numbers as plain decimals and without nulls.
fn plain<'a>(reader: &mut Reader, path: &Path<'_>, value: Value<'a>) -> Option<Value<'a>> {
    Some(match value {
        Value::Null => return None,
        Value::Foreign(name) => {
            let message = format!("JSON has no form for {name}: give a string");
            reader.push(IssueCode::WrongType, path, message);
            return None;
        }
        Value::Integer(digits) | Value::Decimal(digits) => {
            return exact(reader, path, &digits, &Amount::from(&*digits));
        }
        Value::Float(digits) => return exact(reader, path, &digits, &Amount::from_float(&digits)),
        Value::List(list) => Value::List(
            list.into_iter()
                .enumerate()
                .filter_map(|(index, value)| plain(reader, &path.index(index), value))
                .collect(),
        ),
        Value::Members(members) => {
            let mut kept = Vec::with_capacity(members.len());
            for (name, value) in reader.unique(path, members) {
                if let Some(value) = plain(reader, &path.member(&name), value) {
                    kept.push((name, value));
                }
            }
            Value::Members(kept)
        }
        other => other,
    })
}

fn exact<'a>(
    reader: &mut Reader,
    path: &Path<'_>,
    digits: &str,
    amount: &Amount,
) -> Option<Value<'a>> {
    let Reading::Exact(number) = &amount.0 else {
        let message = format!("{digits} cannot be sent exactly: give a string");
        reader.push(IssueCode::InvalidAmount, path, message);
        return None;
    };
    Some(Value::Decimal(number.to_string().into()))
}
