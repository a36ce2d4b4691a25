//! Where the messages of a file are and what kind they are, in either form, found without reading their bodies.

use arrow_ipc::convert::try_fb_to_schema;
use arrow_ipc::{self as ipc, Block, MessageHeader, root_as_footer};
use arrow_schema::Schema;

use super::message::{Message, Next, truncated_file};
use crate::error::Fault;
use crate::source::files::region::Region;
use crate::source::tables::guard::{damaged_file, guarded};

/// What the file form begins and ends with; the stream form has no magic number.
const MAGIC: &[u8] = b"ARROW1";

/// What the first version of Feather, another format, begins with.
const FEATHER_V1: &[u8] = b"FEA1";

/// Bytes that may lie unused between two messages, fewer than any message has: writers align by at most 64 bytes.
const MAX_PADDING: u64 = 64;

/// What a message brings.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum MessageKind {
    /// Values of the dictionary of this number.
    Dictionary(i64),
    Batch,
}

/// What is done with each message after the schema, in the order in which they must be read.
type Visit<'a> = &'a mut dyn FnMut(&Schema, u64, MessageKind, &Message) -> Result<(), Fault>;

/// Finds the messages of `file`, hands each to `visit` with its offset, and returns the schema.
pub(super) fn walk(file: &Region, visit: Visit<'_>) -> Result<Schema, Fault> {
    let start = read_first_bytes(file)?;
    if start.starts_with(MAGIC) {
        return walk_file(file, visit);
    }
    if start.starts_with(FEATHER_V1) {
        return Err(Fault::content("expected version 2 of Feather, found version 1")
            .hint("read it with pyarrow, and write it again"));
    }
    walk_stream(file, visit)
}

/// The stream form: a schema, then message after message up to a marker, which every writer that was closed has written.
fn walk_stream(file: &Region, visit: Visit<'_>) -> Result<Schema, Fault> {
    let (schema, mut offset) = read_first_schema(file)?;
    loop {
        let (next, end) = Message::read(file, offset)?;
        match next {
            Next::End if end == file.len() => return Ok(schema),
            Next::End => {
                let more = file.len().saturating_sub(end);
                return Err(damaged_file(format_args!("{more} bytes follow the end of the stream")));
            }
            Next::Message(message) => visit(&schema, offset, message_kind(&message)?, &message)?,
        }
        offset = end;
    }
}

/// The file form: the footer at the end lists the messages. What stands before the first is not looked at, for Polars
/// writes its schema there without a frame.
fn walk_file(file: &Region, visit: Visit<'_>) -> Result<Schema, Fault> {
    let (footer_start, footer) = read_footer(file)?;
    let footer = guarded(|| root_as_footer(&footer))?.map_err(damaged_file)?;
    let schema = parse_schema(footer.schema().ok_or_else(|| damaged_file("its footer has no schema"))?)?;
    let dictionaries = footer.dictionaries().into_iter().flatten().map(|block| (block, false));
    let batches = footer.recordBatches().into_iter().flatten().map(|block| (block, true));
    let mut extents = Vec::new();
    for (block, is_batch) in dictionaries.chain(batches) {
        let (offset, end, message) = read_listed(file, block)?;
        let kind = message_kind(&message)?;
        if (kind == MessageKind::Batch) != is_batch || end > footer_start {
            return Err(contradiction(offset));
        }
        visit(&schema, offset, kind, &message)?;
        extents.push((offset, end));
    }
    extents.sort_unstable();
    extents.push((footer_start, file.len()));
    if !extents.array_windows().all(|[(_, end), (next, _)]| (*end..=end + MAX_PADDING).contains(next)) {
        return Err(damaged_file("the messages listed in its footer overlap, or leave some out"));
    }
    Ok(schema)
}

/// The first bytes, as many as any magic number has; fewer of a shorter file.
fn read_first_bytes(file: &Region) -> Result<Vec<u8>, Fault> {
    let mut start = vec![0; file.len().min(6) as usize];
    file.read_at(&mut start, 0)?;
    Ok(start)
}

/// The schema that a stream begins with, and where it ends.
fn read_first_schema(file: &Region) -> Result<(Schema, u64), Fault> {
    let read = || {
        let (Next::Message(message), end) = Message::read(file, 0)? else {
            return Err(damaged_file("it ends before its schema"));
        };
        let found =
            message.parse()?.header_as_schema().ok_or_else(|| damaged_file("it does not begin with a schema"))?;
        Ok((parse_schema(found)?, end))
    };
    read().map_err(|fault| match read_first_bytes(file) {
        // Without the marker of newer frames, only a schema would have told it from a file of another kind.
        Ok(start) if start.len() >= 4 && !start.starts_with(&[0xff; 4]) => {
            Fault::content("expected an Arrow file or stream, found neither")
                .hint("the suffix says Arrow; is it another format?")
        }
        _ => fault,
    })
}

/// The message that a block of the footer lists, from where to where it stands.
fn read_listed(file: &Region, block: &Block) -> Result<(u64, u64, Message), Fault> {
    let offset = u64::try_from(block.offset()).map_err(damaged_file)?;
    let (Next::Message(message), end) = Message::read(file, offset)? else {
        return Err(damaged_file(format_args!("its footer lists a message at byte {offset}, where none is")));
    };
    let listed = (u64::try_from(block.metaDataLength()), u64::try_from(block.bodyLength()));
    if listed != (Ok(message.header_len), Ok(message.body.len())) {
        return Err(contradiction(offset));
    }
    Ok((offset, end, message))
}

/// Where the footer starts, and its bytes.
fn read_footer(file: &Region) -> Result<(u64, Vec<u8>), Fault> {
    let tail = file.len().checked_sub(10).and_then(|start| file.part(start, 10)).ok_or_else(truncated_file)?;
    let mut bytes = [0; 10];
    tail.read_at(&mut bytes, 0)?;
    let [a, b, c, d, magic @ ..] = bytes;
    if magic != MAGIC {
        return Err(truncated_file());
    }
    let len = i32::from_le_bytes([a, b, c, d]);
    let place = u64::try_from(len).ok().and_then(|len| Some(((file.len() - 10).checked_sub(len)?, len)));
    let (start, len) = place.ok_or_else(|| damaged_file(format_args!("its footer has the length {len}")))?;
    let mut footer = vec![0; len as usize];
    file.read_at(&mut footer, start)?;
    Ok((start, footer))
}

fn contradiction(offset: u64) -> Fault {
    damaged_file(format_args!("its footer and its message at byte {offset} disagree"))
}

fn parse_schema(found: ipc::Schema<'_>) -> Result<Schema, Fault> {
    if !found.endianness().equals_to_target_endianness() {
        let order = found.endianness();
        return Err(Fault::content(format_args!("expected the byte order of this machine, found {order:?}"))
            .hint("read it with pyarrow, and write it again"));
    }
    guarded(|| try_fb_to_schema(found))?.map_err(damaged_file)
}

fn message_kind(message: &Message) -> Result<MessageKind, Fault> {
    let message = message.parse()?;
    match (message.header_type(), message.header_as_dictionary_batch()) {
        (_, Some(dictionary)) => Ok(MessageKind::Dictionary(dictionary.id())),
        (MessageHeader::RecordBatch, None) => Ok(MessageKind::Batch),
        (MessageHeader::Schema, None) => {
            Err(damaged_file("a second schema follows, as if two streams were concatenated"))
        }
        (other, None) => Err(damaged_file(format_args!("expected batches of rows, found a message of kind {other:?}"))),
    }
}
