//! Damages files: everywhere, or at random, the same way every time.

use std::fs;
use std::path::Path;

/// Each byte of a file of `len` bytes, and what to change it by: all of its bits, the lowest, the highest.
pub(crate) fn flips(len: usize) -> impl Iterator<Item = (usize, u8)> {
    (0..len).flat_map(|position| [0xff, 0x01, 0x80].map(|flip| (position, flip)))
}

/// Writes the file `path` with each byte of `whole` in turn changed, and lets `look` at it; the position is for messages.
pub(crate) fn each_byte_changed(path: &Path, whole: &[u8], mut look: impl FnMut(usize)) {
    for (position, flip) in flips(whole.len()) {
        let mut damaged = whole.to_vec();
        damaged[position] ^= flip;
        fs::write(path, damaged).unwrap();
        look(position);
    }
}

/// Writes the file `path` cut at every length below that of `whole`, and lets `look` at it.
pub(crate) fn each_cut(path: &Path, whole: &[u8], mut look: impl FnMut()) {
    for length in 0..whole.len() {
        fs::write(path, &whole[..length]).unwrap();
        look();
    }
}

/// Marsaglia's xorshift with 64 bits of state.
pub(crate) struct Random(u64);

/// Numbers at which readers go wrong: the ends of the integer types, and sizes that fit no memory.
const NUMBERS: [u64; 16] = [
    0,
    1,
    2,
    u64::MAX,
    i8::MAX as u64,
    u8::MAX as u64,
    i16::MAX as u64,
    u16::MAX as u64,
    i32::MAX as u64,
    i32::MAX as u64 + 1,
    u32::MAX as u64,
    u32::MAX as u64 + 1,
    1 << 20,
    1 << 28,
    1 << 40,
    i64::MAX as u64,
];

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        // State must not be 0.
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `end`, which is above 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        ((self.next() >> 11) % end as u64) as usize
    }

    /// Damages `bytes` in one to four places, mostly one.
    pub(crate) fn damage(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        for _ in 0..1 + self.below(8).saturating_sub(4) {
            match self.below(8) {
                0 => bytes.truncate(self.below(bytes.len() + 1)),
                1 => self.duplicate(bytes),
                2 => self.remove(bytes),
                3 => self.splice(bytes, other),
                _ if bytes.is_empty() => {}
                _ => {
                    let at = self.below(bytes.len());
                    self.overwrite(bytes, at);
                }
            }
        }
    }

    /// Changes `bytes` from `at` on without moving any: a bit, a byte, or an integer of up to 64 bits.
    pub(crate) fn overwrite(&mut self, bytes: &mut [u8], at: usize) {
        match self.below(6) {
            0 | 1 => bytes[at] ^= 1 << self.below(8),
            2 => bytes[at] = [0, 0xff, 0x7f][self.below(3)],
            3 => bytes[at] = self.next() as u8,
            _ => {
                let number = NUMBERS[self.below(NUMBERS.len())];
                // A power of two of bytes, fewer at the end, in either order.
                let width = (1 << self.below(4)).min(bytes.len() - at);
                let (little, big) = (number.to_le_bytes(), number.to_be_bytes());
                let written = if self.below(4) == 0 { &big[8 - width..] } else { &little[..width] };
                bytes[at..at + width].copy_from_slice(written);
            }
        }
    }

    fn span(&mut self, len: usize) -> (usize, usize) {
        let start = self.below(len + 1);
        let longest = if self.below(2) == 0 { 16 } else { len };
        (start, start + self.below((len - start).min(longest) + 1))
    }

    fn duplicate(&mut self, bytes: &mut Vec<u8>) {
        let (start, end) = self.span(bytes.len());
        let span = bytes[start..end].to_vec();
        bytes.splice(end..end, span);
    }

    fn remove(&mut self, bytes: &mut Vec<u8>) {
        let (start, end) = self.span(bytes.len());
        bytes.drain(start..end);
    }

    /// Puts a span of `other` over one of `bytes` of about the same length, or its rest after their start.
    fn splice(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        let (start, end) = self.span(other.len());
        let at = self.below(bytes.len() + 1);
        let replaced = if self.below(2) == 0 { (at + end - start).min(bytes.len()) } else { bytes.len() };
        bytes.splice(at..replaced, other[start..end].iter().copied());
    }
}
