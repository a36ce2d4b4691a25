//! Pairs of blocks become sums: what every engine does, and the engines there are; which pairs, and what the sums mean,
//! is left to `score`.

pub mod choice;
pub mod cpu;
pub mod device;
mod dispatch;
mod distances;
mod kernel;
mod ledger;
mod product;
pub mod reference;
mod rescue;
mod simd;
mod tile;
#[cfg(feature = "torch")]
mod torch;
#[cfg(not(feature = "torch"))]
#[path = "no_torch.rs"]
mod torch;
mod weights;

use self::device::DeviceFailure;
use crate::block::Block;
use crate::distance::Distance;
use crate::sums::Sums;

/// What to sum over the pairs of two blocks.
pub struct Task<'a> {
    /// The distance that the blocks were prepared for.
    pub distance: Distance,
    /// Temperatures, in units of the prepared rows' distance.
    pub temperatures: &'a [f64],
    /// Whose sums gain.
    pub sides: Sides,
    /// Told how many pairs were done, now and then.
    pub progress: &'a (dyn Fn(u64) + Sync),
    /// Told what was decided that a curious user may want to know.
    pub note: &'a (dyn Fn(&str) + Sync),
}

/// Whose sums gain from a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sides {
    /// Both blocks' rows.
    Both,
    /// The rows of the first block only: the second is a crowd that they meet.
    Rows,
}

/// A way to compute sums.
pub trait Engine: Send {
    /// What computes, for reports: `cpu, avx512`.
    fn describe(&self) -> String;

    /// How many tiles of rows of `dim` features it takes at once, on either side. Blocks are cut at multiples of it where
    /// they can be, so that its arithmetic does not depend on how much memory there is for them.
    fn grain(&self, dim: usize) -> usize;

    /// Bytes that rows may take where it computes; `None` where that is in the memory of the process.
    fn memory(&self) -> Option<usize>;

    /// Whether it takes blocks of f16 and bf16, too, and gains by it.
    fn takes_halves(&self) -> bool;

    /// Every pair of the two blocks, once; the sums gain at the slots of the rows' tags. Given the same block twice,
    /// every unordered pair once. A row (by its tag's id) never meets itself.
    ///
    /// Blocks whose sums gain start at a multiple of [`crate::block::TILE`] slots. The bits of the result depend on the
    /// blocks and on the order of the calls, not on threads or timing.
    ///
    /// # Errors
    /// A device that fails, or has no room. The sums are then as before.
    fn sweep(&mut self, rows: &Block, cols: &Block, task: &Task, sums: &mut Sums) -> Result<(), DeviceFailure>;
}
