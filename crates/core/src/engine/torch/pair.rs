//! Two parts that are paired on a device.

use super::rows::DevicePart;
use crate::distance::Distance;

/// Two parts that meet, and how.
pub(super) struct DevicePair<'a> {
    pub(super) rows: &'a DevicePart<'a>,
    pub(super) cols: &'a DevicePart<'a>,
    pub(super) distance: Distance,
    /// Places (row, column) of the pairs in which a row meets itself.
    pub(super) selves: &'a [(usize, usize)],
    /// Whether the columns gain, too.
    pub(super) is_mutual: bool,
}
