//! The structure of a JSON text, without its values.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// What the text is.
#[derive(Debug, PartialEq)]
pub(super) enum Outline {
    /// A list, of which the first element tells what the others are; of nothing, it is one of labels.
    List(ElementOutline),
    /// An object with these keys.
    Object(Vec<String>),
    /// Anything else.
    Scalar,
}

/// What an element of a list is, or a line. As a seed, it reads one.
#[derive(Debug, PartialEq)]
pub(super) enum ElementOutline {
    /// An object with these keys.
    Object(Vec<String>),
    /// Anything else.
    Scalar,
}

/// Reads an [`Outline`].
pub(super) struct OutlineSeed;

/// The methods of a visitor that passes over scalars, for which it gives `$value`.
macro_rules! pass_over_scalars {
    ($value:expr) => {
        fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
            formatter.write_str("labels")
        }
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok($value)
        }
    };
}

impl<'de> DeserializeSeed<'de> for OutlineSeed {
    type Value = Outline;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Outline, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for OutlineSeed {
    type Value = Outline;

    pass_over_scalars!(Outline::Scalar);

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Outline, A::Error> {
        let first = elements.next_element_seed(ElementOutline::Scalar)?;
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Outline::List(first.unwrap_or(ElementOutline::Scalar)))
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Outline, A::Error> {
        keys(entries).map(Outline::Object)
    }
}

impl<'de> DeserializeSeed<'de> for ElementOutline {
    type Value = ElementOutline;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<ElementOutline, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ElementOutline {
    type Value = ElementOutline;

    pass_over_scalars!(ElementOutline::Scalar);

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<ElementOutline, A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(ElementOutline::Scalar)
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<ElementOutline, A::Error> {
        keys(entries).map(ElementOutline::Object)
    }
}

fn keys<'de, A: MapAccess<'de>>(mut entries: A) -> Result<Vec<String>, A::Error> {
    let mut keys = Vec::new();
    while let Some((key, IgnoredAny)) = entries.next_entry()? {
        keys.push(key);
    }
    Ok(keys)
}
