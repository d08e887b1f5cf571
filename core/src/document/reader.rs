//! What is carried through a document while it is read: problems are collected, never thrown.

use std::borrow::Cow;

use super::path::Path;
use super::spelling::Spelling;
use super::value::Value;
use crate::issue::{Issue, IssueCode};

/// Which form of a document is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// What a shop hands over: lenient where no meaning is lost.
    Input,
    /// What goes over the wire: strict. Members of `payload` that are not known become
    /// `extra_payload`, since they were put there on purpose.
    Wire,
}

pub(crate) struct Reader {
    pub issues: Vec<Issue>,
    pub form: Form,
    /// JavaScript printed the document: its integers past 2^53 have lost digits.
    pub javascript: bool,
    /// How the caller spells the members' names.
    pub spelling: Spelling,
}

/// The members of an object.
pub(super) type Members<'a> = Vec<(Cow<'a, str>, Value<'a>)>;

impl Reader {
    pub(crate) fn new(form: Form) -> Self {
        Self { issues: Vec::new(), form, javascript: false, spelling: Spelling::Wire }
    }

    pub(super) fn strict(&self) -> bool {
        self.form == Form::Wire
    }

    pub(super) fn push(
        &mut self,
        code: IssueCode,
        path: &Path<'_>,
        message: impl Into<Cow<'static, str>>,
    ) {
        self.issues.push(Issue::new(code, path, message));
    }

    pub(super) fn wrong_type(&mut self, path: &Path<'_>, needed: &str, given: &Value<'_>) {
        let hint = hint(given);
        let message = format!("{needed} is needed, not {}{hint}", given.kind());
        self.push(IssueCode::WrongType, path, message);
    }

    /// The members of an object, less those that are given twice. `None` for anything else,
    /// which is reported unless it is null: then the object is absent.
    pub(super) fn object<'a>(&mut self, path: &Path<'_>, value: Value<'a>) -> Option<Members<'a>> {
        match value {
            Value::Members(members) => Some(self.unique(path, members)),
            // At the root, null is no document.
            Value::Null if !path.is_root() => None,
            other => {
                self.wrong_type(path, "an object", &other);
                None
            }
        }
    }

    pub(super) fn unique<'a>(&mut self, path: &Path<'_>, members: Members<'a>) -> Members<'a> {
        let mut kept: Members<'a> = Vec::with_capacity(members.len());
        for (name, value) in members {
            if kept.iter().any(|(earlier, _)| *earlier == name) {
                let message = "the member is given twice: which one holds is unclear";
                self.push(IssueCode::InvalidJson, &path.member(&name), message);
            } else {
                kept.push((name, value));
            }
        }
        kept
    }

    /// The elements of a list; `None` where it is null, and where something else was reported.
    pub(super) fn list<'a>(&mut self, path: &Path<'_>, value: Value<'a>) -> Option<Vec<Value<'a>>> {
        match value {
            Value::List(list) => Some(list),
            Value::Null => None,
            other => {
                self.wrong_type(path, "an array", &other);
                None
            }
        }
    }

    /// A misspelt member is money lost, so the message helps to find it.
    pub(super) fn unknown(&mut self, path: &Path<'_>, name: &str, known: &[&'static str]) {
        let message = if name.contains('.') {
            "unknown field: the dots of the API's documentation mean an object inside an object"
        } else {
            "unknown field"
        };
        let meant = self.spelling.meant(name, known).filter(|_| !name.contains('.'));
        self.issues.push(Issue::new(IssueCode::UnknownField, path, message).suggest(meant));
    }
}

/// What to do with the objects of well-known money and decimal types.
fn hint(given: &Value<'_>) -> &'static str {
    let Value::Members(members) = given else { return "" };
    let has = |wanted: &str| members.iter().any(|(name, _)| name == wanted);
    if has("$numberDecimal") {
        ": give the text of a Decimal128 (toString)"
    } else if has("amount") && has("currency") {
        ": give the amount in the currency's major unit, as a decimal text such as \"99.97\""
    } else {
        ""
    }
}
