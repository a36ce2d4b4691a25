//! Reads ahead: a separate thread fetches and decodes rows while others compute with the previous ones.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, Scope};
use std::time::{Duration, Instant};

use super::matrix::Scan;
use crate::error::Fault;
use snnl_core::rows::Rows;

/// How long computing has waited for rows to be read.
#[derive(Debug, Default)]
pub(crate) struct Meter(AtomicU64);

impl Meter {
    /// The total wait so far.
    pub(crate) fn waited(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }
}

/// The chunks of `scan`, read by a thread of `scope` that is ahead by no more than `bytes` of numbers, or one chunk.
///
/// # Errors
/// If the system cannot start a thread.
pub(crate) fn ahead<'scope>(
    scope: &'scope Scope<'scope, '_>,
    scan: Scan<'scope>,
    bytes: usize,
    meter: &'scope Meter,
) -> Result<Scan<'scope>, Fault> {
    let queue = Arc::new(Queue { state: Mutex::default(), changed: Condvar::new(), bytes });
    let taker = Taker { queue: queue.clone(), meter };
    Builder::new().name("reader".into()).spawn_scoped(scope, move || {
        let _end = End(&queue);
        for chunk in scan {
            let is_last = chunk.is_err();
            if !queue.put(chunk) || is_last {
                break;
            }
        }
    })?;
    Ok(Box::new(taker))
}

/// Chunks that were read and not yet taken.
struct Queue {
    state: Mutex<QueueState>,
    changed: Condvar,
    bytes: usize,
}

#[derive(Default)]
struct QueueState {
    chunks: VecDeque<Result<Rows, Fault>>,
    bytes: usize,
    /// Whether no further chunk will come.
    is_finished: bool,
    /// Whether no further chunk will be taken.
    is_abandoned: bool,
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for room and appends; `false` if the reader is gone.
    fn put(&self, chunk: Result<Rows, Fault>) -> bool {
        let is_full = |state: &mut QueueState| state.bytes > self.bytes && !state.is_abandoned;
        let mut state = self.changed.wait_while(self.state(), is_full).unwrap_or_else(PoisonError::into_inner);
        state.bytes += chunk.as_ref().map_or(0, Rows::bytes);
        state.chunks.push_back(chunk);
        self.changed.notify_all();
        !state.is_abandoned
    }
}

/// Marks the end of the chunks, even if a decoder panics, so that no reader waits forever.
struct End<'a>(&'a Queue);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.state().is_finished = true;
        self.0.changed.notify_all();
    }
}

/// The side that takes chunks.
struct Taker<'a> {
    queue: Arc<Queue>,
    meter: &'a Meter,
}

impl Iterator for Taker<'_> {
    type Item = Result<Rows, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = Instant::now();
        let is_empty = |state: &mut QueueState| state.chunks.is_empty() && !state.is_finished;
        let Queue { changed, .. } = &*self.queue;
        let mut state = changed.wait_while(self.queue.state(), is_empty).unwrap_or_else(PoisonError::into_inner);
        let chunk = state.chunks.pop_front();
        state.bytes -= chunk.as_ref().and_then(|chunk| chunk.as_ref().ok()).map_or(0, Rows::bytes);
        changed.notify_all();
        drop(state);
        self.meter.0.fetch_add(start.elapsed().as_nanos() as u64, Ordering::Relaxed);
        chunk
    }
}

impl Drop for Taker<'_> {
    fn drop(&mut self) {
        self.queue.state().is_abandoned = true;
        self.queue.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;
    use snnl_core::rows::Values;

    fn chunk(start: usize) -> Rows {
        Rows { start, dim: 1, values: Values::F32(vec![0.0; 10]) }
    }

    #[test]
    fn chunks_come_in_order_and_none_too_early() {
        let (meter, read) = (Meter::default(), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            let scan = (0..100).map(|at| {
                read.fetch_add(1, Ordering::SeqCst);
                Ok(chunk(10 * at))
            });
            let mut taken = 0;
            for (at, rows) in ahead(scope, Box::new(scan), 80, &meter).unwrap().enumerate() {
                assert_eq!(rows.unwrap().start, 10 * at);
                taken += 1;
                // Two chunks fill the queue, a third is put when it is over-full, and one is in the reader's hand.
                assert!(read.load(Ordering::SeqCst) <= taken + 4);
            }
            assert_eq!(taken, 100);
        });
    }

    #[test]
    fn a_fault_ends_the_chunks() {
        let meter = Meter::default();
        std::thread::scope(|scope| {
            let scan = [Ok(chunk(0)), Err(Fault::content("torn")), Ok(chunk(1))].into_iter();
            let mut chunks = ahead(scope, Box::new(scan), usize::MAX, &meter).unwrap();
            assert!(chunks.next().unwrap().is_ok());
            assert!(chunks.next().unwrap().is_err());
            assert!(chunks.next().is_none());
        });
    }

    #[test]
    fn a_reader_that_nobody_listens_to_stops() {
        let meter = Meter::default();
        std::thread::scope(|scope| {
            let endless = (0..).map(|at| Ok(chunk(at)));
            let mut chunks = ahead(scope, Box::new(endless), 0, &meter).unwrap();
            assert!(chunks.next().is_some());
        });
    }
}
