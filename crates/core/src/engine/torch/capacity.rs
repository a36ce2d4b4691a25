//! How much a device can process at once.

use tch::Device;

/// Matrices as large as all pairs of two parts, at most, that exist at one time: similarities, those of one class, weights,
/// and sums that are taken again.
pub(super) const MATRICES: usize = 4;

/// What a device has.
pub(super) struct Capacity {
    pub(super) device: Device,
    pub(super) name: String,
    /// Tiles that are taken at once, at most.
    pub(super) tiles: usize,
    /// Bytes that rows may take; `None` where they are in the memory of the process.
    pub(super) rows_room: Option<usize>,
    /// Bytes for what is computed from them.
    pub(super) work_room: usize,
}
