//! The CPU engine: hands tiles to threads and their sums to the ledger; the arithmetic of a tile is left to
//! `engine::kernel`.

use std::sync::{Mutex, PoisonError};

use crate::block::{Block, Features, PANEL, Prepared, RowTag, TILE};
use crate::sums::Sums;

use super::device::DeviceFailure;
use super::dispatch::{self, Kernels, TileKernel};
use super::ledger::Ledger;
use super::simd::Element;
use super::tile::{Chain, Chains, Side, TileSums, TileTask};
use super::{Engine, Sides, Task};

/// Symmetric tiles over threads, with the widest instructions that the processor has.
pub struct Cpu {
    threads: usize,
    kernels: Kernels,
}

impl Cpu {
    /// The fastest kernels of this processor on `threads` threads of the current rayon pool.
    pub fn new(threads: usize) -> Cpu {
        // `available` ends with the portable kernels, so the first of it is there.
        Cpu { threads, kernels: dispatch::available()[0] }
    }

    /// One engine for each instruction set that this processor has, fastest first.
    pub fn all(threads: usize) -> Vec<Cpu> {
        dispatch::available().into_iter().map(|kernels| Cpu { threads, kernels }).collect()
    }
}

impl Engine for Cpu {
    fn describe(&self) -> String {
        format!("cpu, {}", self.kernels.name)
    }

    fn grain(&self, _dim: usize) -> usize {
        1
    }

    fn memory(&self) -> Option<usize> {
        None
    }

    fn takes_halves(&self) -> bool {
        false
    }

    fn sweep(&mut self, rows: &Block, cols: &Block, task: &Task, sums: &mut Sums) -> Result<(), DeviceFailure> {
        match (&rows.features, &cols.features) {
            (Features::F32(left), Features::F32(right)) => {
                Sweep { rows, cols, left, right, task, kernel: self.kernels.f32 }.run(self.threads, sums);
            }
            (Features::F64(left), Features::F64(right)) => {
                Sweep { rows, cols, left, right, task, kernel: self.kernels.f64 }.run(self.threads, sums);
            }
            _ => unreachable!("the blocks of a sweep are in one precision, and in none that the engine does not take"),
        }
        Ok(())
    }
}

/// One sweep in one precision.
struct Sweep<'a, E> {
    rows: &'a Block,
    cols: &'a Block,
    left: &'a Prepared<E>,
    right: &'a Prepared<E>,
    task: &'a Task<'a>,
    kernel: TileKernel<E>,
}

/// A tile by its place: row of tiles, column of tiles.
type Place = (usize, usize);

impl<E: Element> Sweep<'_, E> {
    fn run(&self, threads: usize, sums: &mut Sums) {
        let chains = Chains::cut(self.task.temperatures);
        let ledger = Ledger::over(sums, &chains.ladder);
        let next = Mutex::new(Some((0, 0)).filter(|_| self.rows.rows() > 0 && self.cols.rows() > 0));
        let take = || {
            let mut next = next.lock().unwrap_or_else(PoisonError::into_inner);
            let taken = *next;
            *next = taken.and_then(|place| self.after(place));
            taken
        };
        rayon::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|_| {
                    let mut room = TileSums::new(self.task.temperatures.len());
                    while let Some(place) = take() {
                        self.tile(place, &chains.chains, &mut room, &ledger);
                    }
                });
            }
        });
    }

    /// Whether this sweep pairs a block with itself.
    fn is_square(&self) -> bool {
        std::ptr::eq(self.rows, self.cols)
    }

    /// The tile that follows, row of tiles by row of tiles. Every row thus meets its partners in ascending order.
    fn after(&self, (row, col): Place) -> Option<Place> {
        if (col + 1) * TILE < self.cols.rows() {
            return Some((row, col + 1));
        }
        let row = row + 1;
        (row * TILE < self.rows.rows()).then_some((row, if self.is_square() { row } else { 0 }))
    }

    fn tile(&self, (row, col): Place, chains: &[Chain], room: &mut TileSums<E>, ledger: &Ledger<E>) {
        let (left_classes, right_classes) = (classes(self.rows, row), classes(self.cols, col));
        let left = side(self.rows, self.left, row, &left_classes);
        let right = side(self.cols, self.right, col, &right_classes);
        let (row_tags, col_tags) = (tags(self.rows, row), tags(self.cols, col));
        let on_diagonal = self.is_square() && row == col;
        let both_sides = self.task.sides == Sides::Both && !on_diagonal;
        let selves = selves(row_tags, col_tags);
        let task = TileTask { distance: self.task.distance, chains, selves: &selves, both_sides };
        (self.kernel)(&left, &right, self.rows.dim, &task, room);

        ledger.enter(col, row_tags, &room.rows);
        if both_sides {
            ledger.enter(row, col_tags, &room.cols);
        }
        let pairs = (left.rows() * right.rows()) as u64;
        (self.task.progress)(if on_diagonal { (pairs - left.rows() as u64) / 2 } else { pairs });
    }
}

/// The rows of a block's tile.
fn tags(block: &Block, tile: usize) -> &[RowTag] {
    &block.tags[tile * TILE..block.rows().min((tile + 1) * TILE)]
}

fn classes(block: &Block, tile: usize) -> Vec<u32> {
    tags(block, tile).iter().map(|tag| tag.class).collect()
}

fn side<'a, E>(block: &Block, features: &'a Prepared<E>, tile: usize, classes: &'a [u32]) -> Side<'a, E> {
    let (from, until) = (tile * TILE, tile * TILE + classes.len());
    let panels = from / PANEL * block.dim..until.div_ceil(PANEL) * block.dim;
    Side { panels: &features.panels[panels], norms: &features.norms[from..until], classes }
}

/// Where a row would meet itself: the positions of equal ids.
fn selves(rows: &[RowTag], cols: &[RowTag]) -> Vec<(usize, usize)> {
    let span =
        |tags: &[RowTag]| tags.iter().fold((u32::MAX, 0), |(low, high), tag| (low.min(tag.id), high.max(tag.id)));
    let ((low, high), (first, last)) = (span(rows), span(cols));
    if high < first || last < low {
        return Vec::new();
    }
    let mut ids: Vec<(u32, usize)> = cols.iter().enumerate().map(|(position, tag)| (tag.id, position)).collect();
    ids.sort_unstable();
    let position = |tag: &RowTag| ids.binary_search_by_key(&tag.id, |entry| entry.0).ok().map(|at| ids[at].1);
    rows.iter().enumerate().filter_map(|(row, tag)| position(tag).map(|col| (row, col))).collect()
}
