//! The order in which rows meet: every pair once, each row its partners from the first to the last, however many of
//! them stay in memory; so the tally does not depend on the memory.

use std::collections::BTreeSet;
use std::ops::Range;
use std::thread::scope;

use super::shares::Shares;
use super::side::Side;
use super::swept::Swept;
use crate::block::{Block, Scalar, TILE};
use crate::engine::{Engine, Observer};
use crate::error::Fault;
use crate::pairing::{Meeting, Pairing};
use crate::tally::Tally;

/// Which tiles meet which, and how many at once.
pub(super) struct Walk<'a> {
    pub(super) pairing: Pairing<Side<'a>>,
    pub(super) shares: Shares,
    /// Whether the last tiles that an engine takes at once, if they are not as many or not full, wait for all others:
    /// the earlier sums then also hold for more rows of the same data.
    pub(super) leaves_last: bool,
    /// Which of the tiles meet.
    pub(super) reach: Reach,
}

/// Which tiles meet, where rows meet each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reach {
    /// All.
    Whole,
    /// Some with all others, and with each other or not. The others do not meet.
    Part { tiles: Range<usize>, each_other: bool },
}

/// Called after every step with the sums so far; its fault ends the walk.
pub(super) type AfterStep<'a> = dyn FnMut(&Swept) -> Result<(), Fault> + 'a;

/// Consecutive tiles, and their rows.
type Tiles = (Range<usize>, Block);

impl Walk<'_> {
    /// The beginning, with nothing in `tally`.
    pub(super) fn begin(&self, tally: Tally) -> Swept {
        let first = |tile| match &self.reach {
            Reach::Part { tiles, .. } if tile >= tiles.end => tiles.start,
            _ => 0,
        };
        Swept { met: (0..self.pairing.gaining().tiles()).map(|tile| first(tile) as u32).collect(), tally }
    }

    /// Continues from what `swept` has met to the end, or to the first fault, which leaves `swept` as after the last step.
    pub(super) fn go<E: Scalar>(
        &self,
        swept: &mut Swept,
        engine: &mut dyn Engine,
        observer: &dyn Observer,
        after_step: &mut AfterStep,
    ) -> Result<(), Fault> {
        while let Some(staying) = self.next(&swept.met) {
            self.group::<E>(staying, swept, engine, observer, after_step)?;
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
        let (gaining, met_by) = self.pairing.map(|side| side.rows.tags.len()).both();
        let rows_of = |tile: usize| TILE.min(gaining - tile * TILE);
        let pairs_of = |(tile, &met): (usize, &u32)| match self.pairing.is_mutual() && met as usize > tile {
            true => (rows_of(tile) * tile * TILE) as u64 + Pairing::Within(rows_of(tile)).pairs(),
            false => rows_of(tile) as u64 * (met as usize * TILE).min(met_by) as u64,
        };
        swept.met.iter().enumerate().map(pairs_of).sum()
    }

    /// The tiles before what the rows end with, of those that an engine takes at once.
    fn whole(&self) -> usize {
        let grain = self.shares.grain;
        self.pairing.gaining().rows.tags.len() / (TILE * grain) * grain
    }

    /// How many tiles the `tile`-th will have met in the end.
    fn goal(&self, tile: usize) -> usize {
        match &self.reach {
            _ if !self.pairing.is_mutual() => self.pairing.met().tiles(),
            Reach::Whole => tile + 1,
            Reach::Part { tiles, .. } if tile < tiles.start => 0,
            Reach::Part { tiles, .. } if tile >= tiles.end => tiles.end,
            Reach::Part { each_other: true, .. } => tile + 1,
            Reach::Part { tiles, each_other: false } => tiles.start,
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

    /// Pairs the tiles `staying` with all before them, and with each other.
    fn group<E: Scalar>(
        &self,
        staying: Range<usize>,
        swept: &mut Swept,
        engine: &mut dyn Engine,
        observer: &dyn Observer,
        after_step: &mut AfterStep,
    ) -> Result<(), Fault> {
        let group = self.read_group::<E>(&staying, &swept.met)?;
        let distance = self.pairing.gaining().rows.preparation.distance;
        let mut step = |rows: &Range<usize>, met: &Range<usize>, meeting: Meeting, swept: &mut Swept| {
            engine.sweep(&meeting, distance, &mut swept.tally, observer)?;
            for tile in rows.clone() {
                swept.met[tile] = met.end.min(self.goal(tile)) as u32;
            }
            after_step(swept)
        };

        let marks: BTreeSet<usize> = staying.clone().map(|tile| swept.met[tile] as usize).collect();
        let from = marks.first().copied().unwrap_or(0);
        let goal = staying.clone().map(|tile| self.goal(tile)).max().unwrap_or(0);
        let until = if self.pairing.is_mutual() { staying.start.min(goal) } else { goal };
        if from < until {
            let side = self.pairing.met();
            scope(|scope| {
                let mut stream = side.stream(scope, &(from..until))?;
                for passing in cut(from..until, self.shares.passing, |tile| marks.contains(&tile)) {
                    let block = side.block::<E>(&mut stream, &passing)?;
                    for (tiles, rows) in &group {
                        let is_next = swept.met[tiles.start] as usize <= passing.start;
                        if is_next && passing.start < self.goal(tiles.start) {
                            step(tiles, &passing, self.meeting(rows, &block), swept)?;
                        }
                    }
                }
                Ok::<_, Fault>(())
            })?;
        }
        if !self.pairing.is_mutual() {
            return Ok(());
        }
        for (place, (tiles, rows)) in group.iter().enumerate() {
            for (earlier_tiles, earlier) in &group[..place] {
                if (swept.met[tiles.start] as usize) < earlier_tiles.end.min(self.goal(tiles.start)) {
                    step(tiles, earlier_tiles, self.meeting(rows, earlier), swept)?;
                }
            }
            if (swept.met[tiles.start] as usize) < tiles.end.min(self.goal(tiles.start)) {
                step(tiles, tiles, Meeting::Within(rows), swept)?;
            }
        }
        Ok(())
    }

    /// How rows that stay meet others, which where both gain come before them.
    fn meeting<'b>(&self, rows: &'b Block, others: &'b Block) -> Meeting<'b> {
        match self.pairing {
            // The earlier tile is always on the same side, for the other way round rounds otherwise.
            Pairing::Within(_) => Meeting::Between(others, rows),
            Pairing::Across { ids, .. } => Meeting::Across { queries: rows, references: others, ids },
        }
    }

    /// The tiles `staying` in blocks, none of which is cut by what any of them has met.
    fn read_group<E: Scalar>(&self, staying: &Range<usize>, met: &[u32]) -> Result<Vec<Tiles>, Fault> {
        let marks: BTreeSet<usize> = staying.clone().map(|tile| met[tile] as usize).collect();
        // What waits, wherever it may have to, is a step by itself.
        let last = self.whole();
        let is_edge = |tile: usize| match &self.reach {
            Reach::Whole => false,
            Reach::Part { tiles, .. } => tile == tiles.start || tile == tiles.end,
        };
        let waits = |tile: usize| self.leaves_last && tile == last;
        let is_mark = |tile: usize| marks.contains(&tile) || met[tile] != met[tile - 1] || is_edge(tile) || waits(tile);
        let side = self.pairing.gaining();
        scope(|scope| {
            let is_all = self.pairing.is_mutual() && *staying == (0..side.tiles());
            let mut stream = if is_all { side.last_stream(scope, staying)? } else { side.stream(scope, staying)? };
            let read = |tiles: Range<usize>| {
                let block = side.block::<E>(&mut stream, &tiles)?;
                Ok((tiles, block))
            };
            cut(staying.clone(), self.shares.block, is_mark).into_iter().map(read).collect()
        })
    }
}

/// Cuts `tiles` into parts of at most `most`, and before every tile for which `is_mark` is true.
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
