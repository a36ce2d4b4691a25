//! The operations that can fail.

/// What can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(feature = "faults"), expect(dead_code, reason = "only faults ask for all of them"))]
pub(super) enum Operation {
    Create,
    Read,
    Write,
    Sync,
    Rename,
}
