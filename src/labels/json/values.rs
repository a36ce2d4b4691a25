//! Reads labels from a JSON text one by one.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::error::Fault;
use crate::labels::classes::Classes;

/// Above it, a number with a point, an exponent or too many digits for an integer may have been another.
const LARGEST_EXACT: f64 = (1_u64 << 53) as f64;

/// Where labels go, and why one could not: the parser's own errors would lose the hint.
pub(super) struct Sink<'a> {
    classes: &'a mut Classes,
    fault: Option<Fault>,
}

impl<'a> Sink<'a> {
    pub(super) fn of(classes: &'a mut Classes) -> Sink<'a> {
        Sink { classes, fault: None }
    }

    /// Why a label was refused, if one was.
    pub(super) fn fault(self) -> Option<Fault> {
        self.fault
    }

    fn push<E: Error>(&mut self, push: impl FnOnce(&mut Classes) -> Result<(), Fault>) -> Result<(), E> {
        push(self.classes).map_err(|fault| {
            let error = E::custom(&fault);
            self.fault = Some(fault);
            error
        })
    }
}

/// A seed that can be used for every element of a list.
pub(super) trait EachElement {
    /// Takes one element.
    fn take<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error>;
}

/// One label.
pub(super) struct Label<'s, 'c>(pub(super) &'s mut Sink<'c>);

/// The value of `key` in an object that has it once.
pub(super) struct ObjectWith<'k, V> {
    pub(super) key: &'k str,
    pub(super) value: V,
}

/// All elements of a list.
pub(super) struct ListOf<V>(pub(super) V);

/// An element, by what takes each.
struct OneOf<'a, V>(&'a mut V);

impl<'de, V: EachElement> DeserializeSeed<'de> for OneOf<'_, V> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.0.take(deserializer)
    }
}

impl EachElement for Label<'_, '_> {
    fn take<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(Label(self.0))
    }
}

impl<V: EachElement> EachElement for ObjectWith<'_, V> {
    fn take<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(ObjectWith { key: self.key, value: OneOf(&mut self.value) })
    }
}

impl<V: EachElement> EachElement for ListOf<V> {
    fn take<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(ListOf(OneOf(&mut self.0)))
    }
}

impl<'de> DeserializeSeed<'de> for Label<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(mut self, deserializer: D) -> Result<(), D::Error> {
        self.take(deserializer)
    }
}

impl<'de, V: EachElement> DeserializeSeed<'de> for ObjectWith<'_, V> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(mut self, deserializer: D) -> Result<(), D::Error> {
        self.take(deserializer)
    }
}

impl<'de, V: EachElement> DeserializeSeed<'de> for ListOf<V> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(mut self, deserializer: D) -> Result<(), D::Error> {
        self.take(deserializer)
    }
}

impl<'de> Visitor<'de> for Label<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a label (a number, text or a boolean)")
    }

    fn visit_bool<E: Error>(self, label: bool) -> Result<(), E> {
        self.0.push(|classes| classes.push_boolean(label))
    }

    fn visit_i64<E: Error>(self, label: i64) -> Result<(), E> {
        self.0.push(|classes| classes.push(&label.to_string()))
    }

    fn visit_u64<E: Error>(self, label: u64) -> Result<(), E> {
        self.0.push(|classes| classes.push(&label.to_string()))
    }

    fn visit_f64<E: Error>(self, label: f64) -> Result<(), E> {
        self.0.push(|classes| match label.abs() <= LARGEST_EXACT {
            true => classes.push_number(label),
            false => Err(Fault::content(format_args!("the number in row {} is too large to be exact", classes.len()))
                .hint("write it as text, in quotes")),
        })
    }

    fn visit_str<E: Error>(self, label: &str) -> Result<(), E> {
        self.0.push(|classes| classes.push_text(label))
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.0.push(|classes| classes.push_missing("it is null"))
    }
}

impl<'de, V: DeserializeSeed<'de, Value = ()>> Visitor<'de> for ObjectWith<'_, V> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "an object with `{}`", self.key)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let mut value = Some(self.value);
        while let Some(key) = entries.next_key::<String>()? {
            if key != self.key {
                entries.next_value::<IgnoredAny>()?;
                continue;
            }
            match value.take() {
                Some(value) => entries.next_value_seed(value)?,
                None => return Err(A::Error::custom(format_args!("`{key}` is given twice in an object"))),
            }
        }
        match value {
            Some(_) => Err(A::Error::custom(format_args!("an object has no `{}`, which the first one has", self.key))),
            None => Ok(()),
        }
    }
}

impl<'de, V: EachElement> Visitor<'de> for ListOf<OneOf<'_, V>> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a list of labels")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while elements.next_element_seed(OneOf(self.0.0))?.is_some() {}
        Ok(())
    }
}
