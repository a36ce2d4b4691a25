//! What one look at the numbers of a row shows.

use twox_hash::XxHash3_64;

/// The largest magnitude of whole numbers; `None` where one is not whole.
pub(super) fn largest_whole<T: Copy + Into<f64>>(row: &[T]) -> Option<f64> {
    row.iter().try_fold(0.0, |largest: f64, &x| {
        let x: f64 = x.into();
        (x.fract() == 0.0).then(|| largest.max(x.abs()))
    })
}

/// Equal rows have equal fingerprints; two of a million different rows share one with probability 3e-8.
pub(super) fn fingerprint<T: Copy + Into<f64>>(row: &[T], room: &mut Vec<u8>) -> u64 {
    room.resize(size_of::<f64>() * row.len(), 0);
    // Adding 0 makes −0 the same as 0.
    room.as_chunks_mut().0.iter_mut().zip(row).for_each(|(to, &x)| *to = (x.into() + 0.0).to_le_bytes());
    XxHash3_64::oneshot(room)
}
