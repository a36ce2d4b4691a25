//! What a sweep gathers: columns of entries for every row, and sums over all rows, which merge whichever engine
//! computed them.

mod column;
mod entries;
mod mass;
pub(crate) mod masses;
pub(crate) mod nearest;
pub(crate) mod picks;

use std::ops::{Deref, DerefMut};

use rayon::prelude::*;

pub use self::column::AnyColumn;
use self::column::TypedColumn as _;
use self::entries::EntriesOfTile;
pub use self::entries::{Field, NumberKind, Numbers};
pub use self::mass::{Mass, Relation};
pub use self::masses::Masses;
use self::masses::gain::MassGain;
use self::nearest::NearestGain;
pub use self::nearest::{NEAREST, Nearest, Neighbor, Neighbors, nearest_by_definition};
pub use self::picks::{Picks, picks_by_definition};
use crate::block::{RowTag, TILE};
use crate::tile::pairs::{Similarities, TilePairs};
use crate::tile::simd::{Element, Lanes};

/// Columns over one set of rows and, where they are wanted, sums over all of them.
///
/// Merging adds up what was computed apart: [`Tally::nothing`] is the identity, and which machine or process computed a
/// part does not show. Merging in another order may move the last bit of a mass, so the engines commit in a fixed one.
#[derive(Debug, Clone, PartialEq)]
pub struct Tally {
    rows: usize,
    columns: Vec<Column>,
    picks: Option<Picks>,
}

/// A column of a tally. All that engines and files need to know of it, they know by what it derefs to.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Same and other mass at every temperature.
    Masses(Masses),
    /// The nearest neighbors.
    Nearest(Nearest),
}

/// What a column is asked to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Statistic {
    /// [`Column::Masses`] at these temperatures, in units of the prepared rows' distance.
    Masses(Vec<f64>),
    /// [`Column::Nearest`].
    Nearest,
}

impl Tally {
    /// Nothing gathered of `statistics` for `rows` rows.
    pub fn nothing(rows: usize, statistics: &[Statistic]) -> Tally {
        let column = |statistic: &Statistic| match statistic {
            Statistic::Masses(temperatures) => Column::Masses(Masses::nothing(rows, temperatures)),
            Statistic::Nearest => Column::Nearest(Nearest::nothing(rows)),
        };
        Tally { rows, columns: statistics.iter().map(column).collect(), picks: None }
    }

    /// The same tally, which also gathers `picks` of its rows.
    #[must_use]
    pub fn with_picks(self, picks: Picks) -> Tally {
        Tally { picks: Some(picks), ..self }
    }

    /// As [`Tally::nothing`], of the columns that `self` holds.
    pub fn nothing_of(&self, rows: usize) -> Tally {
        let statistics: Vec<Statistic> = self.columns.iter().map(Column::statistic).collect();
        Tally::nothing(rows, &statistics)
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes of memory that a row takes.
    pub fn bytes_a_row(&self) -> usize {
        self.columns.iter().map(|column| column.bytes_a_row()).sum()
    }

    /// The columns, in the requested order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// As [`Tally::columns`].
    pub fn columns_mut(&mut self) -> &mut [Column] {
        &mut self.columns
    }

    /// Takes the columns of `other`, which are of the same rows.
    ///
    /// # Panics
    /// When the two are not over the same number of rows.
    pub fn append(&mut self, other: Tally) {
        assert_eq!(self.rows, other.rows, "columns of other rows");
        self.columns.extend(other.columns);
    }

    /// The first column of masses.
    pub fn masses(&self) -> Option<&Masses> {
        self.columns.iter().find_map(|column| if let Column::Masses(masses) = column { Some(masses) } else { None })
    }

    /// The first column of nearest neighbors.
    pub fn nearest(&self) -> Option<&Nearest> {
        self.columns.iter().find_map(|column| if let Column::Nearest(nearest) = column { Some(nearest) } else { None })
    }

    /// What classes pick of each other, where that is gathered.
    pub fn picks(&self) -> Option<&Picks> {
        self.picks.as_ref()
    }

    /// Adds what the same rows gathered over other pairs.
    ///
    /// # Panics
    /// When the two are not of the same columns over the same number of rows.
    pub fn merge(&mut self, other: &Tally) {
        assert_eq!((self.rows, self.columns.len()), (other.rows, other.columns.len()), "a tally of other rows");
        self.columns.iter_mut().zip(&other.columns).for_each(|(own, other)| own.merge(other));
        if let (Some(own), Some(other)) = (&mut self.picks, &other.picks) {
            own.merge(other);
        }
    }

    /// Adds what rows have picked.
    #[cfg(feature = "torch")]
    pub(crate) fn add_picked(&mut self, part: &picks::PickedPart) {
        self.picks.iter_mut().for_each(|picks| picks.add(part));
    }

    /// Its columns, and its sums, to be filled apart from each other.
    pub(crate) fn parts_mut(&mut self) -> (&mut [Column], Option<&mut Picks>) {
        (&mut self.columns, self.picks.as_mut())
    }

    /// Adds what the rows of `tags` gathered, the first of them in the first row of `gain`, to the rows of their slots, if they
    /// have one.
    ///
    /// # Panics
    /// When the two are not of the same columns, or a slot is none of the rows.
    pub fn merge_rows(&mut self, tags: &[RowTag], gain: &Tally) {
        let kept = || tags.iter().enumerate().filter(|(_, tag)| tag.slot != RowTag::NOWHERE);
        let tiles = || kept().map(|(place, tag)| (place, tag.slot as usize / TILE));
        let (Some(first), Some(last)) = (tiles().map(|(_, tile)| tile).min(), tiles().map(|(_, tile)| tile).max())
        else {
            return;
        };
        let mut of_tile: Vec<Vec<usize>> = vec![Vec::new(); last - first + 1];
        tiles().for_each(|(place, tile)| of_tile[tile - first].push(place));
        for (column, gain) in self.columns.iter_mut().zip(&gain.columns) {
            let parts: Vec<_> = column.tiles().into_iter().skip(first).zip(&of_tile).collect();
            parts.into_par_iter().for_each(|(mut part, places)| part.merge(tags, places, gain));
        }
    }

    /// What a tile adds to one of its sides, a gain for each column, before it was computed.
    pub(crate) fn gains<E: Element>(&self) -> Vec<Gain<E>> {
        let gain = |column: &Column| match column {
            Column::Masses(masses) => Gain::Masses(masses.gain()),
            Column::Nearest(_) => Gain::Nearest(NearestGain::nothing()),
        };
        self.columns.iter().map(gain).collect()
    }
}

impl Deref for Column {
    type Target = dyn AnyColumn;

    fn deref(&self) -> &Self::Target {
        match self {
            Column::Masses(column) => column,
            Column::Nearest(column) => column,
        }
    }
}

impl DerefMut for Column {
    fn deref_mut(&mut self) -> &mut Self::Target {
        match self {
            Column::Masses(column) => column,
            Column::Nearest(column) => column,
        }
    }
}

impl Column {
    /// The masses, where it is of such.
    #[cfg(feature = "torch")]
    pub(crate) fn as_masses(&mut self) -> Option<&mut Masses> {
        if let Column::Masses(masses) = self { Some(masses) } else { None }
    }

    fn statistic(&self) -> Statistic {
        match self {
            Column::Masses(masses) => Statistic::Masses(masses.temperatures().to_vec()),
            Column::Nearest(_) => Statistic::Nearest,
        }
    }

    fn merge(&mut self, other: &Column) {
        match (self, other) {
            (Column::Masses(own), Column::Masses(other)) => own.entries_mut().merge(other.entries()),
            (Column::Nearest(own), Column::Nearest(other)) => own.entries_mut().merge(other.entries()),
            _ => panic!("columns of one tally meet those of another in their order"),
        }
    }

    /// The parts of a tile's rows, which may gain apart from each other.
    pub(crate) fn tiles(&mut self) -> Vec<Part<'_>> {
        match self {
            Column::Masses(column) => column.entries_mut().tiles(TILE).map(Part::Masses).collect(),
            Column::Nearest(column) => column.entries_mut().tiles(TILE).map(Part::Nearest).collect(),
        }
    }
}

/// A column's entries of a tile's rows.
pub(crate) enum Part<'a> {
    Masses(EntriesOfTile<'a, [Mass; 2]>),
    Nearest(EntriesOfTile<'a, Neighbors>),
}

impl Part<'_> {
    /// Adds the entries of `gain` in these `places` to the rows of their tags.
    fn merge(&mut self, tags: &[RowTag], places: &[usize], gain: &Column) {
        match (self, gain) {
            (Part::Masses(part), Column::Masses(gain)) => part.merge(tags, places, gain.entries()),
            (Part::Nearest(part), Column::Nearest(gain)) => part.merge(tags, places, gain.entries()),
            _ => unreachable!("gains stand in the order of the columns"),
        }
    }
}

/// What a tile adds to the rows of one of its sides, for one column.
#[derive(Clone)]
pub(crate) enum Gain<E> {
    Masses(MassGain<E>),
    Nearest(NearestGain<E>),
}

impl<E: Element> Gain<E> {
    /// Back to nothing.
    pub(crate) fn clear(&mut self) {
        match self {
            Gain::Masses(gain) => gain.clear(),
            Gain::Nearest(gain) => gain.clear(),
        }
    }

    /// Makes ready for a tile of the rows of `tags`, of which `part` holds what they have gathered so far.
    pub(crate) fn look_at(&mut self, tags: &[RowTag], part: &mut Part) {
        if let (Gain::Nearest(gain), Part::Nearest(part)) = (self, part) {
            gain.look_at(tags, part);
        }
    }

    /// Adds it to the rows of `tags`.
    pub(crate) fn enter(&self, tags: &[RowTag], part: &mut Part) {
        match (self, part) {
            (Gain::Masses(gain), Part::Masses(part)) => gain.enter(tags, part),
            (Gain::Nearest(gain), Part::Nearest(part)) => gain.enter(tags, part),
            _ => unreachable!("gains stand in the order of the columns"),
        }
    }

    /// Gathers it from a tile, for the rows and the columns. `MANY` and `FEW` are how many rows of exponentials fit the
    /// registers, at one temperature and at several.
    #[inline(always)]
    pub(crate) fn gather<L: Lanes<Element = E>, const MANY: usize, const FEW: usize>(
        of_rows: &mut Gain<E>,
        of_cols: &mut Gain<E>,
        pairs: &TilePairs<E>,
        similarities: &Similarities<E>,
    ) {
        match (of_rows, of_cols) {
            (Gain::Masses(rows), Gain::Masses(cols)) => {
                masses::gather::<L, MANY, FEW>(pairs, similarities, rows, cols);
            }
            (Gain::Nearest(rows), Gain::Nearest(cols)) => nearest::gather(pairs, similarities, rows, cols),
            _ => unreachable!("both sides gain in the order of the columns"),
        }
    }
}
