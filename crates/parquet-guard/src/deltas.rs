//! Pages of text with delta-packed lengths start with the number of lengths, which the decoder trusts when it
//! allocates: checks it against the page's number of values.
//!
//! Layout: <https://parquet.apache.org/docs/file-format/data-pages/encodings/>, of DELTA_BINARY_PACKED,
//! DELTA_LENGTH_BYTE_ARRAY (lengths, texts) and DELTA_BYTE_ARRAY (lengths of prefixes, lengths of suffixes, texts).

use std::sync::Arc;

use parquet::basic::{Encoding, Type};
use parquet::column::page::{Page, PageReader};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::ChunkReader;
use parquet::file::serialized_reader::SerializedPageReader;

use crate::error::GuardError;
use crate::levels;
use crate::thrift::Compact;

/// Whether pages of this encoding, by its number in parquet.thrift, begin so.
pub(crate) fn is_counted(encoding: i32) -> bool {
    encoding == Encoding::DELTA_LENGTH_BYTE_ARRAY as i32 || encoding == Encoding::DELTA_BYTE_ARRAY as i32
}

/// Checks the pages of `chunk`, of `rows` rows, whose headers must have been checked.
pub(crate) fn check<R: ChunkReader + 'static>(
    file: &Arc<R>,
    chunk: &ColumnChunkMetaData,
    rows: usize,
) -> Result<(), GuardError> {
    if !matches!(chunk.column_type(), Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY) {
        return Ok(());
    }
    let mut pages = SerializedPageReader::new(file.clone(), chunk, rows, None)?;
    while let Some(page) = pages.get_next_page()? {
        if is_sound(&page, chunk) == Some(false) {
            let name = chunk.column_path().string();
            return Err(GuardError::unsound(format_args!("column `{name}`: a page has more lengths than values")));
        }
    }
    Ok(())
}

/// Whether a page has no more lengths than values; `None` where it has none that can be read.
fn is_sound(page: &Page, chunk: &ColumnChunkMetaData) -> Option<bool> {
    let prefixed = match page.encoding() {
        Encoding::DELTA_LENGTH_BYTE_ARRAY => false,
        Encoding::DELTA_BYTE_ARRAY => true,
        _ => return None,
    };
    let values = page.num_values() as usize;
    let mut lengths = Compact(page.buffer().get(levels::bytes(page, chunk)?..)?);
    let mut is_sound = count(&mut lengths, values)?;
    if prefixed && is_sound {
        is_sound = count(&mut lengths, values)?;
    }
    Some(is_sound)
}

/// Passes over packed numbers; whether they are at most `most`.
fn count(packed: &mut Compact, most: usize) -> Option<bool> {
    let block = usize::try_from(packed.varint()?).ok()?;
    let blocks = usize::try_from(packed.varint()?).ok()?;
    let count = packed.varint()?;
    if count > most as u64 {
        return Some(false);
    }
    packed.varint()?;
    // The first stands before the blocks.
    let mut left = (count as usize).saturating_sub(1);
    let each = block.checked_div(blocks).filter(|&each| each > 0)?;
    while left > 0 {
        packed.varint()?;
        let widths = packed.0.get(..blocks)?;
        packed.take(blocks)?;
        for &width in widths {
            if left == 0 {
                break;
            }
            packed.take(each.checked_mul(width.into())?.div_ceil(8))?;
            left = left.saturating_sub(each);
        }
    }
    Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_numbers_are_counted_and_passed_over() {
        // Blocks of 128 in 4, 34 numbers: 33 deltas, of 2 bits in the first 32 and of 1 in the next; then other bytes.
        let bytes = [&[0x80, 1, 4, 34, 0, 0, 2, 1, 0, 0][..], &[0; 8 + 4], &[7, 7]].concat();
        let mut packed = Compact(&bytes);
        assert_eq!(count(&mut packed, 34), Some(true));
        assert_eq!(packed.0, [7, 7]);
        assert_eq!(count(&mut Compact(&bytes), 33), Some(false));
        assert_eq!(count(&mut Compact(&bytes[..20]), 34), None);
        assert_eq!(count(&mut Compact(&[0, 0, 1, 0]), 1), None);
    }
}
