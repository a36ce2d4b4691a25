//! Reads and decodes some columns and rows of a batch: builds a message from only the bytes that they need, so that the
//! rest of the batch is never read.

use std::collections::HashMap;
use std::ops::Range;

use arrow_array::ArrayRef;
use arrow_ipc::reader::RecordBatchDecoder;
use arrow_ipc::{
    BodyCompression, BodyCompressionArgs, BodyCompressionMethod, Buffer, CompressionType, FieldNode, RecordBatch,
    RecordBatchArgs,
};
use arrow_schema::ArrowError;
use arrow_schema::SchemaRef;
use flatbuffers::FlatBufferBuilder;

use super::batch::{Batch, BufferExtent, Node};
use crate::error::Fault;
use crate::source::tables::guard::{damaged_file, guarded};

/// Where a buffer may start, as the format recommends.
const ALIGNMENT: usize = 64;

/// Values of the dictionaries, by their number.
pub(super) type Dictionaries = HashMap<i64, ArrayRef>;

/// The message under construction.
pub(super) struct Excerpt<'a> {
    pub(super) batch: &'a Batch,
    nodes: Vec<FieldNode>,
    buffers: Vec<Buffer>,
    variadic: Vec<i64>,
    body: Vec<u8>,
}

impl<'a> Excerpt<'a> {
    pub(super) fn of(batch: &'a Batch) -> Excerpt<'a> {
        Excerpt::in_space(batch, Vec::new())
    }

    /// A message whose bytes go where those of an earlier one were.
    pub(super) fn in_space(batch: &'a Batch, mut body: Vec<u8>) -> Excerpt<'a> {
        body.clear();
        Excerpt { batch, nodes: Vec::new(), buffers: Vec::new(), variadic: Vec::new(), body }
    }

    /// Takes all rows of `columns` as they are, compressed or not.
    pub(super) fn take_whole(&mut self, columns: &[usize]) -> Result<(), Fault> {
        let batch = self.batch;
        let mut uncompressed = 0_u64;
        for share in columns.iter().filter_map(|&column| batch.share(column)) {
            for node in batch.nodes.get(share.nodes.clone()).unwrap_or_default() {
                self.add_node(*node)?;
            }
            self.variadic.extend(batch.variadic.get(share.variadic.clone()).unwrap_or_default());
            for extent in batch.buffers.get(share.buffers.clone()).unwrap_or_default() {
                let bytes = self.add(*extent, 0..extent.len)?;
                if let Some(codec) = batch.codec {
                    uncompressed = uncompressed.saturating_add(uncompressed_len(codec, bytes)?);
                }
            }
        }
        // The decoder would end the process where it gets no memory; here it is only asked for, and given back.
        room_for(&mut Vec::new(), usize::try_from(uncompressed).unwrap_or(usize::MAX))
    }

    /// Adds an array of this length.
    pub(super) fn add_node(&mut self, node: Node) -> Result<(), Fault> {
        let count = |count| i64::try_from(count).map_err(damaged_file);
        self.nodes.push(FieldNode::new(count(node.len)?, count(node.nulls)?));
        Ok(())
    }

    /// Adds the bytes `range` of the buffer at `extent` as a buffer, and returns them.
    pub(super) fn add(&mut self, extent: BufferExtent, range: Range<u64>) -> Result<&mut [u8], Fault> {
        if range.start > range.end || range.end > extent.len {
            return Err(damaged_file(format_args!("a buffer of {} bytes is too short for its rows", extent.len)));
        }
        let body = &self.batch.body;
        let place = self.add_zeros(usize::try_from(range.end - range.start).map_err(damaged_file)?)?;
        body.read_at(place, extent.offset + range.start)?;
        Ok(place)
    }

    /// Adds a buffer of `len` zero bytes, and returns them.
    pub(super) fn add_zeros(&mut self, len: usize) -> Result<&mut [u8], Fault> {
        let start = self.body.len().next_multiple_of(ALIGNMENT);
        let end = start.checked_add(len).ok_or_else(|| damaged_file("a batch is larger than any file"))?;
        self.buffers.push(Buffer::new(start as i64, len as i64));
        let more = end - self.body.len();
        room_for(&mut self.body, more)?;
        self.body.resize(end, 0);
        Ok(self.body.get_mut(start..).unwrap_or_default())
    }

    /// Decodes the message, which must have `rows` rows of `schema`. With the rows comes the space they are in.
    pub(super) fn decode(
        self,
        rows: usize,
        schema: &SchemaRef,
        dictionaries: &Dictionaries,
    ) -> Result<(arrow_array::RecordBatch, arrow_buffer::Buffer), Fault> {
        let body = arrow_buffer::Buffer::from_vec(self.body);
        let decode = || {
            let mut builder = FlatBufferBuilder::new();
            let compression = self.batch.codec.map(|codec| {
                let args = BodyCompressionArgs { codec, method: BodyCompressionMethod::BUFFER };
                BodyCompression::create(&mut builder, &args)
            });
            let args = RecordBatchArgs {
                length: rows as i64,
                nodes: Some(builder.create_vector(&self.nodes)),
                buffers: Some(builder.create_vector(&self.buffers)),
                compression,
                variadicBufferCounts: Some(builder.create_vector(&self.variadic)),
            };
            let batch = RecordBatch::create(&mut builder, &args);
            builder.finish(batch, None);
            let batch = flatbuffers::root::<RecordBatch<'_>>(builder.finished_data())
                .map_err(|error| ArrowError::IpcError(error.to_string()))?;
            RecordBatchDecoder::try_new(&body, batch, schema.clone(), dictionaries, &self.batch.version)?
                .with_require_alignment(false)
                .read_record_batch()
        };
        let batch = guarded(decode)?.map_err(damaged_file)?;
        match batch.num_rows() == rows {
            true => Ok((batch, body)),
            false => Err(damaged_file(format_args!("expected {rows} rows in a batch, found {}", batch.num_rows()))),
        }
    }
}

/// Makes room for `more` bytes, or says that there is none.
fn room_for(bytes: &mut Vec<u8>, more: usize) -> Result<(), Fault> {
    bytes.try_reserve(more).map_err(|_| {
        Fault::content(format_args!("its rows need {more} bytes of memory at once, more than there are"))
            .hint("write it in smaller batches")
    })
}

/// The length that a compressed buffer claims to have uncompressed, which stands in its first eight bytes; 0 where the
/// bytes after them are not compressed. No claim is believed that the codec could not keep.
fn uncompressed_len(codec: CompressionType, bytes: &[u8]) -> Result<u64, Fault> {
    let Some((prefix, compressed)) = bytes.split_first_chunk() else {
        return Ok(0);
    };
    // An LZ4 match grows by at most 255 for each byte of its length. A Zstandard block has at most 128 KiB, and at
    // least four bytes: its header and the byte that it repeats.
    let ratio = match codec {
        CompressionType::LZ4_FRAME => 255,
        CompressionType::ZSTD => (128 << 10) / 4,
        other => {
            return Err(damaged_file(format_args!("expected LZ4 or Zstandard, found a compression of kind {other:?}")));
        }
    };
    match i64::from_le_bytes(*prefix) {
        -1 => Ok(0),
        claim => u64::try_from(claim).ok().filter(|&claim| claim <= compressed.len() as u64 * ratio).ok_or_else(|| {
            damaged_file(format_args!("{} compressed bytes claim to be {claim} uncompressed", compressed.len()))
        }),
    }
}
