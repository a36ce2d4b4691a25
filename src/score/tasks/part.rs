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
/// First those that the task's rows meet and that gain by it, too, and then its rows; none of both where this layer has fewer rows.
pub(super) fn gaining(task: &Task, kind: Cut, is_mutual: bool, rows: usize) -> [Range<usize>; 2] {
    let [start, end] = task.rows.map(|row| row.min(rows));
    let before = match (is_mutual, kind) {
        (true, Cut::Squares) if start < end => task.columns[0].min(start)..task.columns[1].min(start),
        _ => 0..0,
    };
    [before, start..end]
}

impl Part {
    /// Of `task`.
    ///
    /// # Errors
    /// A task whose rows cannot be those of a plan.
    pub(super) fn of(rows: &ScoredRows, task: &Task, kind: Cut) -> Result<Part, Fault> {
        let (own, met) = rows.pairing.map(|set| set.tags.len()).both();
        let are_tiles = |[start, end]: [usize; 2], all: usize| {
            start <= end && [start, end].into_iter().all(|place| place.is_multiple_of(TILE) || place >= all)
        };
        if !are_tiles(task.rows, own) || !are_tiles(task.columns, met) {
            return Err(Fault::content(format_args!("a task has the rows {:?} and {:?}", task.rows, task.columns))
                .hint("make the plan again with `snnl-score plan`"));
        }
        let [before, among] = gaining(task, kind, rows.pairing.is_mutual(), own);
        Ok(match (&rows.pairing, kind) {
            (Pairing::Within(set), Cut::Squares) => {
                let each_other = task.columns[1] > task.rows[0];
                let tiles = before.len() / TILE..(before.len() + among.len()).div_ceil(TILE);
                let tags = [before, among].into_iter().flat_map(|span| &set.tags[span]).copied();
                let part = RowSet::new(numbered(tags), set.class_sizes.len(), set.preparation.clone());
                Part { pairing: Pairing::Within(part), reach: Reach::Part { tiles, each_other } }
            }
            (Pairing::Within(set), Cut::Strips) => {
                let slot = |place: usize| match among.contains(&place) {
                    true => (place - among.start) as u32,
                    false => RowTag::NOWHERE,
                };
                let tags = set.tags.iter().enumerate().map(|(place, &tag)| RowTag { slot: slot(place), ..tag });
                let part = RowSet::new(tags.collect(), set.class_sizes.len(), set.preparation.clone());
                let tiles = among.start / TILE..among.end.div_ceil(TILE);
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
