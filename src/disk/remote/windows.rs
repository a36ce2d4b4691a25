//! What was fetched of files and may be read next. Decoders read a few bytes here and a few there; each request to a server
//! fetches a window of at least a megabyte, and more of a file that is read in order.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

/// Bytes of the first request.
const FIRST: u64 = 1 << 20;

/// Bytes of a request at most: enough that its transfer takes far longer than the way there and back.
const LARGEST: u64 = 8 << 20;

/// Bytes that are kept, of all files together.
const KEPT: usize = 32 << 20;

/// Consecutive bytes of a file.
struct Window {
    file: u64,
    start: u64,
    bytes: Bytes,
}

impl Window {
    fn end(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }
}

/// The windows that are kept, those read last at the end.
static WINDOWS: Mutex<VecDeque<Window>> = Mutex::new(VecDeque::new());

fn windows() -> MutexGuard<'static, VecDeque<Window>> {
    WINDOWS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Fills as much of `buffer` as is kept from `offset` of the file on; `None` where nothing is.
pub(super) fn read(file: u64, offset: u64, buffer: &mut [u8]) -> Option<usize> {
    let mut windows = windows();
    let at = windows.iter().position(|window| window.file == file && (window.start..window.end()).contains(&offset))?;
    let window = windows.remove(at)?;
    let from = &window.bytes[(offset - window.start) as usize..];
    let read = from.len().min(buffer.len());
    buffer[..read].copy_from_slice(&from[..read]);
    windows.push_back(window);
    Some(read)
}

/// Bytes to fetch from `offset` of the file on, where `wanted` are needed now: each time twice as many as before where it is read in
/// order.
pub(super) fn width(file: u64, offset: u64, wanted: u64) -> u64 {
    let windows = windows();
    let before = windows.iter().find(|window| window.file == file && window.end() == offset);
    before.map_or(FIRST, |before| 2 * before.bytes.len() as u64).clamp(FIRST, LARGEST).max(wanted.min(LARGEST))
}

/// Keeps what was fetched from `start` of the file on.
pub(super) fn keep(file: u64, start: u64, bytes: Bytes) {
    let mut windows = windows();
    windows.push_back(Window { file, start, bytes });
    let mut kept: usize = windows.iter().map(|window| window.bytes.len()).sum();
    while kept > KEPT
        && let Some(oldest) = windows.pop_front()
    {
        kept -= oldest.bytes.len();
    }
}

/// Forgets the file.
pub(super) fn forget(file: u64) {
    windows().retain(|window| window.file != file);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_in_order_is_fetched_in_ever_larger_windows() {
        let file = u64::MAX;
        let (mut offset, mut widths) = (0, Vec::new());
        for _ in 0..5 {
            let width = width(file, offset, 100);
            keep(file, offset, vec![7; width as usize].into());
            let mut buffer = [0; 100];
            assert_eq!(read(file, offset + width - 60, &mut buffer), Some(60));
            assert_eq!((buffer[59], buffer[60]), (7, 0));
            (offset, widths) = (offset + width, [widths, vec![width >> 20]].concat());
        }
        assert_eq!(widths, [1, 2, 4, 8, 8]);
        assert_eq!(width(file, 1 << 40, 3 << 20), 3 << 20);
        assert_eq!(width(file, 1 << 40, 30 << 20), LARGEST);
        assert!(windows().iter().map(|window| window.bytes.len()).sum::<usize>() <= KEPT);
        forget(file);
        assert_eq!(read(file, 0, &mut [0; 10]), None);
    }
}
