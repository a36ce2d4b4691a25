//! A column of lists as a matrix, one list per row, or one list of tokens per row.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef};

use super::column_path::ColumnPath;
use super::lists::Lists;
use super::nulls::Nulls;
use super::numbers::{fits_f32, numpy_name, widen};
use super::references::resolve;
use super::row_faults::{NO_NULLS, NO_ROWS, first_null, row_fault};
use super::segments::{Segment, assemble, present};
use super::table::Table;
use super::types::{innermost, lists};
use crate::error::Fault;
use crate::source::matrix::{CHUNK_BYTES, Matrix, Order, Scan, Shape};
use crate::source::views::pool::{Pool, push_mean};
use snnl_core::rows::{Rows, Values};

/// Rows read at a time while none of those before has a list.
const SOUGHT: usize = 64;

/// A column of lists, nested or not.
pub(crate) struct Vectors {
    table: Arc<dyn Table>,
    column: ColumnPath,
    nulls: Nulls,
    /// Length of the lists at each depth; `None` where they are tokens to pool, of which a row may have any number.
    lengths: Vec<Option<usize>>,
    pool: Pool,
    /// Whether f32 holds all numbers of a row.
    fits_f32: bool,
    shape: Shape,
}

/// The innermost elements of some rows.
struct Elements {
    values: ArrayRef,
    /// Where each row's tokens start among all, and where the last one's end; `None` where all have the same features.
    tokens: Option<Vec<usize>>,
}

impl Vectors {
    /// Opens a column of lists. The first row that is there says how long they are; the scan holds every other to it.
    pub(crate) fn open(
        table: Arc<dyn Table>,
        column: ColumnPath,
        pool: Option<Pool>,
        nulls: Nulls,
    ) -> Result<Vectors, Fault> {
        let dtype = numpy_name(innermost(&column.data_type)).unwrap_or_default().to_owned();
        let depth = lists(&column.data_type).count();
        let pool = pool.filter(|_| depth > 1).unwrap_or(Pool::Flatten);
        if pool != Pool::Flatten && depth > 2 {
            return Err(Fault::content(format_args!("expected lists of tokens to pool, found {}", column.data_type))
                .hint("--pool flatten takes all numbers of a row as features"));
        }
        let (at, first) = first_row(table.as_ref(), &column, nulls)?;
        let mut lengths = Vec::with_capacity(depth);
        let mut lists = first.clone();
        for level in 0..depth {
            let found = Lists::of(&lists);
            let length = found.extents.first().map_or(0, Range::len);
            if length == 0 {
                return Err(Fault::NothingToScore { problem: "its lists are empty".into(), hint: NO_ROWS.into() });
            }
            lengths.push((level > 0 || pool == Pool::Flatten).then_some(length));
            lists = found.elements;
        }
        let dim = lengths.iter().flatten().try_fold(1_usize, |dim, &length| dim.checked_mul(length));
        let dim = dim.ok_or_else(|| Fault::content("its lists are longer than any file"))?;
        let (rows, bytes) = (table.rows(), table.bytes(column.root));
        let fits_f32 = fits_f32(innermost(&column.data_type)) && pool != Pool::Mean;
        let shape = Shape { rows, dim, dtype, order: Order::Rows, bytes, shards: 1 };
        let vectors = Vectors { table, column, nulls, lengths, pool, fits_f32, shape };
        vectors.elements(at, &first)?;
        Ok(vectors)
    }

    /// The numbers in `lists`, of which none is null and the first is that of the row `start`; every one is held to its
    /// length.
    fn elements(&self, start: usize, lists: &ArrayRef) -> Result<Elements, Fault> {
        let name = &self.column.name;
        let (mut values, mut tokens) = (lists.clone(), None);
        // Values a row at the depth reached, or a token's.
        let mut each = 1;
        for length in &self.lengths {
            if let Some(at) = first_null(&values) {
                return Err(
                    row_fault(name, start + row_of(at / each, &tokens), "has a null among its lists").hint(NO_NULLS)
                );
            }
            let lists = Lists::of(&values);
            match length {
                Some(length) => {
                    if let Some(at) = lists.extents.iter().position(|extent| extent.len() != *length) {
                        let (row, found) = (start + row_of(at / each, &tokens), lists.extents[at].len());
                        let problem =
                            format!("column `{name}`: expected {length} elements in row {row}, found {found}");
                        return Err(Fault::content(problem).hint("every row must have the same number of features"));
                    }
                    each *= length;
                }
                None => {
                    if let Some(row) = lists.extents.iter().position(Range::is_empty) {
                        return Err(row_fault(name, start + row, "has no tokens").hint("leave it out, with its label"));
                    }
                }
            }
            let (offsets, inner) = lists.in_order()?;
            if length.is_none() {
                tokens = Some(offsets);
            }
            values = inner;
        }
        let values = resolve(&values)?;
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

    /// The features of the rows in `column`, of which the first is `start`.
    fn values(&self, start: usize, column: &ArrayRef) -> Result<Values, Fault> {
        let mut parts = Vec::new();
        for Segment { rows, values } in present(&self.column, start, column, self.nulls)? {
            parts.push((rows.start, self.features(self.elements(start + rows.start, &values)?)?));
        }
        assemble(column.len(), self.shape.dim, self.fits_f32, parts)
    }
}

/// The first row that is there, and its list, as an array of one.
fn first_row(table: &dyn Table, column: &ColumnPath, nulls: Nulls) -> Result<(usize, ArrayRef), Fault> {
    let nothing = |problem: &str| Fault::NothingToScore { problem: problem.into(), hint: NO_ROWS.into() };
    if table.rows() == 0 {
        return Err(nothing("the table has no rows"));
    }
    // Most files have one in their first row, and rows may be long.
    for (range, step) in [(0..1, 1), (1..table.rows(), SOUGHT)] {
        for batch in table.scan(&[column.root], range, step)? {
            let (start, batch) = batch?;
            if let Some(segment) = present(column, start, batch.column(0), nulls)?.first() {
                return Ok((start + segment.rows.start, segment.values.slice(0, 1)));
            }
        }
    }
    Err(nothing("every row is null"))
}

/// The row of the item `at`, by where each row's items start.
fn row_of(at: usize, starts: &Option<Vec<usize>>) -> usize {
    starts.as_ref().map_or(at, |starts| starts.partition_point(|&start| start <= at) - 1)
}

impl Matrix for Vectors {
    fn shape(&self) -> &Shape {
        &self.shape
    }

    fn is_seekable(&self) -> bool {
        self.table.is_seekable(&[self.column.root])
    }

    fn scan(&self, range: Range<usize>) -> Result<Scan<'_>, Fault> {
        let step = (CHUNK_BYTES / (self.shape.dim * size_of::<f32>())).max(1);
        let batches = self.table.scan(&[self.column.root], range, step)?;
        Ok(Box::new(batches.map(|batch| {
            let (start, batch) = batch?;
            Ok(Rows { start, dim: self.shape.dim, values: self.values(start, batch.column(0))? })
        })))
    }
}
