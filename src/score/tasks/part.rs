//! The part of a layer's pairs that a task computes: which rows meet, and which of them gain.

use std::ops::Range;

use super::cut::{Cut, Task};
use crate::block::{RowTag, TILE};
use crate::error::Fault;
use crate::pairing::Pairing;
use crate::score::rows::ScoredRows;
use crate::score::side::RowSet;
use crate::score::walk::Reach;

/// Rows of a task.
pub(super) struct Part {
    /// Which rows meet. The slots of those that gain are in the order of [`gaining`].
    pub(super) pairing: Pairing<RowSet>,
    /// Which of their tiles do.
    pub(super) reach: Reach,
}

/// The rows that gain by `task`, by their places among those that are scored, of which there are `rows`: what its result holds.
pub(super) fn gaining(task: &Task, kind: Cut, is_mutual: bool, rows: usize) -> Vec<Range<usize>> {
    let [start, end] = task.rows.map(|row| row.min(rows));
    let before = match (is_mutual, kind) {
        (true, Cut::Squares) => task.columns[0].min(start)..task.columns[1].min(start),
        _ => 0..0,
    };
    [before, start..end].into_iter().filter(|range| !range.is_empty()).collect()
}

impl Part {
    /// Of `task`.
    ///
    /// # Errors
    /// A task whose rows cannot be those of a plan.
    pub(super) fn of(rows: &ScoredRows, task: &Task, kind: Cut) -> Result<Part, Fault> {
        let starts_tile = |place: usize, all: usize| place.is_multiple_of(TILE) || place >= all;
        let (own, met) = rows.pairing.map(|set| set.tags.len()).both();
        let is_ordered = task.rows[0] <= task.rows[1] && task.columns[0] <= task.columns[1];
        if !is_ordered || !starts_tile(task.rows[0], own) || !starts_tile(task.columns[0], met) {
            return Err(Fault::content(format_args!("a task has the rows {:?} and {:?}", task.rows, task.columns))
                .hint("make the plan again with `snnl-score plan`"));
        }
        let spans = gaining(task, kind, rows.pairing.is_mutual(), own);
        Ok(match (&rows.pairing, kind) {
            (Pairing::Within(set), Cut::Squares) => {
                let each_other = task.columns[1] > task.rows[0];
                let among = spans.last().map_or(0, Range::len);
                let before = spans.iter().map(Range::len).sum::<usize>() - among;
                let tags = spans.into_iter().flat_map(|span| &set.tags[span]).copied();
                let part = RowSet::new(numbered(tags), set.class_sizes.len(), set.preparation.clone());
                let tiles = before / TILE..(before + among).div_ceil(TILE);
                Part { pairing: Pairing::Within(part), reach: Reach::Part { tiles, each_other } }
            }
            (Pairing::Within(set), Cut::Strips) => {
                let span = spans.last().cloned().unwrap_or(0..0);
                let slot = |place: usize| match span.contains(&place) {
                    true => (place - span.start) as u32,
                    false => RowTag::NOWHERE,
                };
                let tags = set.tags.iter().enumerate().map(|(place, &tag)| RowTag { slot: slot(place), ..tag });
                let part = RowSet::new(tags.collect(), set.class_sizes.len(), set.preparation.clone());
                let tiles = span.start / TILE..span.end.div_ceil(TILE);
                Part { pairing: Pairing::Within(part), reach: Reach::Part { tiles, each_other: true } }
            }
            (Pairing::Across { queries, references, ids }, _) => {
                let some = |set: &RowSet, [start, end]: [usize; 2]| {
                    let all = set.tags.len();
                    let tags = set.tags[start.min(all)..end.min(all)].iter().copied();
                    RowSet::new(numbered(tags), set.class_sizes.len(), set.preparation.clone())
                };
                let (queries, references) = (some(queries, task.rows), some(references, task.columns));
                Part { pairing: Pairing::Across { queries, references, ids: *ids }, reach: Reach::Whole }
            }
        })
    }

    /// How many rows gain.
    pub(super) fn rows(&self) -> usize {
        self.pairing.gaining().tags.iter().filter(|tag| tag.slot != RowTag::NOWHERE).count()
    }
}

/// The same rows, with slots of their own.
fn numbered(tags: impl Iterator<Item = RowTag>) -> Vec<RowTag> {
    (0..).zip(tags).map(|(slot, tag)| RowTag { slot, ..tag }).collect()
}
