//! An Arrow IPC file or stream whose metadata was read: where its messages are, and the columns and rows in them.

use std::ops::Range;
use std::path::Path;

use arrow_schema::{DataType, Schema, SchemaRef};

use super::batch::Batch;
use super::index::{self, MessageKind};
use super::message::{Message, Next};
use crate::error::Fault;
use crate::source::files::region::Region;
use crate::source::tables::guard::damaged_file;

/// Rows that a byte of a file with runs may stand for: as many as keep what is made of a small file small.
const ROWS_A_BYTE: u64 = 1 << 16;

/// An Arrow file or stream whose metadata is consistent.
pub(crate) struct Ipc {
    file: Region,
    pub(super) schema: SchemaRef,
    pub(super) messages: Vec<ListedMessage>,
    pub(super) rows: usize,
    /// Whether any batch is, and so is decoded whole.
    pub(super) is_compressed: bool,
    /// Bytes of each column.
    pub(super) bytes: Vec<u64>,
}

/// A message, in the order in which they must be read.
pub(super) enum ListedMessage {
    Dictionary { offset: u64, id: i64 },
    Batch { offset: u64, rows: Range<usize> },
}

impl Ipc {
    /// Reads the metadata of all messages of the file `path`, in the form that its first bytes tell.
    pub(crate) fn open(path: &Path) -> Result<Ipc, Fault> {
        Ipc::in_region(Region::open(path)?)
    }

    /// As [`Ipc::open`], of a file that is open.
    pub(crate) fn in_region(file: Region) -> Result<Ipc, Fault> {
        let (mut messages, mut rows, mut bytes) = (Vec::new(), 0_usize, Vec::new());
        let mut is_compressed = false;
        let schema = index::walk(&file, &mut |schema, offset, kind, message| {
            messages.push(match kind {
                MessageKind::Dictionary(id) => ListedMessage::Dictionary { offset, id },
                MessageKind::Batch => {
                    let batch = batch_in(message, schema)?;
                    is_compressed |= batch.codec.is_some();
                    let start = rows;
                    rows = rows
                        .checked_add(batch.rows)
                        .ok_or_else(|| damaged_file("it has more rows than are possible"))?;
                    bytes.resize(schema.fields().len(), 0_u64);
                    for (column, sum) in bytes.iter_mut().enumerate() {
                        *sum = sum.saturating_add(batch.bytes(column));
                    }
                    ListedMessage::Batch { offset, rows: start..rows }
                }
            });
            Ok(())
        })?;
        check_runs(&schema, rows, file.len())?;
        Ok(Ipc { file, schema: schema.into(), messages, rows, is_compressed, bytes })
    }

    /// The message at `offset`, where one stood when the file was opened.
    pub(super) fn message(&self, offset: u64) -> Result<Message, Fault> {
        match Message::read(&self.file, offset)? {
            (Next::Message(message), _) => Ok(message),
            (Next::End, _) => Err(changed_file()),
        }
    }
}

/// Checks that a file of `len` bytes with runs, which take no more bytes the longer they are, has not many more rows than that.
fn check_runs(schema: &Schema, rows: usize, len: u64) -> Result<(), Fault> {
    let most = len.saturating_mul(ROWS_A_BYTE);
    if schema.fields().iter().any(|field| has_runs(field.data_type())) && rows as u64 > most {
        return Err(Fault::content(format_args!(
            "its runs stand for {rows} rows, but {len} bytes can hold at most {most}"
        ))
        .hint("write the column without run-end encoding"));
    }
    Ok(())
}

fn has_runs(data_type: &DataType) -> bool {
    match data_type {
        DataType::RunEndEncoded(..) => true,
        DataType::Struct(fields) => fields.iter().any(|field| has_runs(field.data_type())),
        _ => false,
    }
}

/// The batch of rows of `schema` in `message`.
pub(super) fn batch_in(message: &Message, schema: &Schema) -> Result<Batch, Fault> {
    let parsed = message.parse()?;
    let batch = parsed.header_as_record_batch().ok_or_else(changed_file)?;
    Batch::read(batch, parsed.version(), message.body.clone(), schema.fields())
}

/// The fault of a file that has changed.
pub(super) fn changed_file() -> Fault {
    Fault::content("the file changed after it was opened").hint("is it still being written?")
}
