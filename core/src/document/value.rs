//! One tree for every source of a document: JSON text, a language's own objects, the wire.

use std::borrow::Cow;

/// A value of a document.
///
/// Numbers are texts, because each number type loses what another one holds; the variant tells
/// where the digits come from, and so what may be believed of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Value<'a> {
    /// Nothing; the same as a member that is left out.
    #[default]
    Null,
    /// True or false.
    Boolean(bool),
    /// The digits of an integer of any length.
    Integer(Cow<'a, str>),
    /// The digits of a decimal type: every one of them is meant.
    Decimal(Cow<'a, str>),
    /// A binary float as its shortest decimal, `NaN` or `inf`. So is every JSON number with a
    /// fraction or an exponent, because nearly all of them were printed from one.
    Float(Cow<'a, str>),
    /// A text.
    Text(Cow<'a, str>),
    /// A list.
    List(Vec<Value<'a>>),
    /// Named members, in their order, as often as each is given.
    Members(Vec<(Cow<'a, str>, Value<'a>)>),
    /// What has no meaning in a document, by a name for people: `a function`, `bytes`.
    Foreign(Cow<'a, str>),
}

impl Value<'_> {
    /// Deeper than anything that the API may gain; guards the stack, also against cycles.
    pub const MAX_DEPTH: usize = 32;

    /// The value of a float of 64 bits.
    #[must_use]
    pub fn float(value: f64) -> Self {
        // `Display` of f64 prints the shortest decimal that reads back as the same float.
        Self::Float(Cow::Owned(value.to_string()))
    }

    /// What it is, for messages.
    pub(crate) fn kind(&self) -> &str {
        match self {
            Self::Null => "null",
            Self::Boolean(_) => "a boolean",
            Self::Integer(_) | Self::Decimal(_) | Self::Float(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "an array",
            Self::Members(_) => "an object",
            Self::Foreign(name) => name,
        }
    }

    /// The same value, borrowing nothing.
    pub(crate) fn into_owned(self) -> Value<'static> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        match self {
            Self::Null => Value::Null,
            Self::Boolean(value) => Value::Boolean(value),
            Self::Integer(digits) => Value::Integer(owned(digits)),
            Self::Decimal(digits) => Value::Decimal(owned(digits)),
            Self::Float(digits) => Value::Float(owned(digits)),
            Self::Text(text) => Value::Text(owned(text)),
            Self::Foreign(name) => Value::Foreign(owned(name)),
            Self::List(list) => Value::List(list.into_iter().map(Value::into_owned).collect()),
            Self::Members(members) => {
                let owned = |(name, value): (Cow<'_, str>, Value<'_>)| {
                    (Cow::Owned(name.into_owned()), value.into_owned())
                };
                Value::Members(members.into_iter().map(owned).collect())
            }
        }
    }
}
