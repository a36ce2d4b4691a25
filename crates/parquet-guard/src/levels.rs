//! Checks the levels at the start of a page's body: how many bytes they take, and whether there are as many repetition
//! levels as values. With fewer, reading ends in an error, but skipping rows never returns.
//!
//! Layout: <https://parquet.apache.org/docs/file-format/data-pages/encodings/>, of RLE and BIT_PACKED.

use std::sync::Arc;

use parquet::basic::Encoding;
use parquet::column::page::{Page, PageReader};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::ChunkReader;
use parquet::file::serialized_reader::SerializedPageReader;

use crate::error::GuardError;
use crate::thrift::Compact;

/// The levels of a page, packed.
enum Levels<'a> {
    /// In runs of one level and groups of eight.
    Runs(&'a [u8]),
    /// One after the other, as many as there are values.
    Packed(usize),
}

/// Checks that each page of `chunk`, of `rows` rows, has a repetition level for every value; of a column that is not nested
/// there is nothing to check. Call [`crate::check_pages`] first.
///
/// # Errors
/// When the file cannot be read, and when a page has too few levels.
pub fn check<R: ChunkReader + 'static>(
    file: &Arc<R>,
    chunk: &ColumnChunkMetaData,
    rows: usize,
) -> Result<(), GuardError> {
    let highest = chunk.column_descr().max_rep_level();
    if highest == 0 {
        return Ok(());
    }
    let mut pages = SerializedPageReader::new(file.clone(), chunk, rows, None)?;
    while let Some(page) = pages.get_next_page()? {
        let values = page.num_values() as usize;
        let levels = match &page {
            Page::DictionaryPage { .. } => continue,
            Page::DataPage { buf, rep_level_encoding, .. } => levels(buf, highest, *rep_level_encoding, values),
            Page::DataPageV2 { buf, rep_levels_byte_len, .. } => {
                buf.get(..*rep_levels_byte_len as usize).map(Levels::Runs)
            }
        };
        let are_all = levels.is_some_and(|levels| match levels {
            Levels::Runs(runs) => count(runs, width(highest)) >= values,
            Levels::Packed(_) => true,
        });
        if !are_all {
            let name = chunk.column_path().string();
            return Err(GuardError::unsound(format_args!(
                "column `{name}`: a page has fewer repetition levels than values"
            )));
        }
    }
    Ok(())
}

/// Bytes of all levels that `page` begins with; `None` where it does not have them all.
pub(crate) fn bytes(page: &Page, chunk: &ColumnChunkMetaData) -> Option<usize> {
    let column = chunk.column_descr();
    match page {
        Page::DictionaryPage { .. } => Some(0),
        Page::DataPageV2 { def_levels_byte_len, rep_levels_byte_len, .. } => {
            (*def_levels_byte_len as usize).checked_add(*rep_levels_byte_len as usize)
        }
        Page::DataPage { buf, num_values, def_level_encoding, rep_level_encoding, .. } => {
            let kinds = [(column.max_rep_level(), rep_level_encoding), (column.max_def_level(), def_level_encoding)];
            kinds.into_iter().filter(|(highest, _)| *highest > 0).try_fold(0, |at, (highest, encoding)| {
                match levels(buf.get(at..)?, highest, *encoding, *num_values as usize)? {
                    Levels::Runs(runs) => Some(at + 4 + runs.len()),
                    Levels::Packed(len) => Some(at + len),
                }
            })
        }
    }
}

/// The levels up to `highest` that `body` begins with, of a page of the first version with `values` values.
fn levels(body: &[u8], highest: i16, encoding: Encoding, values: usize) -> Option<Levels<'_>> {
    if encoding == Encoding::RLE {
        let (len, runs) = body.split_first_chunk()?;
        return runs.get(..usize::try_from(u32::from_le_bytes(*len)).ok()?).map(Levels::Runs);
    }
    let len = values.checked_mul(width(highest))?.div_ceil(8);
    (len <= body.len()).then_some(Levels::Packed(len))
}

/// Bits of a level.
fn width(highest: i16) -> usize {
    (i16::BITS - highest.leading_zeros()) as usize
}

/// The number of levels of `width` bits in `runs`; those at the end of the last group may mean nothing.
fn count(runs: &[u8], width: usize) -> usize {
    let (mut runs, mut count) = (Compact(runs), 0_usize);
    while let Some(head) = runs.varint() {
        let number = usize::try_from(head >> 1).unwrap_or(usize::MAX);
        let taken = if head & 1 == 0 {
            runs.take(width.div_ceil(8)).map(|()| number)
        } else {
            let there = runs.0.len() * 8 / width;
            let len = number.saturating_mul(width).min(runs.0.len());
            runs.take(len).map(|()| number.saturating_mul(8).min(there))
        };
        let Some(taken) = taken else {
            break;
        };
        count = count.saturating_add(taken);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_counted_as_far_as_there_are_bytes() {
        // Five of one level, then two groups of eight.
        assert_eq!(count(&[10, 1, 5, 0xaa, 0xaa], 1), 21);
        assert_eq!(count(&[10, 1, 0xff, 1, 0xaa], 1), 13);
        assert_eq!(count(&[10, 1, 10], 1), 5);
        assert_eq!(count(&[10, 1, 3, 0, 0], 2), 13);
        assert_eq!(count(&[], 1), 0);
        assert_eq!([1, 2, 3, 4].map(width), [1, 2, 2, 3]);
    }
}
