//! What every column of a tally consists of: entries that merge, and the parameters that distinguish it from another
//! column of its kind.

use std::ops::Range;

use super::entries::{Entries, Entry, Field, Numbers};

/// One statistic of every row over the pairs that it takes part in.
pub(crate) trait TypedColumn {
    /// What it holds of a row in one place. It says its identity, how it merges, and how it is written.
    type Entry: Entry;
    /// What files call the column.
    const NAME: &'static str;

    /// What tells it from another column of this name: a temperature for each entry of a row, or nothing.
    fn parameters(&self) -> &[f64];
    /// The entries of all rows.
    fn entries(&self) -> &Entries<Self::Entry>;
    /// As [`TypedColumn::entries`].
    fn entries_mut(&mut self) -> &mut Entries<Self::Entry>;
}

/// A column whose entries are of any type.
pub trait AnyColumn {
    /// What files call it.
    fn name(&self) -> &'static str;
    /// What tells it from another column of this name.
    fn parameters(&self) -> &[f64];
    /// Number of rows.
    fn rows(&self) -> usize;
    /// Numbers of each row in each of [`AnyColumn::fields`].
    fn numbers_a_row(&self) -> usize;
    /// Bytes of memory that a row takes.
    fn bytes_a_row(&self) -> usize;
    /// The kinds of numbers that it is made of, as files name them.
    fn fields(&self) -> &'static [Field];
    /// The numbers of some rows, a list for each of [`AnyColumn::fields`], those of a row together.
    fn write(&self, rows: Range<usize>) -> Vec<Numbers>;
    /// Replaces the entries of these rows by such numbers; returns whether they are valid.
    fn read(&mut self, rows: Range<usize>, fields: &[Numbers]) -> bool;
}

impl<C: TypedColumn> AnyColumn for C {
    fn name(&self) -> &'static str {
        C::NAME
    }

    fn parameters(&self) -> &[f64] {
        TypedColumn::parameters(self)
    }

    fn rows(&self) -> usize {
        self.entries().rows()
    }

    fn numbers_a_row(&self) -> usize {
        self.entries().a_row() * C::Entry::NUMBERS
    }

    fn bytes_a_row(&self) -> usize {
        self.entries().a_row() * size_of::<C::Entry>()
    }

    fn fields(&self) -> &'static [Field] {
        C::Entry::FIELDS
    }

    fn write(&self, rows: Range<usize>) -> Vec<Numbers> {
        C::Entry::write(self.entries().of(rows))
    }

    fn read(&mut self, rows: Range<usize>, fields: &[Numbers]) -> bool {
        let places = self.entries_mut().of_mut(rows);
        let numbers = places.len() * C::Entry::NUMBERS;
        let is_whole = fields.len() == C::Entry::FIELDS.len() && fields.iter().all(|field| field.len() == numbers);
        match C::Entry::read(fields).filter(|_| is_whole) {
            Some(entries) => {
                places.copy_from_slice(&entries);
                true
            }
            None => false,
        }
    }
}
