//! The trait of engines.

use super::device::DeviceFailure;
use crate::distance::Distance;
use crate::pairing::Meeting;
use crate::tally::Tally;

/// Told how a sweep goes.
pub trait Observer: Sync {
    /// So many more pairs were done.
    fn done(&self, pairs: u64);
    /// Something was decided that a curious user may want to know.
    fn note(&self, text: &str);
}

/// Reports no progress.
pub struct Unobserved;

impl Observer for Unobserved {
    fn done(&self, _: u64) {}
    fn note(&self, _: &str) {}
}

/// A way to compute tallies.
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

    /// Computes every pair of a meeting once, under the distance that its blocks were prepared for. Every column of `tally`
    /// gains at the slots of the tags of the rows that gain.
    ///
    /// Blocks that gain start at a multiple of [`crate::block::TILE`] slots. The bits of the result depend on the
    /// blocks and on the order of the calls, not on threads or timing.
    ///
    /// # Errors
    /// A device that fails, or has no room. The tally is then as before.
    fn sweep(
        &mut self,
        meeting: &Meeting,
        distance: Distance,
        tally: &mut Tally,
        observer: &dyn Observer,
    ) -> Result<(), DeviceFailure>;
}
