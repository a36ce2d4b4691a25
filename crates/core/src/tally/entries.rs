//! Entries that add up, the same number of them for every row.

use std::fmt::Debug;
use std::ops::Range;

use crate::block::RowTag;

/// What a column holds of one row in one place.
pub(crate) trait Entry: Copy + PartialEq + Debug + Send + Sync + 'static {
    /// Nothing met yet: merging it changes nothing.
    const NOTHING: Self;
    /// The numbers that it is made of, as files name them.
    const FIELDS: &'static [Field];
    /// How many numbers of each field.
    const NUMBERS: usize;
    /// Adds what was gathered over other pairs of the same row.
    fn merge(&mut self, other: &Self);
    /// The numbers of some entries, a list for each of [`Entry::FIELDS`].
    fn write(entries: &[Self]) -> Vec<Numbers>;
    /// The entries of such numbers; `None` where these are not such.
    fn read(fields: &[Numbers]) -> Option<Vec<Self>>;
}

/// A list of numbers in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name, unique over all columns.
    pub name: &'static str,
    /// What its numbers are.
    pub kind: NumberKind,
}

/// A type of numbers in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberKind {
    /// 64-bit floats.
    F64,
    /// 64-bit integers.
    I64,
    /// Unsigned 32-bit integers.
    U32,
}

/// Numbers of one [`NumberKind`].
#[derive(Debug, Clone, PartialEq)]
pub enum Numbers {
    /// [`NumberKind::F64`].
    F64(Vec<f64>),
    /// [`NumberKind::I64`].
    I64(Vec<i64>),
    /// [`NumberKind::U32`].
    U32(Vec<u32>),
}

impl Numbers {
    /// How many.
    pub fn len(&self) -> usize {
        match self {
            Numbers::F64(numbers) => numbers.len(),
            Numbers::I64(numbers) => numbers.len(),
            Numbers::U32(numbers) => numbers.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The entries of a number of rows, those of a row together.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entries<E> {
    a_row: usize,
    entries: Vec<E>,
}

impl<E: Entry> Entries<E> {
    /// Nothing gathered, for `rows` rows with `a_row` entries each.
    pub(crate) fn nothing(rows: usize, a_row: usize) -> Entries<E> {
        Entries { a_row, entries: vec![E::NOTHING; rows * a_row] }
    }

    /// Entries a row.
    pub(crate) fn a_row(&self) -> usize {
        self.a_row
    }

    /// Number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.entries.len().checked_div(self.a_row).unwrap_or(0)
    }

    /// The entries of some rows.
    pub(crate) fn of(&self, rows: Range<usize>) -> &[E] {
        &self.entries[rows.start * self.a_row..rows.end * self.a_row]
    }

    /// As [`Entries::of`], to be filled.
    pub(crate) fn of_mut(&mut self, rows: Range<usize>) -> &mut [E] {
        &mut self.entries[rows.start * self.a_row..rows.end * self.a_row]
    }

    /// Leaves only the given places of every row, ascending.
    pub(crate) fn keep(&mut self, places: &[usize]) {
        let (rows, a_row) = (self.rows(), self.a_row);
        for row in 0..rows {
            for (to, place) in places.iter().enumerate() {
                self.entries[row * places.len() + to] = self.entries[row * a_row + place];
            }
        }
        self.entries.truncate(rows * places.len());
        self.entries.shrink_to_fit();
        self.a_row = places.len();
    }

    /// Adds the entries of the same rows over other pairs.
    pub(crate) fn merge(&mut self, other: &Entries<E>) {
        assert_eq!((self.a_row, self.entries.len()), (other.a_row, other.entries.len()), "entries of other rows");
        self.entries.iter_mut().zip(&other.entries).for_each(|(own, other)| own.merge(other));
    }

    /// Cuts the entries into parts of `rows` rows, which may be added to apart from each other.
    pub(crate) fn tiles(&mut self, rows: usize) -> impl Iterator<Item = EntriesOfTile<'_, E>> {
        let a_row = self.a_row;
        let parts = self.entries.chunks_mut((rows * a_row).max(1)).enumerate();
        parts.map(move |(tile, entries)| EntriesOfTile { first_row: tile * rows, a_row, entries })
    }
}

/// The entries of some consecutive rows.
pub(crate) struct EntriesOfTile<'a, E> {
    first_row: usize,
    a_row: usize,
    entries: &'a mut [E],
}

impl<E> EntriesOfTile<'_, E> {
    /// The entries of a row, counted as in the whole.
    #[inline]
    pub(crate) fn row(&mut self, row: usize) -> &mut [E] {
        let at = (row - self.first_row) * self.a_row;
        &mut self.entries[at..at + self.a_row]
    }
}

impl<E: Entry> EntriesOfTile<'_, E> {
    /// Adds the entries of `gain` in these `places` to the rows of the slots of their tags.
    pub(crate) fn merge(&mut self, tags: &[RowTag], places: &[usize], gain: &Entries<E>) {
        for &place in places {
            let row = self.row(tags[place].slot as usize);
            row.iter_mut().zip(gain.of(place..place + 1)).for_each(|(own, gained)| own.merge(gained));
        }
    }
}
