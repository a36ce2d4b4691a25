//! Checks the page headers of a column, which the decoder trusts when it allocates, before the decoder reads them.

use std::ops::Range;
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::ChunkReader;

use crate::deltas;
use crate::error::GuardError;
use crate::thrift::Compact;

/// Bytes of a header that are read at first. With no statistics it has about 30.
const HEADER: u64 = 256;

/// Ids in `PageHeader` of parquet.thrift: two sizes, and a header for each kind of page.
const UNPACKED: i16 = 2;
const PACKED: i16 = 3;
const DATA: i16 = 5;
const DICTIONARY: i16 = 7;
const DATA_V2: i16 = 8;

/// What a header says.
#[derive(Debug, Default)]
struct PageHeader {
    /// Bytes of the header.
    len: u64,
    /// Bytes of the page when unpacked.
    unpacked: i32,
    /// Bytes of the page in the file.
    packed: i32,
    /// Number of values in the dictionary that the page is, if it is one.
    entries: i32,
    /// Number of values in the page, if it is none.
    values: i32,
    /// Whether the page is of an encoding that begins with a number of its own.
    counted: bool,
}

/// Checks the pages of `chunk`, of `rows` rows: that they lie within it, that they unpack to no more than their codec can make
/// of them, and that they have no more packed lengths than values.
///
/// # Errors
/// When the file cannot be read, and when a page claims what its bytes cannot bear out.
pub fn check<R: ChunkReader + 'static>(
    file: &Arc<R>,
    chunk: &ColumnChunkMetaData,
    rows: usize,
) -> Result<(), GuardError> {
    if check_headers(&**file, chunk)? { deltas::check(file, chunk, rows) } else { Ok(()) }
}

/// Checks the headers of the pages; returns whether any page begins with a number of its own, for [`deltas`] to check.
fn check_headers<R: ChunkReader>(file: &R, chunk: &ColumnChunkMetaData) -> Result<bool, GuardError> {
    let outside =
        || GuardError::unsound(format_args!("column `{}` lies outside the file", chunk.column_path().string()));
    let column = place_of(chunk).filter(|column| column.end <= file.len()).ok_or_else(outside)?;
    let len = column.end - column.start;
    let (mut at, mut largest, mut values, mut counted) = (0, 0, 0, false);
    while at < len {
        let Some(header) = read(file, column.start + at..column.end)? else {
            // Some writers leave a gap after the last page.
            if values >= chunk.num_values() {
                break;
            }
            let name = chunk.column_path().string();
            return Err(GuardError::unsound(format_args!("column `{name}`: the header of a page cannot be read")));
        };
        let page_fault = |problem: std::fmt::Arguments| {
            let name = chunk.column_path().string();
            GuardError::unsound(format_args!("column `{name}`: a page of {} bytes {problem}", header.packed))
        };
        let packed = u64::try_from(header.packed).map_err(|_| page_fault(format_args!("is impossible")))?;
        let rest = len - at - header.len;
        if packed > rest {
            return Err(page_fault(format_args!("does not fit into the {rest} bytes that are left")));
        }
        let most = largest_unpacked(chunk.compression(), packed);
        let unpacked = u64::try_from(header.unpacked).ok().filter(|&unpacked| unpacked <= most);
        let unpacked =
            unpacked.ok_or_else(|| page_fault(format_args!("cannot unpack to {} bytes", header.unpacked)))?;
        // Each takes a byte at least.
        if i64::from(header.entries) > unpacked as i64 {
            return Err(page_fault(format_args!("cannot have {} values", header.entries)));
        }
        values += i64::from(header.values);
        largest = largest.max(unpacked);
        counted |= header.counted;
        at += header.len + packed;
    }
    let width = u64::try_from(chunk.column_descr().type_length()).unwrap_or(0);
    if width > largest && chunk.num_values() > 0 {
        let name = chunk.column_path().string();
        return Err(GuardError::unsound(format_args!("column `{name}`: no page has a value of {width} bytes")));
    }
    Ok(counted)
}

/// The most bytes that `packed` bytes can unpack to.
fn largest_unpacked(codec: Compression, packed: u64) -> u64 {
    let (ratio, start) = match codec {
        Compression::UNCOMPRESSED => (1, 0),
        // A copy of 64 bytes takes 3.
        Compression::SNAPPY => (22, 0),
        // A byte of a match's length adds 255 to it; Hadoop's framing only adds bytes.
        Compression::LZ4 | Compression::LZ4_RAW => (255, 64),
        // A match of 258 bytes takes two bits.
        Compression::GZIP(_) => (1032, 0),
        // A block repeats one byte up to 2^17 times, and takes 4.
        Compression::ZSTD(_) => (1 << 15, 0),
        // A meta-block has up to 2^24 bytes, and takes 8 or more: three of length, five of the least codes.
        Compression::BROTLI(_) => (1 << 21, 1 << 24),
        // Not read.
        Compression::LZO => (1, 0),
    };
    packed.saturating_mul(ratio).saturating_add(start)
}

/// Where the bytes of `chunk` lie; `None` where the metadata name no such place.
fn place_of(chunk: &ColumnChunkMetaData) -> Option<Range<u64>> {
    let start = chunk.dictionary_page_offset().unwrap_or_else(|| chunk.data_page_offset());
    let (start, len) = (u64::try_from(start).ok()?, u64::try_from(chunk.compressed_size()).ok()?);
    Some(start..start.checked_add(len)?)
}

/// The header that the bytes at `place` begin with; `None` where there is none that can be read.
fn read<R: ChunkReader>(file: &R, place: Range<u64>) -> Result<Option<PageHeader>, GuardError> {
    let mut window = HEADER;
    loop {
        let len = window.min(place.end - place.start);
        let bytes = file.get_bytes(place.start, len as usize)?;
        if let Some(header) = PageHeader::parse(&bytes) {
            return Ok(Some(header));
        }
        if len < window {
            return Ok(None);
        }
        window *= 4;
    }
}

impl PageHeader {
    fn parse(bytes: &[u8]) -> Option<PageHeader> {
        let (mut header, mut compact) = (PageHeader::default(), Compact(bytes));
        let (mut unpacked, mut packed) = (None, None);
        compact.fields(|fields, id, kind| {
            match id {
                UNPACKED => unpacked = Some(fields.number()? as i32),
                PACKED => packed = Some(fields.number()? as i32),
                1 | 4 => drop(fields.number()?),
                DATA..=DATA_V2 => {
                    let (values, encoding) = values(fields, id)?;
                    *if id == DICTIONARY { &mut header.entries } else { &mut header.values } = values;
                    header.counted |= deltas::is_counted(encoding);
                }
                _ => fields.skip(kind)?,
            }
            Some(())
        })?;
        (header.unpacked, header.packed) = (unpacked?, packed?);
        header.len = (bytes.len() - compact.0.len()) as u64;
        Some(header)
    }
}

/// The number of values and the encoding in the header for the kind of page that `page` is the id of.
fn values(header: &mut Compact, page: i16) -> Option<(i32, i32)> {
    // The fields with the lowest ids are numbers, the first the number of values.
    let (numbers, encoding_id) = match page {
        DATA => (4, 2),
        DICTIONARY => (2, 2),
        DATA_V2 => (6, 4),
        _ => (0, 0),
    };
    let (mut values, mut encoding) = (0, 0);
    header.fields(|fields, id, kind| {
        match id {
            _ if !(1..=numbers).contains(&id) => fields.skip(kind)?,
            1 => values = fields.number()? as i32,
            _ if id == encoding_id => encoding = fields.number()? as i32,
            _ => drop(fields.number()?),
        }
        Some(())
    })?;
    Some((values, encoding))
}
