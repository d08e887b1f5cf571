//! Visiting objects and arrays of an input document: problems are collected, never thrown.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::draft::Field;
use super::input::{Form, Reader};
use super::path::Path;
use super::scalar::Source;
use super::skip::Skip;
use crate::issue::{Issue, IssueCode};
use crate::json::Json;

/// An object with known members.
pub(super) trait Shape {
    const MEMBERS: &'static [&'static str];

    /// Reads the member of this index.
    fn member<'de, S: Source, D: Deserializer<'de>>(
        &mut self,
        index: usize,
        value: D,
        path: &Path<'_>,
        reader: &mut Reader,
    ) -> Result<(), D::Error>;

    /// The object itself is of the wrong type, which has been reported: its members are not missing.
    fn refuse(&mut self);

    /// Takes a member that is not known; gives it back where it has no place.
    fn other(&mut self, _name: &str, _form: Form) -> Option<&mut Vec<(String, Json)>> {
        None
    }
}

/// An element of an array.
pub(super) trait Element: Sized {
    fn read<'de, S: Source, D: Deserializer<'de>>(
        value: D,
        path: &Path<'_>,
        reader: &mut Reader,
    ) -> Result<Self, D::Error>;
}

/// Reads an object.
pub(super) fn object<'de, S: Source, Sh: Shape, D: Deserializer<'de>>(
    source: D,
    shape: &mut Sh,
    path: &Path<'_>,
    reader: &mut Reader,
) -> Result<(), D::Error> {
    source.deserialize_any(ObjectVisitor { shape, path, reader, source: PhantomData::<S> })
}

struct ObjectVisitor<'a, 'p, Sh, S> {
    shape: &'a mut Sh,
    path: &'a Path<'p>,
    reader: &'a mut Reader,
    source: PhantomData<S>,
}

/// Whatever else stands there is of the wrong type.
macro_rules! wrong_type {
    ($($method:ident: $given:ty),+) => {
        $(fn $method<E>(self, _: $given) -> Result<Self::Value, E> {
            Ok(self.wrong_type())
        })+
    };
}

impl<Sh: Shape, S> ObjectVisitor<'_, '_, Sh, S> {
    fn wrong_type(self) {
        self.reader.push(IssueCode::WrongType, self.path, "an object is needed");
        self.shape.refuse();
    }
}

impl<'de, Sh: Shape, S: Source> Visitor<'de> for ObjectVisitor<'_, '_, Sh, S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        // At the root, null is no document; elsewhere it is the same as absent.
        if self.path.is_root() {
            self.wrong_type();
        }
        Ok(())
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.visit_unit()
    }

    wrong_type!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_i128: i128, visit_f64: f64,
        visit_str: &str, visit_bytes: &[u8]);

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, name: D) -> Result<(), D::Error> {
        Skip::deserialize(name)?;
        self.wrong_type();
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<Skip>()?.is_some() {}
        self.wrong_type();
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { shape, path, reader, .. } = self;
        let (mut seen, mut next) = (0_u32, 0);
        while let Some(key) = map.next_key_seed(KeySeed { members: Sh::MEMBERS, next })? {
            match key {
                Key::Known(index) => {
                    next = index + 1;
                    let path = path.member(Sh::MEMBERS[index]);
                    if seen & (1 << index) != 0 {
                        reader.given_twice(&path);
                        map.next_value::<Skip>()?;
                        continue;
                    }
                    seen |= 1 << index;
                    let source = PhantomData::<S>;
                    map.next_value_seed(MemberSeed { shape, index, path: &path, reader, source })?;
                }
                Key::Unknown(name) => {
                    let path = path.member(&name);
                    if let Some(extras) = shape.other(&name, reader.form) {
                        let value = map.next_value::<Json>()?;
                        extras.push((name, value));
                    } else {
                        map.next_value::<Skip>()?;
                        reader.issues.push(unknown(&name, Sh::MEMBERS, &path));
                    }
                }
            }
        }
        Ok(())
    }
}

/// A misspelt member is money lost, so the message helps to find it.
fn unknown(name: &str, members: &'static [&'static str], path: &Path<'_>) -> Issue {
    if name.contains('.') {
        let message =
            "the dots of the API's documentation mean nesting: give an object inside an object";
        return Issue::new(IssueCode::UnknownField, path, message);
    }
    let bare = |text: &str| text.to_lowercase().replace(['_', '-'], "");
    let meant = members.iter().find(|member| bare(member) == bare(name)).or_else(|| {
        members.iter().find(|member| strsim::osa_distance(member, name) <= 2 && member.len() > 3)
    });
    Issue::new(IssueCode::UnknownField, path, "the API knows no such member").suggest(meant)
}

enum Key {
    Known(usize),
    Unknown(String),
}

struct KeySeed {
    members: &'static [&'static str],
    /// Members mostly come in the order of the API's documentation: which one would be next.
    next: usize,
}

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Key, E> {
        if self.members.get(self.next) == Some(&name) {
            return Ok(Key::Known(self.next));
        }
        Ok(match self.members.iter().position(|member| *member == name) {
            Some(index) => Key::Known(index),
            None => Key::Unknown(name.to_owned()),
        })
    }
}

struct MemberSeed<'a, 'p, Sh, S> {
    shape: &'a mut Sh,
    index: usize,
    path: &'a Path<'p>,
    reader: &'a mut Reader,
    source: PhantomData<S>,
}

impl<'de, Sh: Shape, S: Source> DeserializeSeed<'de> for MemberSeed<'_, '_, Sh, S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.shape.member::<S, D>(self.index, deserializer, self.path, self.reader)
    }
}

/// Reads an array; null is the same as absent.
pub(super) fn array<'de, S: Source, D: Deserializer<'de>, T: Element>(
    source: D,
    path: &Path<'_>,
    reader: &mut Reader,
) -> Result<Field<Vec<T>>, D::Error> {
    source.deserialize_any(ArrayVisitor { path, reader, source: PhantomData::<(S, T)> })
}

struct ArrayVisitor<'a, 'p, S, T> {
    path: &'a Path<'p>,
    reader: &'a mut Reader,
    source: PhantomData<(S, T)>,
}

impl<S, T> ArrayVisitor<'_, '_, S, T> {
    fn wrong_type(self) -> Field<Vec<T>> {
        self.reader.push(IssueCode::WrongType, self.path, "an array is needed");
        Field::Refused
    }
}

impl<'de, S: Source, T: Element> Visitor<'de> for ArrayVisitor<'_, '_, S, T> {
    type Value = Field<Vec<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Field::Absent)
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(Field::Absent)
    }

    wrong_type!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_i128: i128, visit_f64: f64,
        visit_str: &str, visit_bytes: &[u8]);

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, name: D) -> Result<Self::Value, D::Error> {
        Skip::deserialize(name)?;
        Ok(self.wrong_type())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<Skip, Skip>()?.is_some() {}
        Ok(self.wrong_type())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let Self { path, reader, .. } = self;
        let mut elements = Vec::new();
        loop {
            let path = path.index(elements.len());
            let seed = ElementSeed { path: &path, reader, source: PhantomData::<(S, T)> };
            match seq.next_element_seed(seed)? {
                Some(element) => elements.push(element),
                None => return Ok(Field::Given(elements)),
            }
        }
    }
}

struct ElementSeed<'a, 'p, S, T> {
    path: &'a Path<'p>,
    reader: &'a mut Reader,
    source: PhantomData<(S, T)>,
}

impl<'de, S: Source, T: Element> DeserializeSeed<'de> for ElementSeed<'_, '_, S, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::read::<S, D>(deserializer, self.path, self.reader)
    }
}
