//! A column of lists as a matrix, one list a row, or one list of tokens a row.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, GenericListArray, OffsetSizeTrait};
use arrow_schema::DataType;

use super::numbers::{numpy_name, widen};
use super::row_faults::{NO_NULLS, NO_ROWS, first_null, row_fault};
use super::table::Table;
use crate::error::Fault;
use crate::source::matrix::{CHUNK_BYTES, Matrix, Order, Scan, Shape};
use crate::source::views::pool::{Pool, push_mean};
use snnl_core::rows::{Rows, Values};

/// Whether `data_type` is a list of numbers, or of such lists.
pub(crate) fn is_layer(data_type: &DataType) -> bool {
    lists(data_type).last().is_some_and(|element| numpy_name(element).is_some())
}

/// The type of the elements if `data_type` is a list, the type of theirs if they are lists, and so on.
fn lists(data_type: &DataType) -> impl Iterator<Item = &DataType> {
    std::iter::successors(list_element(data_type), |element| list_element(element))
}

fn innermost(data_type: &DataType) -> &DataType {
    lists(data_type).last().unwrap_or(data_type)
}

/// The type of a list's elements; `None` if it is not a list.
fn list_element(data_type: &DataType) -> Option<&DataType> {
    match data_type {
        DataType::List(element) | DataType::LargeList(element) | DataType::FixedSizeList(element, _) => {
            Some(element.data_type())
        }
        _ => None,
    }
}

/// A column of lists, nested or not.
pub(crate) struct Vectors {
    table: Arc<dyn Table>,
    column: usize,
    /// Length of the lists at each depth; `None` where they are tokens to pool, of which a row may have any number.
    lengths: Vec<Option<usize>>,
    pool: Pool,
    shape: Shape,
}

/// The innermost elements of some rows.
struct Elements {
    values: ArrayRef,
    /// Where each row's tokens start among all, and where the last one's end; `None` where all have the same features.
    tokens: Option<Vec<usize>>,
}

impl Vectors {
    /// Opens a column of lists. The first row says how long they are; the scan holds every other to it.
    pub(crate) fn open(table: Arc<dyn Table>, column: usize, pool: Option<Pool>) -> Result<Vectors, Fault> {
        let data_type = table.fields()[column].data_type();
        let dtype = numpy_name(innermost(data_type)).unwrap_or_default().to_owned();
        let depth = lists(data_type).count();
        let pool = pool.filter(|_| depth > 1).unwrap_or(Pool::Flatten);
        if pool != Pool::Flatten && depth > 2 {
            return Err(Fault::content(format_args!("expected lists of tokens to pool, found {data_type}"))
                .hint("--pool flatten takes all numbers of a row for features"));
        }
        let Some(first) = table.scan(&[column], 0..1.min(table.rows()), 1)?.next() else {
            return Err(Fault::NothingToScore { problem: "the table has no rows".into(), hint: NO_ROWS.into() });
        };
        let (_, batch) = first?;
        let mut lengths = Vec::with_capacity(depth);
        let mut lists = batch.column(0).clone();
        for level in 0..depth {
            if let Some(row) = first_null(&lists).filter(|_| level == 0) {
                return Err(row_fault(table.fields()[column].name(), row, "is null").hint(NO_NULLS));
            }
            let (offsets, values) = list_items(&lists);
            let length = offsets.get(1).copied().unwrap_or(0);
            if length == 0 {
                return Err(Fault::NothingToScore { problem: "its lists are empty".into(), hint: NO_ROWS.into() });
            }
            lengths.push((level > 0 || pool == Pool::Flatten).then_some(length));
            lists = values;
        }
        let dim = lengths.iter().flatten().try_fold(1_usize, |dim, &length| dim.checked_mul(length));
        let dim = dim.ok_or_else(|| Fault::content("its lists are longer than any file"))?;
        let (rows, bytes) = (table.rows(), table.bytes(column));
        let shape = Shape { rows, dim, dtype, order: Order::Rows, bytes, shards: 1 };
        let vectors = Vectors { table, column, lengths, pool, shape };
        vectors.elements(0, batch.column(0))?;
        Ok(vectors)
    }

    /// The numbers in `column`, whose first row is `start`; every list is held to its length.
    fn elements(&self, start: usize, column: &ArrayRef) -> Result<Elements, Fault> {
        let name = self.table.fields()[self.column].name();
        let (mut values, mut tokens) = (column.clone(), None);
        // Values a row at the depth reached, or a token's.
        let mut each = 1;
        for length in &self.lengths {
            if let Some(at) = first_null(&values) {
                let problem = if each == 1 && tokens.is_none() { "is null" } else { "has a null among its lists" };
                return Err(row_fault(name, start + row_of(at / each, &tokens), problem).hint(NO_NULLS));
            }
            let (offsets, inner) = list_items(&values);
            match length {
                Some(length) => {
                    if let Some(at) = offsets.array_windows().position(|[from, to]| to - from != *length) {
                        let (row, found) = (start + row_of(at / each, &tokens), offsets[at + 1] - offsets[at]);
                        let problem =
                            format!("column `{name}`: expected {length} elements in row {row}, found {found}");
                        return Err(Fault::content(problem).hint("every row must have the same number of features"));
                    }
                    each *= length;
                }
                None => {
                    if let Some(row) = offsets.array_windows().position(|[from, to]| from == to) {
                        return Err(row_fault(name, start + row, "has no tokens").hint("leave it out, with its label"));
                    }
                    tokens = Some(offsets);
                }
            }
            values = inner;
        }
        if let Some(at) = first_null(&values) {
            let (row, feature) = (start + row_of(at / each, &tokens), at % each);
            return Err(row_fault(name, row, format_args!("has a null at {feature}")).hint(NO_NULLS));
        }
        Ok(Elements { values, tokens })
    }

    /// The features of the rows that `elements` belong to.
    fn features(&self, elements: Elements) -> Result<Values, Fault> {
        let values = widen(&elements.values)?;
        Ok(match (elements.tokens, values) {
            (None, values) => values,
            (Some(tokens), Values::F32(values)) => self.pool_tokens(&tokens, &values, Values::F32),
            (Some(tokens), Values::F64(values)) => self.pool_tokens(&tokens, &values, Values::F64),
        })
    }

    /// One row of features for every row of tokens.
    fn pool_tokens<T: Copy + Into<f64>>(&self, tokens: &[usize], values: &[T], picked: fn(Vec<T>) -> Values) -> Values {
        let dim = self.shape.dim;
        let rows = || tokens.array_windows().map(|[from, to]| &values[from * dim..to * dim]);
        match self.pool {
            Pool::Mean => {
                let mut means = Vec::new();
                rows().for_each(|row| push_mean(row, dim, &mut means));
                Values::F64(means)
            }
            Pool::Last => picked(rows().flat_map(|row| &row[row.len() - dim..]).copied().collect()),
            Pool::First | Pool::Flatten => picked(rows().flat_map(|row| &row[..dim]).copied().collect()),
        }
    }
}

/// The row of the item `at`, by where each row's items start.
fn row_of(at: usize, starts: &Option<Vec<usize>>) -> usize {
    starts.as_ref().map_or(at, |starts| starts.partition_point(|&start| start <= at) - 1)
}

/// Where each list starts among the values of all, counted from the first's start, where the last ends, and the values.
fn list_items(lists: &ArrayRef) -> (Vec<usize>, ArrayRef) {
    fn ragged<O: OffsetSizeTrait>(lists: &GenericListArray<O>) -> (Vec<usize>, ArrayRef) {
        let first = lists.value_offsets()[0].as_usize();
        let offsets: Vec<usize> = lists.value_offsets().iter().map(|offset| offset.as_usize() - first).collect();
        let values = lists.values().slice(first, offsets.last().copied().unwrap_or(0));
        (offsets, values)
    }
    match lists.data_type() {
        DataType::List(_) => ragged(lists.as_list::<i32>()),
        DataType::LargeList(_) => ragged(lists.as_list::<i64>()),
        _ => {
            let fixed = lists.as_fixed_size_list();
            let length = fixed.value_length() as usize;
            ((0..=fixed.len()).map(|row| row * length).collect(), fixed.values().clone())
        }
    }
}

impl Matrix for Vectors {
    fn shape(&self) -> &Shape {
        &self.shape
    }

    fn is_seekable(&self) -> bool {
        self.table.is_seekable()
    }

    fn scan(&self, range: Range<usize>) -> Result<Scan<'_>, Fault> {
        let step = (CHUNK_BYTES / (self.shape.dim * size_of::<f32>())).max(1);
        let batches = self.table.scan(&[self.column], range, step)?;
        Ok(Box::new(batches.map(|batch| {
            let (start, batch) = batch?;
            let values = self.features(self.elements(start, batch.column(0))?)?;
            Ok(Rows { start, dim: self.shape.dim, values })
        })))
    }
}
