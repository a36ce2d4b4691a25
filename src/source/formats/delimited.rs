//! Text in columns as a table: numbers, and lists of numbers, `"[0.1, 0.2]"`, if the first row has them.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{Float64Builder, StringBuilder};
use arrow_array::{ArrayRef, Float64Array, ListArray, RecordBatch};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, Field, Schema};
use csv::StringRecord;

use crate::error::Fault;
use crate::source::files::codec::Codec;
use crate::source::files::delimited::{DelimitedText, csv_fault};
use crate::source::files::text::TextFile;
use crate::source::tables::guard::damaged_file;
use crate::source::tables::table::{Batches, Table, decode_batches};

/// Bytes of cells that are in memory at a time, whichever of them are wanted.
const BATCH_BYTES: usize = 8 << 20;

/// Characters of a cell that a message shows.
const SHOWN: usize = 20;

/// Text in columns with a header; the first cell of a column that is not empty tells its type.
pub(super) struct DelimitedTable {
    text: TextFile,
    delimiter: Option<u8>,
    schema: Schema,
    rows: usize,
}

/// Whether `path` is called like text in columns, compressed or not.
pub(crate) fn is_delimited(path: &Path) -> bool {
    suffix(path).is_some()
}

/// `.csv` or `.tsv`, whichever the name of `path` ends in below a compression.
fn suffix(path: &Path) -> Option<&'static str> {
    let name = path.file_name()?.to_str()?;
    let name = Codec::split(name).map_or(name, |(name, _)| name).to_ascii_lowercase();
    [".csv", ".tsv"].into_iter().find(|suffix| name.len() > suffix.len() && name.ends_with(suffix))
}

impl DelimitedTable {
    /// Counts the rows of the file `path`, whose columns are separated by `delimiter` or what its name or header tells.
    pub(super) fn open(path: &Path, delimiter: Option<u8>) -> Result<DelimitedTable, Fault> {
        let delimiter = delimiter.or((suffix(path) == Some(".tsv")).then_some(b'\t'));
        let text = TextFile::open(path)?;
        let mut reader = DelimitedText::of(&text, delimiter)?.reader(true)?;
        let names = reader.headers().map_err(csv_fault)?.clone();
        if are_values(&names) {
            return Err(Fault::content("expected a header in the first line, found numbers")
                .hint("name the columns in the first line, or save the numbers with `numpy.save`"));
        }
        let mut record = StringRecord::new();
        let (mut types, mut untold, mut rows) = (vec![None; names.len()], names.len(), 0);
        while reader.read_record(&mut record).map_err(csv_fault)? {
            if untold > 0 {
                let told = types.iter_mut().zip(&record).filter(|(known, cell)| known.is_none() && !cell.is_empty());
                told.for_each(|(known, cell)| *known = Some(type_of(cell)));
                untold = types.iter().filter(|known| known.is_none()).count();
            }
            rows += 1;
        }
        let types = types.into_iter().map(|known| known.unwrap_or(DataType::Utf8));
        let fields = names.iter().zip(types).map(|(name, data_type)| Field::new(name, data_type, true));
        let schema = Schema::new(fields.collect::<Vec<_>>());
        Ok(DelimitedTable { text, delimiter, schema, rows })
    }

    /// The cells of `column` in `records`, whose first is row `start`.
    fn array(&self, column: usize, start: usize, records: &[StringRecord]) -> Result<ArrayRef, Fault> {
        let field = self.schema.field(column);
        let cells = || records.iter().map(|record| record.get(column).unwrap_or_default());
        let number = |row: usize, cell: &str| {
            cell.parse::<f64>().map_err(|_| {
                let shown: String = cell.chars().take(SHOWN).collect();
                let name = field.name();
                Fault::content(format_args!("column `{name}`: expected a number in row {row}, found `{shown}`"))
                    .hint("the first cells of the column are numbers; is it another kind of column?")
            })
        };
        match field.data_type() {
            DataType::Float64 => {
                let mut numbers = Float64Builder::with_capacity(records.len());
                for (row, cell) in (start..).zip(cells()) {
                    // Writers leave a missing number out.
                    numbers.append_option((!cell.is_empty()).then(|| number(row, cell)).transpose()?);
                }
                Ok(Arc::new(numbers.finish()))
            }
            DataType::List(element) => {
                let (mut numbers, mut lengths) = (Vec::new(), Vec::with_capacity(records.len()));
                for (row, cell) in (start..).zip(cells()) {
                    let before = numbers.len();
                    let of_cell = if cell.is_empty() { Vec::new() } else { items(cell).unwrap_or_else(|| vec![cell]) };
                    for item in of_cell {
                        numbers.push(number(row, item)?);
                    }
                    lengths.push(numbers.len() - before);
                }
                let offsets = OffsetBuffer::from_lengths(lengths);
                // Writers leave a missing list out.
                let nulls = NullBuffer::from_iter(cells().map(|cell| !cell.is_empty()));
                let numbers = Arc::new(Float64Array::from(numbers));
                let list = ListArray::try_new(element.clone(), offsets, numbers, Some(nulls));
                Ok(Arc::new(list.map_err(damaged_file)?))
            }
            _ => {
                let mut texts = StringBuilder::new();
                cells().for_each(|cell| texts.append_value(cell));
                Ok(Arc::new(texts.finish()))
            }
        }
    }
}

/// Whether a first line has numbers in the place of names, of which some are more than the number of a column.
fn are_values(names: &StringRecord) -> bool {
    let is_place = |name: &str| name.bytes().all(|byte| byte.is_ascii_digit());
    names.iter().all(|name| name.parse::<f64>().is_ok()) && !names.iter().all(is_place)
}

/// What a column is of which `cell` is the first.
fn type_of(cell: &str) -> DataType {
    match cell {
        _ if items(cell).is_some() => DataType::new_list(DataType::Float64, true),
        _ if cell.parse::<f64>().is_ok() => DataType::Float64,
        _ => DataType::Utf8,
    }
}

/// The items of a list, between commas as in JSON, or between spaces as NumPy prints it; `None` where it is not a list.
fn items(cell: &str) -> Option<Vec<&str>> {
    let inner = cell.strip_prefix('[')?.strip_suffix(']')?.trim();
    Some(match inner {
        "" => Vec::new(),
        _ if inner.contains(',') => inner.split(',').map(str::trim).collect(),
        _ => inner.split_whitespace().collect(),
    })
}

impl Table for DelimitedTable {
    fn rows(&self) -> usize {
        self.rows
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    /// As if all columns were alike.
    fn bytes(&self, _: usize) -> u64 {
        self.text.len() / self.schema.fields().len().max(1) as u64
    }

    fn is_seekable(&self, _: &[usize]) -> bool {
        false
    }

    fn scan(&self, columns: &[usize], range: Range<usize>, step: usize) -> Result<Batches<'_>, Fault> {
        let mut columns = columns.to_vec();
        columns.sort_unstable();
        columns.dedup();
        let schema = Arc::new(self.schema.project(&columns).map_err(damaged_file)?);
        let mut reader = DelimitedText::of(&self.text, self.delimiter)?.reader(true)?;
        let mut skipped = 0;
        Ok(decode_batches(range, move |left| {
            let (mut records, mut record, mut bytes) = (Vec::new(), StringRecord::new(), 0);
            while records.len() < step.max(1).min(left.len()) && bytes < BATCH_BYTES {
                if !reader.read_record(&mut record).map_err(csv_fault)? {
                    return Err(damaged_file("its rows end too early"));
                }
                if skipped < left.start {
                    skipped += 1;
                    continue;
                }
                // Beside its text, a cell has the place of its end.
                bytes += record.as_slice().len() + size_of::<usize>() * record.len();
                records.push(record.clone());
            }
            skipped += records.len();
            let arrays = columns.iter().map(|&column| self.array(column, left.start, &records));
            RecordBatch::try_new(schema.clone(), arrays.collect::<Result<_, _>>()?).map_err(damaged_file)
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_as_json_or_numpy_write_them() {
        assert_eq!(items("[0.1, -2e3,3]"), Some(vec!["0.1", "-2e3", "3"]));
        assert_eq!(items("[ 0.1  2.\n 3. ]"), Some(vec!["0.1", "2.", "3."]));
        assert_eq!(items("[]"), Some(vec![]));
        assert_eq!(items("[1, ]"), Some(vec!["1", ""]));
        assert_eq!((items("[1"), items("1, 2"), items("]")), (None, None, None));
    }
}
