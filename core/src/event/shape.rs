//! The shape of an input document: which objects have which members.

use std::collections::HashSet;

use serde::de::Deserializer;

use super::draft::{Draft, Field, Line};
#[cfg(feature = "sandbox")]
use super::input::Form;
use super::input::Reader;
use super::money::{Amount, Reading};
use super::path::Path;
use super::scalar::{Foreign, Source};
use super::visit::{Element, Shape, array, object};
use crate::issue::IssueCode;
use crate::json::Json;

pub(super) struct Document<'a>(pub &'a mut Draft);
struct Attribution<'a>(&'a mut Draft);
struct MetaCtwa<'a>(&'a mut Draft);
struct Payload<'a>(&'a mut Draft);

/// Reads a whole document.
pub(super) fn read<'de, S: Source, Sh: Shape, D: Deserializer<'de>>(
    source: D,
    shape: &mut Sh,
    reader: &mut Reader,
) -> Result<(), D::Error> {
    object::<S, _, _>(source, shape, &Path::ROOT, reader)
}

/// From this index on, the members of a document are the input document's own.
#[cfg(feature = "sandbox")]
const OWN_MEMBERS: usize = 5;

impl Shape for Document<'_> {
    const MEMBERS: &'static [&'static str] = &[
        "cnct_tracking_id",
        "event_name",
        "sendout_id",
        "attribution",
        "payload",
        // Not of the wire: these two are the input document's own.
        "captured_at",
        "extra_payload",
    ];

    fn member<'de, S: Source, D: Deserializer<'de>>(
        &mut self,
        index: usize,
        value: D,
        path: &Path<'_>,
        reader: &mut Reader,
    ) -> Result<(), D::Error> {
        let draft = &mut *self.0;
        #[cfg(feature = "sandbox")]
        if index >= OWN_MEMBERS && reader.form == Form::Wire {
            S::scalar(value)?;
            let message = "it belongs to the input document and never goes over the wire";
            reader.push(IssueCode::UnknownField, path, message);
            return Ok(());
        }
        match index {
            0 => draft.cnct_tracking_id = reader.string(path, S::scalar(value)?),
            1 => draft.event_name = reader.name(path, S::scalar(value)?),
            2 => draft.sendout_id = reader.string(path, S::scalar(value)?),
            3 => return object::<S, _, _>(value, &mut Attribution(draft), path, reader),
            4 => return object::<S, _, _>(value, &mut Payload(draft), path, reader),
            5 => draft.captured_at = reader.time(path, S::scalar(value)?),
            _ => extra_payload(&mut draft.extra_payload, S::json(value)?, path, reader),
        }
        Ok(())
    }

    fn refuse(&mut self) {
        // A document that is no object is refused as a whole.
    }
}

impl Shape for Attribution<'_> {
    const MEMBERS: &'static [&'static str] = &["meta_ctwa"];

    fn member<'de, S: Source, D: Deserializer<'de>>(
        &mut self,
        _index: usize,
        value: D,
        path: &Path<'_>,
        reader: &mut Reader,
    ) -> Result<(), D::Error> {
        object::<S, _, _>(value, &mut MetaCtwa(self.0), path, reader)
    }

    fn refuse(&mut self) {
        MetaCtwa(self.0).refuse();
    }
}

impl Shape for MetaCtwa<'_> {
    const MEMBERS: &'static [&'static str] = &["ctwa_clid", "ad_id"];

    fn member<'de, S: Source, D: Deserializer<'de>>(
        &mut self,
        index: usize,
        value: D,
        path: &Path<'_>,
        reader: &mut Reader,
    ) -> Result<(), D::Error> {
        let text = reader.string(path, S::scalar(value)?);
        *(if index == 0 { &mut self.0.ctwa_clid } else { &mut self.0.ad_id }) = text;
        Ok(())
    }

    fn refuse(&mut self) {
        self.0.ctwa_clid = Field::Refused;
        self.0.ad_id = Field::Refused;
    }
}

impl Shape for Payload<'_> {
    const MEMBERS: &'static [&'static str] = &[
        "currency",
        "value",
        "order_id",
        "content_type",
        "content_ids",
        "num_items",
        "contents",
        "event_time",
    ];

    fn member<'de, S: Source, D: Deserializer<'de>>(
        &mut self,
        index: usize,
        value: D,
        path: &Path<'_>,
        reader: &mut Reader,
    ) -> Result<(), D::Error> {
        let draft = &mut *self.0;
        match index {
            0 => draft.currency = reader.string(path, S::scalar(value)?),
            1 => draft.value = reader.amount(path, S::scalar(value)?),
            2 => draft.order_id = reader.id(path, S::scalar(value)?),
            3 => draft.content_type = reader.string(path, S::scalar(value)?),
            4 => draft.content_ids = array::<S, _, Field<String>>(value, path, reader)?,
            5 => draft.num_items = reader.count(path, S::scalar(value)?),
            6 => draft.contents = array::<S, _, Line>(value, path, reader)?,
            _ => draft.event_time = reader.time(path, S::scalar(value)?),
        }
        Ok(())
    }

    #[cfg(feature = "sandbox")]
    fn other(&mut self, name: &str, form: Form) -> Option<&mut Vec<(String, Json)>> {
        (form == Form::Wire && !name.contains('.')).then_some(&mut self.0.extra_payload)
    }

    fn refuse(&mut self) {
        self.0.currency = Field::Refused;
        self.0.value = Field::Refused;
        self.0.order_id = Field::Refused;
    }
}

impl Shape for Line {
    const MEMBERS: &'static [&'static str] = &["id", "quantity", "item_price"];

    fn member<'de, S: Source, D: Deserializer<'de>>(
        &mut self,
        index: usize,
        value: D,
        path: &Path<'_>,
        reader: &mut Reader,
    ) -> Result<(), D::Error> {
        match index {
            0 => self.id = reader.id(path, S::scalar(value)?),
            1 => self.quantity = reader.count(path, S::scalar(value)?),
            _ => self.item_price = reader.amount(path, S::scalar(value)?),
        }
        Ok(())
    }

    fn refuse(&mut self) {
        self.refused = true;
    }
}

impl Element for Field<String> {
    fn read<'de, S: Source, D: Deserializer<'de>>(
        value: D,
        path: &Path<'_>,
        reader: &mut Reader,
    ) -> Result<Self, D::Error> {
        Ok(reader.id(path, S::scalar(value)?))
    }
}

impl Element for Line {
    fn read<'de, S: Source, D: Deserializer<'de>>(
        value: D,
        path: &Path<'_>,
        reader: &mut Reader,
    ) -> Result<Self, D::Error> {
        let mut line = Self::default();
        object::<S, _, _>(value, &mut line, path, reader)?;
        Ok(line)
    }
}

/// Members that the API may gain later, named on purpose.
pub(super) fn extra_payload(
    into: &mut Vec<(String, Json)>,
    given: Json,
    path: &Path<'_>,
    reader: &mut Reader,
) {
    let members = match given {
        Json::Null => return,
        Json::Object(members) => members,
        _ => return reader.push(IssueCode::WrongType, path, "an object is needed"),
    };
    for (name, value) in unique(members, path, reader) {
        let path = path.member(&name);
        if Payload::MEMBERS.contains(&name.as_str()) {
            let message = format!("`{name}` is a member of the event itself: give it there");
            reader.push(IssueCode::UnknownField, &path, message);
        } else if let Some(value) = plain(value, &path, reader) {
            into.push((name, value));
        }
    }
}

/// The members, less those given twice.
fn unique(
    members: Vec<(String, Json)>,
    path: &Path<'_>,
    reader: &mut Reader,
) -> Vec<(String, Json)> {
    let mut seen = HashSet::with_capacity(members.len());
    let mut kept = Vec::with_capacity(members.len());
    for (name, value) in members {
        if seen.insert(name.clone()) {
            kept.push((name, value));
        } else {
            reader.given_twice(&path.member(&name));
        }
    }
    kept
}

/// The value with its numbers as plain decimals and without nulls.
fn plain(value: Json, path: &Path<'_>, reader: &mut Reader) -> Option<Json> {
    Some(match value {
        Json::Null => return None,
        Json::Number(digits) => {
            let Reading::Exact(number) = Amount::from_json_number(&digits).0 else {
                let message = format!("{digits} cannot be sent exactly: give a string");
                reader.push(IssueCode::InvalidAmount, path, message);
                return None;
            };
            Json::Number(number.to_string())
        }
        Json::Array(members) => {
            let kept = members
                .into_iter()
                .enumerate()
                .filter_map(|(index, member)| plain(member, &path.index(index), reader));
            Json::Array(kept.collect())
        }
        Json::Object(members) if members.first().is_some_and(|(name, _)| name == Foreign::MARK) => {
            let message = "JSON has no form for this value: give a string";
            reader.push(IssueCode::WrongType, path, message);
            return None;
        }
        Json::Object(members) => {
            let kept = unique(members, path, reader).into_iter().filter_map(|(name, member)| {
                let member = plain(member, &path.member(&name), reader)?;
                Some((name, member))
            });
            Json::Object(kept.collect())
        }
        other => other,
    })
}
