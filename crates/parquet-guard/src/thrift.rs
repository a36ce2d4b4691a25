//! The part of Thrift's compact protocol that is needed to find a few numbers.
//!
//! Layout: <https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>. Read as the decoder reads
//! it, which goes by the ids of fields and not by their types: a check that read otherwise could be bypassed.

/// Structures within structures, as deep as the decoder skips them.
const DEEPEST: usize = 64;

const BINARY: u8 = 8;
const LIST: u8 = 9;
const SET: u8 = 10;
const MAP: u8 = 11;
const STRUCT: u8 = 12;

/// What is left of an encoded structure.
pub(crate) struct Compact<'a>(pub(crate) &'a [u8]);

impl Compact<'_> {
    /// Reads the structure that comes next, handing each field's id and type to `read`, which must read the field. `None`
    /// where that fails or the bytes end.
    pub(crate) fn fields(&mut self, mut read: impl FnMut(&mut Self, i16, u8) -> Option<()>) -> Option<()> {
        let mut id = 0_i16;
        loop {
            let head = self.byte()?;
            if head & 0xf == 0 {
                return Some(());
            }
            id = match head >> 4 {
                0 => self.number()? as i16,
                step => id.checked_add(step.into())?,
            };
            read(self, id, head & 0xf)?;
        }
    }

    /// Reads the head of a list: how many elements follow.
    pub(crate) fn list(&mut self) -> Option<usize> {
        self.list_of().map(|(len, _)| len)
    }

    /// Reads an integer of any width.
    pub(crate) fn number(&mut self) -> Option<i64> {
        let number = self.varint()?;
        Some((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    /// Passes over a value of type `kind`.
    pub(crate) fn skip(&mut self, kind: u8) -> Option<()> {
        self.skip_within(kind, DEEPEST)
    }

    fn skip_within(&mut self, kind: u8, depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match kind {
            // A boolean is its own type.
            1 | 2 => Some(()),
            3 => self.take(1),
            4..=6 => self.varint().map(|_| ()),
            7 => self.take(8),
            BINARY => {
                let len = self.varint()?;
                self.take(usize::try_from(len).ok()?)
            }
            LIST | SET => {
                let (len, element) = self.list_of()?;
                (0..len).try_for_each(|_| self.skip_element(element, depth))
            }
            MAP => {
                let len = self.varint()?;
                let kinds = if len == 0 { 0 } else { self.byte()? };
                (0..len).try_for_each(|_| {
                    self.skip_element(kinds >> 4, depth)?;
                    self.skip_element(kinds & 0xf, depth)
                })
            }
            STRUCT => self.fields(|fields, _, kind| fields.skip_within(kind, depth)),
            _ => None,
        }
    }

    /// In a list, a boolean is a byte.
    fn skip_element(&mut self, kind: u8, depth: usize) -> Option<()> {
        if kind == 1 || kind == 2 { self.take(1) } else { self.skip_within(kind, depth) }
    }

    fn list_of(&mut self) -> Option<(usize, u8)> {
        let head = self.byte()?;
        let len = if head >> 4 == 15 { usize::try_from(self.varint()?).ok()? } else { usize::from(head >> 4) };
        Some((len, head & 0xf))
    }

    /// Reads an integer without a sign.
    pub(crate) fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        let mut shift = 0_u32;
        loop {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f).wrapping_shl(shift);
            if byte & 0x80 == 0 {
                return Some(number);
            }
            shift += 7;
        }
    }

    fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(byte)
    }

    /// Passes over `count` bytes.
    pub(crate) fn take(&mut self, count: usize) -> Option<()> {
        self.0 = self.0.get(count..)?;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_among_others() {
        // {1: 3 (i32), 3: "ab", 20: [{1: 1}, {}], 21: true, 22: {"k": -1}, 23: 1.0}
        let bytes = [
            &[0x15, 6, 0x28, 2, b'a', b'b', 0x09, 40, 0x2c, 0x15, 2, 0, 0, 0x11, 0x1b, 1, 0x85, 1, b'k', 1][..],
            &[0x17, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0],
        ];
        let bytes = bytes.concat();
        let (mut compact, mut found) = (Compact(&bytes), Vec::new());
        let read = compact.fields(|fields, id, kind| {
            found.push(id);
            fields.skip(kind)
        });
        assert_eq!((read, found), (Some(()), vec![1, 3, 20, 21, 22, 23]));
        assert!(compact.0.is_empty());
        for len in 0..bytes.len() {
            assert_eq!(Compact(&bytes[..len]).skip(STRUCT), None, "{len}");
        }
    }

    #[test]
    fn depth_is_limited() {
        assert_eq!(Compact(&[0x1c; 100_000]).skip(STRUCT), None);
        assert_eq!(Compact(&[0x19; 100_000]).skip(LIST), None);
    }
}
