//! Rows of a side, batch by batch in the order of reading.

use std::sync::Arc;
use std::thread::scope;

use crate::block::RowTag;
use crate::error::Fault;
use crate::score::side::Side;
use crate::source::Rows;

/// Bytes of numbers in a batch, about: enough for threads to share, little beside the caches.
const BATCH_BYTES: usize = 1 << 20;

/// Where the numbers of a row are.
pub(in crate::score) struct ReadRow<'a> {
    pub(super) tag: &'a RowTag,
    chunk: Arc<Rows>,
    place: usize,
}

impl ReadRow<'_> {
    /// Writes the row over `to`, which is as long.
    pub(in crate::score) fn write(&self, to: &mut [f64]) {
        self.chunk.write_row(self.place, to);
    }
}

/// Takes the rows of `tags`, ascending by id, some at a time. How many depends on how they are read, so what is made of them must not
/// depend on it.
///
/// # Errors
/// What reading meets, and rows that are missing.
pub(in crate::score) fn each_batch(
    side: &Side,
    tags: &[RowTag],
    take: &mut (dyn FnMut(&[ReadRow]) + Send),
) -> Result<(), Fault> {
    scope(|scope| {
        let mut stream = side.reading.rows(scope, tags)?;
        let (mut batch, mut bytes): (Vec<ReadRow>, usize) = (Vec::new(), 0);
        for tag in tags {
            let (chunk, place) = stream.seek(tag.id as usize)?;
            // A chunk stays in memory as a whole, however few of its rows are wanted.
            if batch.last().is_none_or(|row| !Arc::ptr_eq(&row.chunk, chunk)) {
                if bytes >= BATCH_BYTES {
                    take(&batch);
                    (batch, bytes) = (Vec::new(), 0);
                }
                bytes += chunk.bytes();
            }
            batch.push(ReadRow { tag, chunk: chunk.clone(), place });
        }
        take(&batch);
        Ok(())
    })
}
