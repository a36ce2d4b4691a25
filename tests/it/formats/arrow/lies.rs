//! Metadata that lies: each false claim is named, and none is trusted.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float32Array};
use arrow_ipc::writer::IpcWriteOptions;
use arrow_ipc::{
    BodyCompression, BodyCompressionArgs, BodyCompressionMethod, Buffer, CompressionType, Endianness, FieldNode,
    MessageArgs, MessageHeader, MetadataVersion, RecordBatch, RecordBatchArgs, root_as_message,
};
use flatbuffers::FlatBufferBuilder;
use snnl_score::source::Selection;
use tempfile::TempDir;

use crate::support::ipc::{Form, batch, ipc_bytes, lists};
use crate::support::matrix::{ROWS, assert_says, error_of};

/// A message in its frame.
fn framed(metadata: &[u8], body: &[u8]) -> Vec<u8> {
    let padded = metadata.len().next_multiple_of(8);
    let mut bytes = [&[0xff; 4], &(padded as u32).to_le_bytes()[..], metadata].concat();
    bytes.resize(8 + padded, 0);
    bytes.extend(body);
    bytes
}

/// What a batch claims.
struct Claim {
    rows: i64,
    nodes: Vec<FieldNode>,
    buffers: Vec<Buffer>,
    codec: Option<CompressionType>,
    body: Vec<u8>,
    body_len: i64,
    version: MetadataVersion,
}

impl Claim {
    /// Two rows of one float each, without nulls.
    fn honest() -> Claim {
        Claim {
            rows: 2,
            nodes: vec![FieldNode::new(2, 0)],
            buffers: vec![Buffer::new(0, 0), Buffer::new(0, 8)],
            codec: None,
            body: vec![0; 8],
            body_len: 8,
            version: MetadataVersion::V5,
        }
    }

    /// A stream of this one batch of a column `f` of floats.
    fn stream(&self) -> Vec<u8> {
        let mut builder = FlatBufferBuilder::new();
        let compression = self.codec.map(|codec| {
            let args = BodyCompressionArgs { codec, method: BodyCompressionMethod::BUFFER };
            BodyCompression::create(&mut builder, &args)
        });
        let args = RecordBatchArgs {
            length: self.rows,
            nodes: Some(builder.create_vector(&self.nodes)),
            buffers: Some(builder.create_vector(&self.buffers)),
            compression,
            variadicBufferCounts: None,
        };
        let header = RecordBatch::create(&mut builder, &args).as_union_value();
        let args = MessageArgs {
            version: self.version,
            header_type: MessageHeader::RecordBatch,
            header: Some(header),
            bodyLength: self.body_len,
            custom_metadata: None,
        };
        let message = arrow_ipc::Message::create(&mut builder, &args);
        builder.finish(message, None);
        let batch = framed(builder.finished_data(), &self.body);
        [schema(), batch, END.to_vec()].concat()
    }
}

/// What makes an honest claim a lie.
type Change<'a> = &'a dyn Fn(&mut Claim);

const END: [u8; 8] = [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];

/// A stream of one column `f` of floats, and one row of it.
fn one_row() -> Vec<u8> {
    let floats: ArrayRef = Arc::new(Float32Array::from(vec![1.0]));
    ipc_bytes(Form::Stream, IpcWriteOptions::default(), &[batch(&[("f", floats)])])
}

/// The message with its schema.
fn schema() -> Vec<u8> {
    let stream = one_row();
    let len = u32::from_le_bytes(stream[4..8].try_into().unwrap());
    stream[..8 + len as usize].to_vec()
}

fn error(path: &Path, bytes: &[u8]) -> String {
    std::fs::write(path, bytes).unwrap();
    error_of(path, &Selection { columns: Some("f".to_owned()), ..Selection::default() })
}

#[test]
fn batches_that_lie() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("layer.arrow");
    let with = |change: &dyn Fn(&mut Claim)| {
        let mut claim = Claim::honest();
        change(&mut claim);
        claim.stream()
    };
    std::fs::write(&path, with(&|_| ())).unwrap();
    let selection = Selection { columns: Some("f".to_owned()), ..Selection::default() };
    assert_eq!(crate::support::matrix::open(&path, &selection).activations.rows(), 2);

    let huge = || vec![FieldNode::new(1 << 62, 0)];
    let bomb = |claim: &mut Claim, codec, uncompressed: i64| {
        claim.codec = Some(codec);
        claim.body = [uncompressed.to_le_bytes(), [0; 8]].concat();
        (claim.body_len, claim.buffers) = (16, vec![Buffer::new(0, 0), Buffer::new(0, 16)]);
    };
    let cases: &[(Change<'_>, &str)] = &[
        (&|claim| claim.body_len = 1 << 40, "truncated"),
        (&|claim| claim.body_len = i64::MAX, "truncated"),
        (&|claim| claim.body_len = -1, "has the length -1"),
        (&|claim| claim.rows = -1, "damaged"),
        (&|claim| claim.rows = 3, "3 rows, its column `f` has 2"),
        (&|claim| claim.nodes = huge(), "its column `f` has 4611686018427387904"),
        (&|claim| (claim.rows, claim.nodes) = (1 << 62, huge()), "too short for its rows"),
        (&|claim| claim.nodes = vec![FieldNode::new(-2, 0)], "0 of -2 values are null"),
        (&|claim| claim.nodes = vec![FieldNode::new(2, 3)], "3 of 2 values are null"),
        (&|claim| claim.nodes = vec![FieldNode::new(2, -1)], "-1 of 2 values are null"),
        (&|claim| claim.nodes = vec![FieldNode::new(2, 1)], "too short for its rows"),
        (&|claim| claim.nodes.clear(), "does not have the columns"),
        (&|claim| claim.buffers.truncate(1), "does not have the columns"),
        (&|claim| claim.buffers[1] = Buffer::new(0, 7), "a buffer of 7 bytes is too short"),
        (&|claim| claim.buffers = vec![Buffer::new(0, 8); 2], "overlap"),
        (&|claim| claim.buffers[1] = Buffer::new(8, 8), "8 bytes from 8 on, in a body of 8"),
        (&|claim| claim.buffers[1] = Buffer::new(-8, 8), "8 bytes from -8 on"),
        (&|claim| claim.buffers[1] = Buffer::new(0, -8), "-8 bytes from 0 on"),
        (&|claim| claim.buffers[1] = Buffer::new(i64::MAX, i64::MAX), "in a body of 8"),
        (&|claim| bomb(claim, CompressionType::LZ4_FRAME, 8 * 255 + 1), "8 compressed bytes claim to be 2041"),
        (&|claim| bomb(claim, CompressionType::ZSTD, i64::MAX), "8 compressed bytes claim"),
        (&|claim| bomb(claim, CompressionType::ZSTD, -2), "claim to be -2"),
        (&|claim| bomb(claim, CompressionType::ZSTD, 8), "damaged"),
        (&|claim| bomb(claim, CompressionType::LZ4_FRAME, 0), "damaged"),
        (&|claim| bomb(claim, CompressionType(7), 8), "a compression of kind"),
        (&|claim| claim.version = MetadataVersion::V3, "expected version 4 or 5"),
    ];
    for (change, expected) in cases {
        assert_says(&error(&path, &with(change)), expected);
    }
    // Eight bytes that say that no compression follows.
    let stored = with(&|claim| bomb(claim, CompressionType::ZSTD, -1));
    std::fs::write(&path, stored).unwrap();
    assert_eq!(crate::support::matrix::open(&path, &selection).activations.rows(), 2);
}

#[test]
fn streams_that_are_not_one_stream() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("layer.arrow");
    let whole = one_row();
    let body = &whole[..whole.len() - 8];
    assert_says(&error(&path, &[&whole[..], &whole].concat()), "bytes follow the end of the stream");
    assert_says(&error(&path, &[body, &whole].concat()), "second schema");
    assert_says(&error(&path, body), "truncated");
    assert_says(&error(&path, b""), "truncated");
    assert_says(&error(&path, &END), "ends before its schema");
    assert_says(&error(&path, b"FEA1 and more"), "found version 1");
    assert_says(&error(&path, b"PAR1 and more"), "expected an Arrow file or stream");
    assert_says(&error(&path, &whole[schema().len()..]), "does not begin with a schema");
    // The frames of 2018 lacked the first four bytes.
    let mut old = Vec::new();
    let mut rest = &whole[..];
    while !rest.is_empty() {
        let len = 8 + u32::from_le_bytes(rest[4..8].try_into().unwrap()) as usize;
        let body = if len == 8 { 0 } else { root_as_message(&rest[8..len]).unwrap().bodyLength() as usize };
        old.extend(&rest[4..len + body]);
        rest = &rest[len + body..];
    }
    std::fs::write(&path, old).unwrap();
    let selection = Selection { columns: Some("f".to_owned()), ..Selection::default() };
    assert_eq!(crate::support::matrix::open(&path, &selection).activations.rows(), 1);
}

#[test]
fn numbers_in_the_other_byte_order() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("layer.arrow");
    let mut builder = FlatBufferBuilder::new();
    let fields = builder.create_vector::<flatbuffers::ForwardsUOffset<arrow_ipc::Field<'_>>>(&[]);
    let args = arrow_ipc::SchemaArgs { endianness: Endianness::Big, fields: Some(fields), ..Default::default() };
    let schema = arrow_ipc::Schema::create(&mut builder, &args).as_union_value();
    let args = MessageArgs {
        version: MetadataVersion::V5,
        header_type: MessageHeader::Schema,
        header: Some(schema),
        ..Default::default()
    };
    let message = arrow_ipc::Message::create(&mut builder, &args);
    builder.finish(message, None);
    assert_says(&error(&path, &[framed(builder.finished_data(), &[]), END.to_vec()].concat()), "found Big");
}

#[test]
fn footers_that_leave_messages_out() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("layer.arrow");
    let [list, ..] = lists(&arrow_schema::DataType::Float32);
    let whole = batch(&[("v", list)]);
    let batches = [whole.slice(0, 3), whole.slice(3, ROWS - 3)];
    let both = ipc_bytes(Form::File, IpcWriteOptions::default(), &batches);
    let first = ipc_bytes(Form::File, IpcWriteOptions::default(), &batches[..1]);
    let footer_len = |bytes: &[u8]| {
        let tail = bytes.len() - 10;
        u32::from_le_bytes(bytes[tail..tail + 4].try_into().unwrap()) as usize + 10
    };
    // The messages of two batches, and the footer of one.
    let bytes = [&both[..both.len() - footer_len(&both)], &first[first.len() - footer_len(&first)..]].concat();
    std::fs::write(&path, bytes).unwrap();
    assert_says(&error_of(&path, &Selection::default()), "leave some out");
}
