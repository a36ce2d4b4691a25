//! An Arrow IPC file or stream (`.arrow`, `.feather`) as a table, of which a scan reads the wanted columns and rows;
//! what the columns mean is left to the callers.

mod batch;
mod index;
mod message;
mod part;
mod scan;
mod window;

use std::ops::Range;
use std::path::Path;

use arrow::datatypes::{Schema, SchemaRef};

use self::batch::Batch;
use self::index::Kind;
use self::message::{Message, Next};
use self::scan::Scan;
use super::guard::damaged;
use super::region::Region;
use super::table::{Batches, Table, consecutive};
use crate::error::Fault;

/// An Arrow file or stream whose metadata is consistent.
pub(crate) struct Ipc {
    file: Region,
    schema: SchemaRef,
    entries: Vec<Entry>,
    rows: usize,
    /// Whether any batch is, and so is decoded whole.
    is_compressed: bool,
    /// Bytes of each column.
    bytes: Vec<u64>,
}

/// A message, in the order in which they must be read.
enum Entry {
    Dictionary { offset: u64, id: i64 },
    Batch { offset: u64, rows: Range<usize> },
}

impl Ipc {
    /// Reads the metadata of all messages of the file `path`, in the form that its first bytes tell.
    pub(crate) fn open(path: &Path) -> Result<Ipc, Fault> {
        let file = Region::open(path)?;
        let (mut entries, mut rows, mut bytes) = (Vec::new(), 0_usize, Vec::new());
        let mut is_compressed = false;
        let schema = index::walk(&file, &mut |schema, offset, kind, message| {
            entries.push(match kind {
                Kind::Dictionary(id) => Entry::Dictionary { offset, id },
                Kind::Batch => {
                    let batch = batch_in(message, schema)?;
                    is_compressed |= batch.codec.is_some();
                    let start = rows;
                    rows = rows.checked_add(batch.rows).ok_or_else(|| damaged("it has more rows than can be"))?;
                    bytes.resize(schema.fields().len(), 0_u64);
                    for (column, sum) in bytes.iter_mut().enumerate() {
                        *sum = sum.saturating_add(batch.bytes(column));
                    }
                    Entry::Batch { offset, rows: start..rows }
                }
            });
            Ok(())
        })?;
        Ok(Ipc { file, schema: schema.into(), entries, rows, is_compressed, bytes })
    }

    /// The message at `offset`, where one stood when the file was opened.
    fn message(&self, offset: u64) -> Result<Message, Fault> {
        match Message::read(&self.file, offset)? {
            (Next::Message(message), _) => Ok(message),
            (Next::End, _) => Err(changed()),
        }
    }
}

/// The batch of rows of `schema` in `message`.
fn batch_in(message: &Message, schema: &Schema) -> Result<Batch, Fault> {
    let parsed = message.parsed()?;
    let batch = parsed.header_as_record_batch().ok_or_else(changed)?;
    Batch::read(batch, parsed.version(), message.body.clone(), schema.fields())
}

fn changed() -> Fault {
    Fault::content("the file changed after it was opened").hint("is it still being written?")
}

impl Table for Ipc {
    fn rows(&self) -> usize {
        self.rows
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn bytes(&self, column: usize) -> u64 {
        self.bytes.get(column).copied().unwrap_or(0)
    }

    fn is_seekable(&self) -> bool {
        !self.is_compressed
    }

    fn scan(&self, columns: &[usize], range: Range<usize>, step: usize) -> Result<Batches<'_>, Fault> {
        let mut scan = Scan::new(self, columns, step)?;
        Ok(consecutive(range, move |left| scan.decode(left)))
    }
}
