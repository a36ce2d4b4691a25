//! Brings the rows of a layer to the blocks: read ahead by a separate thread, counted, and only until the run is asked
//! to stop.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::Scope;

use super::means::{Means, Progress, Stop};
use super::shares::Shares;
use crate::block::{Chunks, RowStream, RowTag};
use crate::error::Fault;
use crate::source::{Matrix, Meter, Rows, Scan, ahead};

/// Bytes that are read beyond what is needed rather than read anew behind them.
const GAP_BYTES: usize = 1 << 20;

/// The rows of one layer, readable as often as needed.
pub(super) struct Reading<'a> {
    pub(super) matrix: &'a dyn Matrix,
    kept: &'a Kept,
    /// Bytes of numbers that are read before they are needed.
    ahead: usize,
    pub(super) progress: &'a dyn Progress,
    stop: &'a Stop<'a>,
    spent: &'a Spent,
}

/// What `scan` reads, for others to keep, too.
pub(super) fn shared(scan: Scan<'_>) -> Chunks<'_, Fault> {
    Box::new(scan.map(|rows| rows.map(Arc::new)))
}

/// All rows of a layer, in memory from the first look at them until they are laid out; or none.
#[derive(Debug, Default)]
pub(super) struct Kept(Mutex<Vec<Arc<Rows>>>);

impl Kept {
    /// Keeps the rows that follow.
    pub(super) fn push(&mut self, rows: &Arc<Rows>) {
        self.chunks().push(rows.clone());
    }

    fn chunks(&self) -> MutexGuard<'_, Vec<Arc<Rows>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What reading a layer has cost so far.
#[derive(Debug, Default)]
pub(super) struct Spent {
    meter: Meter,
    /// Bytes of files, by the layer's average row, for a format may pack them.
    bytes: AtomicU64,
}

impl Spent {
    /// The cost, for those who want to know.
    pub(super) fn describe(&self) -> String {
        let (read, waited) = (self.bytes.load(Ordering::Relaxed) as f64, self.meter.waited().as_secs_f64());
        format!("{:.1} MB read, computing waited {waited:.2} s for it", read / 1e6)
    }
}

impl<'a> Reading<'a> {
    /// The rows of `matrix`, of which all are `kept` or none.
    pub(super) fn of(matrix: &'a dyn Matrix, kept: &'a Kept, means: &Means<'a>, spent: &'a Spent) -> Reading<'a> {
        let ahead = Shares::ahead(means.memory);
        Reading { matrix, kept, ahead, progress: means.progress, stop: means.stop, spent }
    }

    /// All rows, read by a thread of `scope`.
    pub(super) fn all<'scope>(&'scope self, scope: &'scope Scope<'scope, '_>) -> Result<Chunks<'scope, Fault>, Fault> {
        self.ranges(scope, std::iter::once(0..self.matrix.rows()).collect())
    }

    /// The rows of `tags`, ascending by id, and as few others as is cheap, read by a thread of `scope`.
    pub(super) fn rows<'scope>(
        &'scope self,
        scope: &'scope Scope<'scope, '_>,
        tags: &[RowTag],
    ) -> Result<RowStream<'scope, Fault>, Fault> {
        let kept = self.kept.chunks().clone();
        if !kept.is_empty() {
            return Ok(RowStream::new(Box::new(kept.into_iter().map(Ok))));
        }
        let row_bytes = (self.matrix.dim() * size_of::<f32>()).max(1);
        let gap = if self.matrix.is_seekable() { GAP_BYTES / row_bytes } else { usize::MAX };
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for id in tags.iter().map(|tag| tag.id as usize) {
            match ranges.last_mut() {
                Some(last) if id - last.end <= gap => last.end = id + 1,
                _ => ranges.push(id..id + 1),
            }
        }
        Ok(RowStream::new(self.ranges(scope, ranges)?))
    }

    /// As [`Reading::rows`], for the last time if they are in memory: they are freed as they are read.
    pub(super) fn last_rows<'scope>(
        &'scope self,
        scope: &'scope Scope<'scope, '_>,
        tags: &[RowTag],
    ) -> Result<RowStream<'scope, Fault>, Fault> {
        let kept = std::mem::take(&mut *self.kept.chunks());
        if kept.is_empty() { self.rows(scope, tags) } else { Ok(RowStream::new(Box::new(kept.into_iter().map(Ok)))) }
    }

    /// Checks that the run has not been asked to stop.
    ///
    /// # Errors
    /// The signal that asked it to stop, if any.
    pub(super) fn check_stop(&self) -> Result<(), Fault> {
        (self.stop)().map_or(Ok(()), |signal| Err(Fault::Stopped { signal, hint: String::new() }))
    }

    fn ranges<'scope>(
        &'scope self,
        scope: &'scope Scope<'scope, '_>,
        ranges: Vec<Range<usize>>,
    ) -> Result<Chunks<'scope, Fault>, Fault> {
        let scan =
            |range| -> Scan { self.matrix.scan(range).unwrap_or_else(|fault| Box::new(std::iter::once(Err(fault)))) };
        let chunks = ahead(scope, Box::new(ranges.into_iter().flat_map(scan)), self.ahead, &self.spent.meter)?;
        let shape = self.matrix.shape();
        Ok(Box::new(chunks.map(move |chunk| {
            let chunk = chunk?;
            self.check_stop()?;
            let bytes = (u128::from(shape.bytes) * chunk.rows() as u128 / shape.rows as u128) as u64;
            self.spent.bytes.fetch_add(bytes, Ordering::Relaxed);
            self.progress.read(bytes);
            Ok(Arc::new(chunk))
        })))
    }
}
