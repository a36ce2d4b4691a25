//! The rows of a range, step by step, with the dictionaries that belong to them.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use arrow_select::concat::concat;

use super::batch::Batch;
use super::excerpt::{Dictionaries, Excerpt};
use super::file::{Ipc, ListedMessage, batch_in, changed_file};
use super::window;
use crate::error::Fault;
use crate::source::matrix::CHUNK_BYTES;
use crate::source::tables::guard::{damaged_file, guarded};

/// Bytes of a window that `step` rows may exceed, for a caller cannot know how long ragged rows are.
const WINDOW_BYTES: u64 = 8 * CHUNK_BYTES as u64;

/// A scan under way.
pub(super) struct BatchScan<'a> {
    table: &'a Ipc,
    columns: Vec<usize>,
    /// The schema of these columns.
    schema: SchemaRef,
    step: usize,
    /// The messages still to come.
    messages: std::slice::Iter<'a, ListedMessage>,
    dictionaries: Dictionaries,
    current: Option<Current>,
    /// Where the last window was; its memory is reused once the rows are no longer needed, because the system takes longer to
    /// hand out new pages than to fill them.
    space: Buffer,
}

/// The batch that the next rows are in.
struct Current {
    rows: Range<usize>,
    from: From,
}

/// How its rows are had.
enum From {
    /// By reading some of them at a time.
    Windows { batch: Batch, step: usize },
    /// By slicing it.
    Whole(RecordBatch),
}

impl<'a> BatchScan<'a> {
    pub(super) fn new(table: &'a Ipc, columns: &[usize], step: usize) -> Result<BatchScan<'a>, Fault> {
        let mut columns = columns.to_vec();
        columns.sort_unstable();
        columns.dedup();
        let schema = Arc::new(table.schema.project(&columns).map_err(damaged_file)?);
        let messages = table.messages.iter();
        Ok(BatchScan {
            table,
            columns,
            schema,
            step,
            messages,
            dictionaries: Dictionaries::new(),
            current: None,
            space: Buffer::default(),
        })
    }

    /// The first of the rows `left`, which follow those decoded before.
    pub(super) fn decode(&mut self, left: &Range<usize>) -> Result<RecordBatch, Fault> {
        let start = left.start;
        let current = loop {
            match self.current.take().filter(|current| current.rows.contains(&start)) {
                Some(current) => break self.current.insert(current),
                None => self.current = self.advance(start)?,
            }
        };
        let end = current.rows.end.min(left.end);
        let within = |end: usize| start - current.rows.start..end - current.rows.start;
        match &current.from {
            From::Whole(batch) => {
                let rows = within(end.min(start.saturating_add(self.step)));
                Ok(batch.slice(rows.start, rows.len()))
            }
            From::Windows { batch, step } => {
                let rows = within(end.min(start.saturating_add(*step)));
                let space = std::mem::take(&mut self.space).into_vec().unwrap_or_default();
                let mut excerpt = Excerpt::in_space(batch, space);
                for (&column, field) in self.columns.iter().zip(self.schema.fields()) {
                    window::take(&mut excerpt, column, field.data_type(), &rows)?;
                }
                let (rows, space) = excerpt.decode(rows.len(), &self.schema, &self.dictionaries)?;
                self.space = space;
                Ok(rows)
            }
        }
    }

    /// Reads the next message, if it is needed for row `start`; the batch it holds, if it is one.
    fn advance(&mut self, start: usize) -> Result<Option<Current>, Fault> {
        let entry = self.messages.next().ok_or_else(|| damaged_file("its rows end too early"))?;
        let (offset, rows) = match entry {
            ListedMessage::Batch { offset, rows } if rows.contains(&start) => (*offset, rows.clone()),
            ListedMessage::Batch { .. } => return Ok(None),
            ListedMessage::Dictionary { offset, id } => {
                self.read_dictionary(*offset, *id)?;
                return Ok(None);
            }
        };
        let batch = batch_in(&self.table.message(offset)?, &self.table.schema)?;
        if batch.rows != rows.len() {
            return Err(changed_file());
        }
        let from = if window::is_possible(&batch, self.schema.fields().iter().map(|field| field.data_type())) {
            let bytes: u64 = self.columns.iter().map(|&column| batch.bytes(column)).sum();
            let most = WINDOW_BYTES / (bytes / batch.rows.max(1) as u64).max(1);
            From::Windows { batch, step: self.step.min(usize::try_from(most).unwrap_or(usize::MAX)).max(1) }
        } else {
            let mut excerpt = Excerpt::of(&batch);
            excerpt.take_whole(&self.columns)?;
            From::Whole(excerpt.decode(rows.len(), &self.schema, &self.dictionaries)?.0)
        };
        Ok(Some(Current { rows, from }))
    }

    /// Reads the dictionary in the message at `offset` if one of the columns uses it: it replaces the one of its
    /// number, or as a delta, makes it longer.
    #[expect(deprecated, reason = "there is no other way yet to ask which columns use a dictionary")]
    fn read_dictionary(&mut self, offset: u64, id: i64) -> Result<(), Fault> {
        let users = self.schema.fields_with_dict_id(id);
        let Some(DataType::Dictionary(_, values)) = users.first().map(|field| field.data_type()) else {
            return Ok(());
        };
        let schema = Arc::new(Schema::new(vec![Field::new("", values.as_ref().clone(), true)]));
        let message = self.table.message(offset)?;
        let parsed = message.parse()?;
        let dictionary = parsed.header_as_dictionary_batch().ok_or_else(changed_file)?;
        let batch = dictionary.data().ok_or_else(|| damaged_file("a dictionary has no values"))?;
        let batch = Batch::read(batch, parsed.version(), message.body.clone(), schema.fields())?;
        let mut excerpt = Excerpt::of(&batch);
        excerpt.take_whole(&[0])?;
        let values: ArrayRef = excerpt.decode(batch.rows, &schema, &self.dictionaries)?.0.column(0).clone();
        let values = match self.dictionaries.get(&id) {
            _ if !dictionary.isDelta() => values,
            Some(known) => guarded(|| concat(&[known, &values]))?.map_err(damaged_file)?,
            None => return Err(damaged_file("a dictionary is continued before it starts")),
        };
        self.dictionaries.insert(id, values);
        Ok(())
    }
}
