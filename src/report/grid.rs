//! A table for people: headings over rows of typed cells.

use super::cell::Cell;

/// A table for people.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// What it shows, for formats that caption their tables.
    pub title: &'static str,
    /// The layer that it is about, if it is about one.
    pub subject: Option<String>,
    /// One heading a column; the first column names the rows.
    pub headings: Vec<Heading>,
    /// As many cells as there are headings in each.
    pub rows: Vec<Vec<Cell>>,
    /// Whether the last row adds the others up.
    pub has_total: bool,
    /// Whether each row is complete by itself, so that rows can be sorted.
    pub is_sortable: bool,
    /// What happens to it where it is wider than the screen.
    pub folding: Folding,
}

/// The heading of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// As it was found, like the text of cells.
    pub text: String,
    /// Whether the column has numbers, which are right-aligned.
    pub is_number: bool,
}

/// What happens to a grid that is wider than the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Folding {
    /// What does not fit goes into further tables below.
    Columns {
        /// The number of first columns that each of them repeats.
        names: usize,
        /// How many of the others stay together, group by group.
        groups: Vec<usize>,
    },
    /// The text of the last column is broken into lines.
    LastColumn,
}

/// The heading of a column of text.
pub(super) fn text(heading: impl Into<String>) -> Heading {
    Heading { text: heading.into(), is_number: false }
}

/// The heading of a column of numbers.
pub(super) fn number(heading: impl Into<String>) -> Heading {
    Heading { text: heading.into(), is_number: true }
}

impl Grid {
    /// A grid without rows, which may be folded between any columns except after the first.
    pub fn new(title: &'static str, headings: impl IntoIterator<Item = Heading>) -> Grid {
        let headings: Vec<Heading> = headings.into_iter().collect();
        let groups = vec![1; headings.len().saturating_sub(1)];
        let folding = Folding::Columns { names: 1, groups };
        Grid { title, subject: None, headings, rows: Vec::new(), has_total: false, is_sortable: true, folding }
    }

    /// Appends a row of as many cells as there are headings.
    pub fn push<T: Into<Cell>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }
}
