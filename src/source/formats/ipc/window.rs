//! Some rows of a column whose buffers are not compressed: the bytes in each of its buffers that contain them.

use std::ops::Range;

use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer};
use arrow_schema::DataType;

use super::batch::{Batch, BufferExtent, Node, Share};
use super::excerpt::Excerpt;
use crate::error::Fault;
use crate::source::tables::guard::damaged_file;

/// Whether rows can be taken out of `batch` at all if its columns are of these types.
pub(super) fn is_possible<'a>(batch: &Batch, mut types: impl Iterator<Item = &'a DataType>) -> bool {
    batch.codec.is_none() && types.all(is_plain)
}

/// Whether the bytes of a row lie in the order of the rows.
pub(super) fn is_plain(data_type: &DataType) -> bool {
    use DataType::{Binary, FixedSizeList, LargeBinary, LargeList, LargeUtf8, List, Map, Null, Struct, Utf8};
    match data_type {
        Null | Utf8 | LargeUtf8 | Binary | LargeBinary => true,
        List(item) | LargeList(item) | Map(item, _) | FixedSizeList(item, _) => is_plain(item.data_type()),
        Struct(fields) => fields.iter().all(|field| is_plain(field.data_type())),
        other => width(other).is_some(),
    }
}

/// Bits of one value, where all have equally many.
fn width(data_type: &DataType) -> Option<u64> {
    match data_type {
        DataType::Boolean => Some(1),
        DataType::FixedSizeBinary(bytes) => u64::try_from(*bytes).ok()?.checked_mul(8),
        DataType::Dictionary(keys, _) => width(keys),
        other => other.primitive_width().map(|bytes| bytes as u64 * 8),
    }
}

/// Adds the rows `rows` of the column `column`, of type `data_type`, to `part`.
pub(super) fn take(
    excerpt: &mut Excerpt<'_>,
    column: usize,
    data_type: &DataType,
    rows: &Range<usize>,
) -> Result<(), Fault> {
    let batch = excerpt.batch;
    let share = batch.share(column).cloned().ok_or_else(missing_values)?;
    Window { excerpt, batch, share }.take(data_type, rows)
}

/// The nodes and buffers of a column that are still to be taken.
struct Window<'a, 'b> {
    excerpt: &'a mut Excerpt<'b>,
    batch: &'b Batch,
    share: Share,
}

impl Window<'_, '_> {
    fn take(&mut self, data_type: &DataType, rows: &Range<usize>) -> Result<(), Fault> {
        use DataType::{Binary, FixedSizeList, LargeBinary, LargeList, LargeUtf8, List, Map, Null, Struct, Utf8};
        let node = self.share.nodes.next().and_then(|node| self.batch.nodes.get(node)).ok_or_else(missing_values)?;
        if rows.end > node.len {
            return Err(damaged_file(format_args!("expected at least {} values, found {}", rows.end, node.len)));
        }
        if *data_type == Null {
            return self.excerpt.add_node(Node { len: rows.len(), nulls: rows.len() });
        }
        self.validity(node, rows)?;
        match data_type {
            Utf8 | Binary => self.bytes(4, rows),
            LargeUtf8 | LargeBinary => self.bytes(8, rows),
            List(item) | Map(item, _) => {
                let items = self.offsets(4, rows)?;
                self.take(item.data_type(), &items)
            }
            LargeList(item) => {
                let items = self.offsets(8, rows)?;
                self.take(item.data_type(), &items)
            }
            FixedSizeList(item, length) => {
                let times = |row: usize| usize::try_from(*length).ok()?.checked_mul(row);
                let items = times(rows.start).zip(times(rows.end)).ok_or_else(missing_values)?;
                self.take(item.data_type(), &(items.0..items.1))
            }
            Struct(fields) => fields.iter().try_for_each(|field| self.take(field.data_type(), rows)),
            other => self.values(width(other).ok_or_else(missing_values)?, rows),
        }
    }

    fn next_buffer(&mut self) -> Result<BufferExtent, Fault> {
        self.share.buffers.next().and_then(|buffer| self.batch.buffers.get(buffer)).copied().ok_or_else(missing_values)
    }

    /// Adds the node of these rows, and the buffer that says which of them are null.
    fn validity(&mut self, node: &Node, rows: &Range<usize>) -> Result<(), Fault> {
        let buffer = self.next_buffer()?;
        let mut nulls = 0;
        let mut valid = Buffer::default();
        if node.nulls > 0 {
            valid = self.bits(buffer, rows)?;
            nulls = NullBuffer::new(BooleanBuffer::new(valid.clone(), 0, rows.len())).null_count();
        }
        self.excerpt.add_node(Node { len: rows.len(), nulls })?;
        self.excerpt.add_zeros(valid.len())?.copy_from_slice(&valid);
        Ok(())
    }

    /// The bits `rows` of a buffer, the first of them in the lowest place.
    fn bits(&self, buffer: BufferExtent, rows: &Range<usize>) -> Result<Buffer, Fault> {
        let mut excerpt = Excerpt::of(self.batch);
        let bytes = excerpt.add(buffer, rows.start as u64 / 8..(rows.end as u64).div_ceil(8))?;
        Ok(Buffer::from_slice_ref(bytes).bit_slice(rows.start % 8, rows.len()))
    }

    fn values(&mut self, width: u64, rows: &Range<usize>) -> Result<(), Fault> {
        let buffer = self.next_buffer()?;
        if width == 1 {
            let bits = self.bits(buffer, rows)?;
            self.excerpt.add_zeros(bits.len())?.copy_from_slice(&bits);
            return Ok(());
        }
        let place = |row: usize| (row as u64).saturating_mul(width / 8);
        self.excerpt.add(buffer, place(rows.start)..place(rows.end)).map(drop)
    }

    /// Adds the offsets of these rows, counted from the first's start, and returns the range of the items they mean.
    /// That those between lie in it, the decoder checks.
    fn offsets(&mut self, width: usize, rows: &Range<usize>) -> Result<Range<usize>, Fault> {
        let buffer = self.next_buffer()?;
        // An array without rows may be without offsets.
        if rows.is_empty() {
            self.excerpt.add_zeros(0)?;
            return Ok(0..0);
        }
        let place = |row: usize| (row as u64).saturating_mul(width as u64);
        let bytes = self.excerpt.add(buffer, place(rows.start)..place(rows.end.saturating_add(1)))?;
        let first = offset(bytes.get(..width));
        let last = offset(bytes.rchunks_exact(width).next());
        for place in bytes.chunks_exact_mut(width) {
            let moved = offset(Some(place)).wrapping_sub(first).to_le_bytes();
            place.copy_from_slice(moved.get(..width).unwrap_or_default());
        }
        match (usize::try_from(first), usize::try_from(last)) {
            (Ok(first), Ok(last)) if first <= last => Ok(first..last),
            _ => Err(damaged_file(format_args!("lists start at {first} and end at {last}"))),
        }
    }

    fn bytes(&mut self, width: usize, rows: &Range<usize>) -> Result<(), Fault> {
        let items = self.offsets(width, rows)?;
        let buffer = self.next_buffer()?;
        self.excerpt.add(buffer, items.start as u64..items.end as u64).map(drop)
    }
}

/// A little-endian number of four or eight bytes.
fn offset(bytes: Option<&[u8]>) -> i64 {
    let bytes = bytes.unwrap_or_default();
    match (<[u8; 4]>::try_from(bytes), <[u8; 8]>::try_from(bytes)) {
        (Ok(bytes), _) => i64::from(i32::from_le_bytes(bytes)),
        (_, Ok(bytes)) => i64::from_le_bytes(bytes),
        _ => 0,
    }
}

fn missing_values() -> Fault {
    damaged_file("a batch does not have the columns of the schema")
}
