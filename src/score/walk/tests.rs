//! Which rows meet which, recorded by an engine that computes nothing.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use super::*;
use crate::block::{Preparation, RowTag};
use crate::distance::Distance;
use crate::engine::cpu::Cpu;
use crate::engine::device::DeviceFailure;
use crate::engine::{Engine, Observer, Unobserved};
use crate::pairing::Ids;
use crate::score::means::Means;
use crate::score::reading::{Kept, Reading, Spent};
use crate::score::side::RowSet;
use crate::source::{Matrix, Memory};
use crate::tally::{Statistic, Tally};

/// For each tile of rows, the tiles that it met, in order.
type Meetings = BTreeMap<usize, Vec<usize>>;

/// An engine that computes nothing and notes who meets whom.
#[derive(Clone)]
struct Witness {
    meetings: Arc<Mutex<Meetings>>,
    grain: usize,
}

impl Engine for Witness {
    fn describe(&self) -> String {
        "witness".into()
    }

    fn grain(&self, _: usize) -> usize {
        self.grain
    }

    fn memory(&self) -> Option<usize> {
        None
    }

    fn takes_halves(&self) -> bool {
        false
    }

    fn sweep(&mut self, meeting: &Meeting, _: Distance, _: &mut Tally, _: &dyn Observer) -> Result<(), DeviceFailure> {
        let tiles = |block: &Block| -> Vec<usize> {
            block.tags.chunks(TILE).map(|tile| tile.iter().map(|tag| tag.id as usize).min().unwrap() / TILE).collect()
        };
        let [rows, cols] = [meeting.rows(), meeting.cols()].map(tiles);
        for block in [&rows, &cols] {
            assert!(block[0].is_multiple_of(self.grain), "a block starts where the engine's own units do: {block:?}");
        }
        let mut met = self.meetings.lock().unwrap();
        for &row in &rows {
            for &col in &cols {
                if meeting.is_square() && col < row {
                    continue;
                }
                assert!(!meeting.is_mutual() || row <= col, "the earlier tile is on the side of the rows");
                met.entry(row).or_default().push(col);
                if meeting.is_mutual() && row != col {
                    met.entry(col).or_default().push(row);
                }
            }
        }
        Ok(())
    }
}

const PREPARATION: Preparation = Preparation { distance: Distance::Cosine, centre: Vec::new(), scale: 1.0 };

fn row_set(rows: usize) -> RowSet {
    let tags = (0..rows as u32).map(|id| RowTag { id, slot: id, class: 0 }).collect();
    RowSet::new(tags, 1, PREPARATION)
}

/// How many rows meet each other, or how many others.
type Sizes = Pairing<usize>;

const fn across(queries: usize, references: usize) -> Sizes {
    Pairing::Across { queries, references, ids: Ids::Shared }
}

/// Walks with each of `legs` in turn, each but the last stopped after so many steps; what was met is what has to be.
fn walked(sizes: Sizes, leaves_last: bool, legs: &[(Shares, usize)]) {
    let (rows, references) = sizes.both();
    let sets = sizes.map(|&size| row_set(size));
    let memory = Memory::new(1, vec![1.0; rows.max(references)]);
    let matrix: &dyn Matrix = &memory;
    let meetings = Arc::new(Mutex::new(Meetings::new()));
    let mut witness = Witness { meetings: meetings.clone(), grain: legs[0].0.grain };
    let means = Means::new(Box::new(witness.clone()), 1);
    let spent = Spent::default();
    let kept = Kept::default();
    let reading = Reading::of(matrix, &kept, &means, &spent);
    let mut swept = Swept::new(rows, &[Statistic::Masses(vec![1.0])]);
    for (shares, steps) in legs {
        let pairing = sets.as_ref().map(|&rows| Side { rows, reading: &reading });
        let walk = Walk { pairing, shares: *shares, leaves_last, reach: Reach::Whole };
        let mut left = *steps;
        let mut after = |swept: &Swept| {
            let unit = TILE * shares.grain;
            if leaves_last && *swept.met.last().unwrap() > 0 && !rows.is_multiple_of(unit) {
                let whole = rows / unit * shares.grain;
                assert!((0..whole).all(|tile| swept.met[tile] as usize == tile + 1), "the last tile waits: {legs:?}");
            }
            left -= 1;
            if left == 0 { Err(Fault::content("enough")) } else { Ok(()) }
        };
        let outcome = walk.go::<f32>(&mut swept, &mut witness, &Unobserved, &mut after);
        if outcome.is_ok() {
            break;
        }
    }
    let expected: Vec<usize> = (0..references.div_ceil(TILE)).collect();
    let met = meetings.lock().unwrap();
    assert_eq!(met.len(), rows.div_ceil(TILE));
    assert!(met.values().all(|partners| *partners == expected), "{legs:?}: {met:?}");
}

fn shares(staying: usize, passing: usize, block: usize) -> Shares {
    Shares { staying, passing, block, grain: 1 }
}

const ALL: usize = usize::MAX;

#[test]
fn every_row_meets_every_other_in_order_whatever_stays() {
    for rows in [2, TILE, TILE + 1, 5 * TILE, 7 * TILE + 3] {
        for (staying, passing, block) in [(99, 3, 16), (99, 1, 2), (1, 1, 1), (2, 1, 3), (3, 2, 2), (7, 5, 2)] {
            for leaves_last in [false, true] {
                walked(Pairing::Within(rows), leaves_last, &[(shares(staying, passing, block), ALL)]);
            }
            walked(across(rows, 6 * TILE + 1), false, &[(shares(staying, passing, block), ALL)]);
        }
    }
}

/// Who meets whom where only a part of `rows` rows does.
fn met_in_part(rows: usize, tiles: Range<usize>, each_other: bool, shares: Shares) -> Meetings {
    let (set, memory) = (row_set(rows), Memory::new(1, vec![1.0; rows]));
    let means = Means::new(Box::new(Cpu::new(1)), 1);
    let (spent, kept) = (Spent::default(), Kept::default());
    let reading = Reading::of(&memory, &kept, &means, &spent);
    let pairing = Pairing::Within(Side { rows: &set, reading: &reading });
    let walk = Walk { pairing, shares, leaves_last: false, reach: Reach::Part { tiles, each_other } };
    let mut witness = Witness { meetings: Arc::default(), grain: 1 };
    let mut swept = walk.begin(Tally::nothing(rows, &[Statistic::Masses(vec![1.0])]));
    walk.go::<f32>(&mut swept, &mut witness, &Unobserved, &mut |_| Ok(())).unwrap();
    witness.meetings.lock().unwrap().clone()
}

#[test]
fn a_part_meets_all_others_and_each_other_or_not_in_order() {
    let (rows, all) = (6 * TILE + 5, 7);
    for (start, end) in [(0, 7), (0, 2), (3, 5), (5, 7), (6, 7)] {
        for each_other in [true, false] {
            // Tiles before others that do not meet each other are in no plan.
            if !each_other && end < all {
                continue;
            }
            for (staying, passing, block) in [(99, 3, 16), (99, 1, 2), (1, 1, 1), (2, 1, 3), (3, 2, 2), (4, 5, 2)] {
                let met = met_in_part(rows, start..end, each_other, shares(staying, passing, block));
                for tile in 0..all {
                    let meets = |other: &usize| match ((start..end).contains(&tile), (start..end).contains(other)) {
                        (true, true) => each_other,
                        (own, other) => own != other,
                    };
                    let expected: Vec<usize> = (0..all).filter(meets).collect();
                    let found = met.get(&tile).cloned().unwrap_or_default();
                    assert_eq!(found, expected, "{start}..{end} {each_other} {staying} {passing} {block}: {tile}");
                }
            }
        }
    }
}

#[test]
fn an_engine_that_takes_several_tiles_at_once_always_gets_the_same() {
    for rows in [TILE + 1, 4 * TILE, 7 * TILE + 3, 8 * TILE + 2] {
        for (staying, passing, block) in [(99, 2, 4), (99, 4, 2), (2, 2, 2), (4, 2, 2), (6, 4, 4)] {
            let shares = Shares { grain: 2, ..shares(staying, passing, block) };
            for leaves_last in [false, true] {
                walked(Pairing::Within(rows), leaves_last, &[(shares, ALL)]);
                for steps in 1..8 {
                    walked(Pairing::Within(rows), leaves_last, &[(shares, steps), (shares, ALL)]);
                }
            }
            walked(across(rows, 6 * TILE + 1), false, &[(shares, ALL)]);
        }
    }
}

#[test]
fn a_walk_goes_on_where_it_was_stopped_with_whatever_memory_there_is_then() {
    let rows = 6 * TILE + 5;
    let kinds = [shares(99, 2, 2), shares(2, 1, 1), shares(3, 2, 2), shares(4, 3, 3), shares(1, 1, 1)];
    for first in 1..25 {
        for second in [1, 2, 5] {
            for at in 0..kinds.len() {
                let kind = |step: usize| kinds[(at * step + step) % kinds.len()];
                let legs = [(kind(1), first), (kind(2), second), (kind(3), second), (kind(4), ALL)];
                walked(Pairing::Within(rows), true, &legs);
                walked(across(rows, 5 * TILE), false, &legs);
            }
        }
    }
}

#[test]
fn pairs_met_are_all_in_the_end_and_those_of_the_steps_before() {
    let (rows, memory) = (row_set(2 * TILE + 3), Memory::new(1, vec![1.0; 2 * TILE + 3]));
    let means = Means::new(Box::new(Cpu::new(1)), 1);
    let spent = Spent::default();
    let kept = Kept::default();
    let reading = Reading::of(&memory, &kept, &means, &spent);
    let pairing = Pairing::Within(Side { rows: &rows, reading: &reading });
    let walk = Walk { pairing, shares: shares(1, 1, 1), leaves_last: false, reach: Reach::Whole };
    let mut swept = Swept::new(rows.tags.len(), &[Statistic::Masses(vec![1.0])]);
    let mut seen = Vec::new();
    let mut engine = Witness { meetings: Arc::default(), grain: 1 };
    walk.go::<f32>(&mut swept, &mut engine, &Unobserved, &mut |swept| {
        seen.push(walk.pairs_met(swept));
        Ok(())
    })
    .unwrap();
    let (tile, square) = (TILE as u64, Pairing::Within(TILE).pairs());
    let expected = [square, square + tile * tile, 2 * square + tile * tile];
    assert_eq!(seen[..3], expected);
    assert_eq!(seen.last(), Some(&Pairing::Within(rows.tags.len()).pairs()));
}
