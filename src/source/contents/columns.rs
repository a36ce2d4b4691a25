//! The layers in a table: each column of vectors, or scalar columns side by side.

use std::sync::Arc;

use arrow_schema::DataType;
use globset::GlobMatcher;

use super::file_layer::{FileContents, FileLayer, PassedOver};
use super::layout::{Layout, is_named};
use super::wide;
use crate::error::Fault;
use crate::source::matrix::Matrix;
use crate::source::natural::natural;
use crate::source::tables::binary::Binary;
use crate::source::tables::column_path::ColumnPath;
use crate::source::tables::ragged::is_ragged;
use crate::source::tables::scalars::Scalars;
use crate::source::tables::table::Table;
use crate::source::tables::types::{is_float_layer, is_layer, is_numeric, may_be_tokens};
use crate::source::tables::vectors::Vectors;

/// The layers in `table`. Scalar columns side by side have no name of their own.
pub(super) fn layers(table: Arc<dyn Table>, layout: &Layout) -> Result<FileContents, Fault> {
    let columns = table.columns().into_iter().filter(|column| !layout.is_label(&column.name)).collect();
    match layout.columns {
        Some(glob) => side_by_side(table, columns, glob, layout),
        None => vectors(table, columns, layout),
    }
}

/// The numeric columns that match `glob`, as one layer.
fn side_by_side(
    table: Arc<dyn Table>,
    columns: Vec<ColumnPath>,
    glob: &GlobMatcher,
    layout: &Layout,
) -> Result<FileContents, Fault> {
    let matching = columns.into_iter().filter(|column| is_named(glob, &column.name));
    let (mut chosen, others): (Vec<ColumnPath>, Vec<ColumnPath>) =
        matching.partition(|column| is_numeric(&column.data_type));
    if chosen.is_empty() {
        let problem = format!("no numeric column matches `{}`", glob.glob());
        return Err(Fault::content(problem).hint(table.describe_columns()));
    }
    chosen.sort_by(|a, b| natural(&a.name, &b.name));
    let layer = Scalars::open(table, chosen, layout.nulls).map(|matrix| Box::new(matrix) as Box<dyn Matrix>);
    let why = |data_type: &DataType| format!("{data_type}, not numeric");
    let passed_over = others.into_iter().map(|column| PassedOver { why: why(&column.data_type), column: column.name });
    Ok(FileContents { layers: vec![FileLayer::new("", None, layer)], passed_over: passed_over.collect() })
}

/// Each column of vectors as a layer, except for tokens beside embeddings that are not requested.
fn vectors(table: Arc<dyn Table>, columns: Vec<ColumnPath>, layout: &Layout) -> Result<FileContents, Fault> {
    let is_bytes =
        |column: &ColumnPath| layout.dim.is_some() && matches!(column.data_type, DataType::FixedSizeBinary(_));
    let is_vectors = |column: &ColumnPath| is_layer(&column.data_type) || is_bytes(column);
    let (found, others): (Vec<ColumnPath>, Vec<ColumnPath>) = columns.into_iter().partition(is_vectors);
    if found.is_empty() {
        return Err(no_vectors(table.as_ref(), &others));
    }
    let has_floats = found.iter().any(|column| is_float_layer(&column.data_type));
    let are_tokens = |column: &ColumnPath| {
        let is_asked_for = layout.layers.iter().any(|glob| is_named(glob, &column.name));
        // One that cannot be read is a layer that cannot.
        has_floats
            && may_be_tokens(&column.data_type)
            && !is_asked_for
            && is_ragged(table.as_ref(), column).unwrap_or(false)
    };
    let (tokens, found): (Vec<ColumnPath>, Vec<ColumnPath>) = found.into_iter().partition(are_tokens);
    let open = |column: ColumnPath| -> Result<Box<dyn Matrix>, Fault> {
        Ok(match (&column.data_type, layout.dim) {
            (DataType::FixedSizeBinary(_), Some(dim)) => {
                Box::new(Binary::open(table.clone(), column, dim, layout.nulls)?)
            }
            _ => Box::new(Vectors::open(table.clone(), column, layout.pool, layout.nulls)?),
        })
    };
    let layers = found.into_iter().map(|column| FileLayer::new(&column.name.clone(), None, open(column))).collect();
    let passed_over =
        tokens.into_iter().map(|column| PassedOver { column: column.name, why: "lists of different lengths".into() });
    Ok(FileContents { layers, passed_over: passed_over.collect() })
}

/// The fault of a table whose columns are not vectors.
fn no_vectors(table: &dyn Table, columns: &[ColumnPath]) -> Fault {
    let map = columns.iter().find(|column| matches!(column.data_type, DataType::Map(..)));
    if let Some(map) = map {
        return Fault::content(format_args!("expected a column of lists of numbers, found the map `{}`", map.name))
            .hint("write its values as a column of lists, in one order for all rows");
    }
    let advice = match wide::glob(columns) {
        Some(glob) => format!("`--columns '{glob}'` makes a layer of numeric columns"),
        None => "`--columns` makes a layer of numeric columns, `--dim` of raw bytes".to_owned(),
    };
    Fault::content("expected a column of lists of numbers, found none")
        .hint(format_args!("{}; {advice}", table.describe_columns()))
}
