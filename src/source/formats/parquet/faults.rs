//! Errors for Parquet files that cannot be decoded.

use crate::error::Fault;
use crate::source::files::region::Region;
use crate::source::tables::guard::damaged_file;

/// What it means that `file` could not be decoded: it could not be read, or it is damaged.
pub(super) fn decode_fault(file: &Region, reason: impl std::fmt::Display) -> Fault {
    file.failure().unwrap_or_else(|| damaged_parquet(reason))
}

/// The fault of a file that the decoder complains of.
pub(super) fn damaged_parquet(reason: impl std::fmt::Display) -> Fault {
    let reason = reason.to_string();
    // The decoder's errors wrap each other, and each says again that it is about Parquet.
    let reason = reason.trim_start_matches("Parquet argument error: ").trim_start_matches("Parquet error: ");
    damaged_file(reason)
}
