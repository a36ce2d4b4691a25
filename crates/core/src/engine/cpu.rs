//! The CPU engine: gives tiles to threads and their results to the ledger.

use std::sync::{Mutex, PoisonError};

use super::device::DeviceFailure;
use super::dispatch::{self, Kernels, TileKernel};
use super::instructions::Instructions;
use super::kernel::TileResult;
use super::ledger::Ledger;
use super::sweep::{Engine, Observer};
use crate::block::{Block, Features, PANEL, Prepared, RowTag, TILE};
use crate::distance::Distance;
use crate::pairing::Meeting;
use crate::tally::{Gain, Picks, Tally};
use crate::tile::pairs::{TilePairs, TileSide};
use crate::tile::simd::Element;

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

    /// The kernels of one instruction set; `None` where this processor does not have it.
    pub fn with(instructions: Instructions, threads: usize) -> Option<Cpu> {
        let kernels = dispatch::available().into_iter().find(|kernels| kernels.instructions == instructions)?;
        Some(Cpu { threads, kernels })
    }

    /// The instruction sets that this processor has, fastest first.
    pub fn instructions() -> Vec<Instructions> {
        dispatch::available().iter().map(|kernels| kernels.instructions).collect()
    }

    /// One engine for each instruction set that this processor has, fastest first.
    pub fn all(threads: usize) -> Vec<Cpu> {
        dispatch::available().into_iter().map(|kernels| Cpu { threads, kernels }).collect()
    }
}

impl Engine for Cpu {
    fn describe(&self) -> String {
        format!("cpu, {}", self.kernels.instructions)
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

    fn sweep(
        &mut self,
        meeting: &Meeting,
        distance: Distance,
        tally: &mut Tally,
        observer: &dyn Observer,
    ) -> Result<(), DeviceFailure> {
        match (&meeting.rows().features, &meeting.cols().features) {
            (Features::F32(left), Features::F32(right)) => {
                CpuSweep { meeting, distance, left, right, kernel: self.kernels.f32, observer }
                    .run(self.threads, tally);
            }
            (Features::F64(left), Features::F64(right)) => {
                CpuSweep { meeting, distance, left, right, kernel: self.kernels.f64, observer }
                    .run(self.threads, tally);
            }
            _ => unreachable!("the blocks of a sweep are in one precision, and in none that the engine does not take"),
        }
        Ok(())
    }
}

/// One sweep in one precision.
struct CpuSweep<'a, E> {
    meeting: &'a Meeting<'a>,
    distance: Distance,
    left: &'a Prepared<E>,
    right: &'a Prepared<E>,
    kernel: TileKernel<E>,
    observer: &'a dyn Observer,
}

/// A tile's row of tiles, and its column of tiles.
type TileIndex = (usize, usize);

impl<E: Element> CpuSweep<'_, E> {
    fn run(&self, threads: usize, tally: &mut Tally) {
        let (rows, cols) = (self.meeting.rows(), self.meeting.cols());
        let (gains, rows_of_tally) = (tally.gains(), tally.rows());
        let (columns, picks) = tally.parts_mut();
        let (picks, sums) = picks.map(Picks::split).unzip();
        // Copies, so that the ladder is cut into chains once.
        let rooms = vec![TileResult::room(gains, picks); threads];
        let ledger = Ledger::over(columns, rows_of_tally);
        let next = Mutex::new(Some((0, 0)).filter(|_| rows.rows() > 0 && cols.rows() > 0));
        let take = || {
            let mut next = next.lock().unwrap_or_else(PoisonError::into_inner);
            let taken = *next;
            *next = taken.and_then(|index| self.after(index));
            taken
        };
        rayon::scope(|scope| {
            for mut room in rooms {
                let (take, ledger, sums) = (&take, &ledger, sums.as_ref());
                scope.spawn(move |_| {
                    while let Some(index) = take() {
                        self.tile(index, &mut room, ledger);
                        let picked = sums.zip(room.picks.as_ref());
                        picked.into_iter().for_each(|(sums, picks)| sums.add(picks));
                    }
                });
            }
        });
    }

    /// The tile that follows, row of tiles by row of tiles. Every row thus meets its partners in ascending order.
    fn after(&self, (row, col): TileIndex) -> Option<TileIndex> {
        if (col + 1) * TILE < self.meeting.cols().rows() {
            return Some((row, col + 1));
        }
        let row = row + 1;
        (row * TILE < self.meeting.rows().rows()).then_some((row, if self.meeting.is_square() { row } else { 0 }))
    }

    fn tile(&self, (row, col): TileIndex, room: &mut TileResult<E>, ledger: &Ledger<E>) {
        let (row_block, col_block) = (self.meeting.rows(), self.meeting.cols());
        let rows = side(row_block, self.left, row);
        let cols = side(col_block, self.right, col);
        let on_diagonal = self.meeting.is_square() && row == col;
        let is_mutual = self.meeting.is_mutual() && !on_diagonal;
        let selves = self.meeting.selves(rows.tags, cols.tags);
        let pairs = TilePairs { rows, cols, dim: row_block.dim, distance: self.distance, selves: &selves, is_mutual };
        room.rows.iter_mut().chain(&mut room.cols).for_each(Gain::clear);
        ledger.show(pairs.rows.tags, &mut room.rows);
        if is_mutual {
            ledger.show(pairs.cols.tags, &mut room.cols);
        }
        (self.kernel)(&pairs, room);

        ledger.enter(col, pairs.rows.tags, &room.rows);
        if is_mutual {
            ledger.enter(row, pairs.cols.tags, &room.cols);
        }
        let (own, all) = (pairs.rows.rows() as u64, (pairs.rows.rows() * pairs.cols.rows()) as u64);
        self.observer.done(if on_diagonal { (all - own) / 2 } else { all });
    }
}

/// A block's tile as one side of a pair of them.
fn side<'a, E>(block: &'a Block, features: &'a Prepared<E>, tile: usize) -> TileSide<'a, E> {
    let (from, until) = (tile * TILE, block.rows().min((tile + 1) * TILE));
    let panels = from / PANEL * block.dim..until.div_ceil(PANEL) * block.dim;
    let tags: &[RowTag] = &block.tags[from..until];
    TileSide { panels: &features.panels[panels], norms: &features.norms[from..until], tags }
}
