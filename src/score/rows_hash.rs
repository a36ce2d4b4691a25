//! The hash of a layer's rows, by which a later run recognises them.

use sha2::{Digest, Sha256};

/// The hash of rows by their fingerprints, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct RowsHash(Sha256);

impl RowsHash {
    /// Takes the next row.
    pub(super) fn push(&mut self, fingerprint: u64) {
        self.0.update(fingerprint.to_le_bytes());
    }

    /// In hexadecimal.
    pub(super) fn finish(self) -> String {
        self.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
