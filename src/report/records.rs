//! Flat records for programs: named columns of one type each.

use serde::Serialize;

/// Columns of equal length, a record a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Records {
    /// In the order in which they are written.
    pub columns: Vec<RecordColumn>,
    /// What the records alone do not say, as JSON, for formats that can carry it.
    pub metadata: Option<String>,
}

/// One column.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordColumn {
    /// Its name, which is an API.
    pub name: &'static str,
    /// One value per record.
    pub values: ColumnValues,
}

/// The values of a column, whose type is the same in every report of a kind.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnValues {
    /// Text.
    Texts(Vec<String>),
    /// Text that may be missing.
    OptionalTexts(Vec<Option<String>>),
    /// Numbers of things.
    Counts(Vec<u64>),
    /// Numbers of things that may be missing.
    OptionalCounts(Vec<Option<u64>>),
    /// Numbers.
    Numbers(Vec<f64>),
    /// Numbers that may be missing.
    OptionalNumbers(Vec<Option<f64>>),
    /// Yes, no, or neither.
    OptionalFlags(Vec<Option<bool>>),
}

/// One value of a column.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
pub enum FieldValue<'a> {
    /// Text.
    Text(&'a str),
    /// Nothing.
    Missing,
    /// A number of things.
    Count(u64),
    /// A number, if there is one.
    Number(Option<f64>),
    /// Yes or no, if that is known.
    Flag(Option<bool>),
}

impl Records {
    /// Number of records.
    pub fn len(&self) -> usize {
        self.columns.first().map_or(0, |column| column.values.len())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The fields of the record at `place`, which there must be.
    pub fn fields(&self, place: usize) -> impl Iterator<Item = FieldValue<'_>> {
        self.columns.iter().map(move |column| column.values.field(place))
    }
}

impl ColumnValues {
    /// Number of values.
    pub(super) fn len(&self) -> usize {
        match self {
            ColumnValues::Texts(values) => values.len(),
            ColumnValues::OptionalTexts(values) => values.len(),
            ColumnValues::OptionalCounts(values) => values.len(),
            ColumnValues::Counts(values) => values.len(),
            ColumnValues::Numbers(values) => values.len(),
            ColumnValues::OptionalNumbers(values) => values.len(),
            ColumnValues::OptionalFlags(values) => values.len(),
        }
    }

    fn field(&self, place: usize) -> FieldValue<'_> {
        match self {
            ColumnValues::Texts(values) => FieldValue::Text(&values[place]),
            ColumnValues::OptionalTexts(values) => {
                values[place].as_deref().map_or(FieldValue::Missing, FieldValue::Text)
            }
            ColumnValues::OptionalCounts(values) => values[place].map_or(FieldValue::Missing, FieldValue::Count),
            ColumnValues::Counts(values) => FieldValue::Count(values[place]),
            ColumnValues::Numbers(values) => FieldValue::Number(Some(values[place])),
            ColumnValues::OptionalNumbers(values) => FieldValue::Number(values[place]),
            ColumnValues::OptionalFlags(values) => FieldValue::Flag(values[place]),
        }
    }
}
