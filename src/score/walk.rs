//! The order in which rows meet: every pair once, each row its partners from the first to the last, however much of them
//! stays in memory; so the sums do not depend on that. What is summed is left to the engines.

use std::collections::BTreeSet;
use std::ops::Range;
use std::thread::scope;

use super::layer::pairs;
use super::reading::Reading;
use super::shares::Shares;
use crate::block::{Block, Preparation, RowStream, RowTag, Scalar, TILE};
use crate::engine::{Engine, Sides, Task};
use crate::error::Fault;
use crate::sums::Sums;

/// Sums under way, with all that is needed to go on with them later.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Swept {
    /// Temperatures, in units of prepared distances.
    pub(super) temperatures: Vec<f64>,
    /// For each tile of rows, how many tiles it has met, which are the first ones. The square of a tile counts as met by
    /// it, so where rows meet each other a tile is done when it has met all before it and itself.
    pub(super) met: Vec<u32>,
    /// What the rows have summed.
    pub(super) sums: Sums,
}

/// Who meets whom.
pub(super) struct Walk<'a> {
    /// The rows whose sums gain, by ascending id; the slot of each is its place.
    pub(super) rows: &'a [RowTag],
    /// Those they meet, by ascending id: the same rows, or with [`Sides::Rows`] any.
    pub(super) crowd: &'a [RowTag],
    pub(super) sides: Sides,
    pub(super) preparation: &'a Preparation,
    pub(super) shares: Shares,
    /// Whether the last tiles that an engine takes at once, if they are not as many or not full, wait for all others:
    /// what came before stands as it is for more rows of the same data.
    pub(super) leaves_last: bool,
}

/// Told after every step how far the sums are; its fault ends the walk.
pub(super) type AfterStep<'a> = dyn FnMut(&Swept) -> Result<(), Fault> + 'a;

impl Swept {
    /// Nothing met yet.
    pub(super) fn new(rows: usize, temperatures: Vec<f64>) -> Swept {
        Swept { met: vec![0; rows.div_ceil(TILE)], sums: Sums::new(rows, temperatures.len()), temperatures }
    }
}

/// Consecutive tiles, and their rows.
type Tiles = (Range<usize>, Block);

impl Walk<'_> {
    /// Goes on from what `swept` has met to the end, or to the first fault, which leaves `swept` as after the last step.
    pub(super) fn go<E: Scalar>(
        &self,
        swept: &mut Swept,
        reading: &Reading,
        engine: &mut dyn Engine,
        after_step: &mut AfterStep,
    ) -> Result<(), Fault> {
        while let Some(staying) = self.next(&swept.met) {
            self.group::<E>(staying, swept, reading, engine, after_step)?;
        }
        Ok(())
    }

    /// Whether all is done but the last tiles, where they wait; or all.
    pub(super) fn is_settled(&self, swept: &Swept) -> bool {
        let settled = if self.leaves_last { self.whole() } else { swept.met.len() };
        (0..settled).all(|tile| swept.met[tile] as usize >= self.goal(tile))
    }

    /// Pairs that `swept` has met, of those that will be.
    pub(super) fn pairs_met(&self, swept: &Swept) -> u64 {
        let rows_of = |tile: usize| TILE.min(self.rows.len() - tile * TILE) as u64;
        let pairs_of = |(tile, &met): (usize, &u32)| match self.sides {
            Sides::Both if met as usize > tile => rows_of(tile) * (tile * TILE) as u64 + pairs(rows_of(tile) as usize),
            _ => rows_of(tile) * (met as usize * TILE).min(self.crowd.len()) as u64,
        };
        swept.met.iter().enumerate().map(pairs_of).sum()
    }

    /// The tiles before what the rows end with, of those that an engine takes at once.
    fn whole(&self) -> usize {
        let grain = self.shares.grain;
        self.rows.len() / (TILE * grain) * grain
    }

    /// How many tiles the `tile`-th will have met in the end.
    fn goal(&self, tile: usize) -> usize {
        match self.sides {
            Sides::Both => tile + 1,
            Sides::Rows => self.crowd.len().div_ceil(TILE),
        }
    }

    /// The next tiles that stay: from the first that is not done, as many as fit.
    fn next(&self, met: &[u32]) -> Option<Range<usize>> {
        let start = (0..met.len()).find(|&tile| (met[tile] as usize) < self.goal(tile))?;
        let whole = self.whole();
        let end = (start + self.shares.staying).min(met.len());
        // Where all rows stay, the last tiles wait among them.
        let waits = self.leaves_last && start > 0 && start < whole;
        Some(start..if waits { end.min(whole) } else { end })
    }

    /// Lets the tiles `staying` meet all before them, and each other.
    fn group<E: Scalar>(
        &self,
        staying: Range<usize>,
        swept: &mut Swept,
        reading: &Reading,
        engine: &mut dyn Engine,
        after_step: &mut AfterStep,
    ) -> Result<(), Fault> {
        let group = self.read_group::<E>(&staying, &swept.met, reading)?;
        let temperatures = swept.temperatures.clone();
        let task = Task {
            distance: self.preparation.distance,
            temperatures: &temperatures,
            sides: self.sides,
            progress: &|pairs| reading.progress.done(pairs),
            note: &|text| reading.progress.note(text),
        };
        let mut step = |rows: &Tiles, crowd: (&Range<usize>, &Block), swept: &mut Swept| {
            // Where both gain, the earlier tile is always on the same side, for the other way round rounds otherwise.
            let (first, second) = if self.sides == Sides::Both { (crowd.1, &rows.1) } else { (&rows.1, crowd.1) };
            engine.sweep(first, second, &task, &mut swept.sums)?;
            for tile in rows.0.clone() {
                swept.met[tile] = crowd.0.end.min(self.goal(tile)) as u32;
            }
            after_step(swept)
        };

        let marks: BTreeSet<usize> = staying.clone().map(|tile| swept.met[tile] as usize).collect();
        let from = marks.first().copied().unwrap_or(0);
        let until = if self.sides == Sides::Both { staying.start } else { self.crowd.len().div_ceil(TILE) };
        if from < until {
            scope(|scope| {
                let mut stream = reading.rows(scope, self.crowd_of(&(from..until)))?;
                for passing in cut(from..until, self.shares.passing, |tile| marks.contains(&tile)) {
                    let crowd = self.read::<E>(&mut stream, self.crowd_of(&passing), reading)?;
                    for rows in &group {
                        if swept.met[rows.0.start] as usize <= passing.start {
                            step(rows, (&passing, &crowd), swept)?;
                        }
                    }
                }
                Ok::<_, Fault>(())
            })?;
        }
        if self.sides == Sides::Rows {
            return Ok(());
        }
        for (place, rows) in group.iter().enumerate() {
            for crowd in &group[..=place] {
                if (swept.met[rows.0.start] as usize) < crowd.0.end {
                    step(rows, (&crowd.0, &crowd.1), swept)?;
                }
            }
        }
        Ok(())
    }

    /// The tiles `staying` in blocks, none of which is cut by what any of them has met.
    fn read_group<E: Scalar>(
        &self,
        staying: &Range<usize>,
        met: &[u32],
        reading: &Reading,
    ) -> Result<Vec<Tiles>, Fault> {
        let marks: BTreeSet<usize> = staying.clone().map(|tile| met[tile] as usize).collect();
        // What waits, wherever it may have to, is a step by itself.
        let last = self.whole();
        let is_mark =
            |tile: usize| marks.contains(&tile) || met[tile] != met[tile - 1] || (self.leaves_last && tile == last);
        scope(|scope| {
            let rows = |tiles: &Range<usize>| &self.rows[tiles.start * TILE..self.rows.len().min(tiles.end * TILE)];
            let mut stream = reading.rows(scope, rows(staying))?;
            let read = |tiles: Range<usize>| {
                let block = self.read::<E>(&mut stream, rows(&tiles), reading)?;
                Ok((tiles, block))
            };
            cut(staying.clone(), self.shares.block, is_mark).into_iter().map(read).collect()
        })
    }

    fn crowd_of(&self, tiles: &Range<usize>) -> &[RowTag] {
        &self.crowd[tiles.start * TILE..self.crowd.len().min(tiles.end * TILE)]
    }

    fn read<E: Scalar>(
        &self,
        stream: &mut RowStream<Fault>,
        tags: &[RowTag],
        reading: &Reading,
    ) -> Result<Block, Fault> {
        Block::read::<E, Fault>(stream, tags, reading.matrix.dim(), self.preparation)
    }
}

/// Cuts `tiles` into parts of at most `most`, and before every tile that `is_mark` tells.
fn cut(tiles: Range<usize>, most: usize, is_mark: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let mut parts: Vec<Range<usize>> = Vec::new();
    for tile in tiles {
        match parts.last_mut() {
            Some(part) if part.len() < most && !is_mark(tile) => part.end = tile + 1,
            _ => parts.push(tile..tile + 1),
        }
    }
    parts
}

#[cfg(test)]
mod tests;
