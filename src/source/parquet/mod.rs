//! The layers in a Parquet file: each column of lists, or scalar columns side by side; reading rows is left to
//! `vectors` and `scalars`.

mod element;
mod scalars;
mod table;
mod vectors;

use std::path::Path;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field};
use globset::GlobMatcher;

use self::scalars::Scalars;
pub(crate) use self::table::Table;
use self::vectors::Vectors;
use super::discover::Found;
use super::{is_label_like, natural};
use crate::error::Fault;

/// What to try about a null.
const NO_NULLS: &str = "fill it in, or leave the row out of every layer and of the labels";

/// What to try about a table with nothing in it.
const NO_ROWS: &str = "the exporter has written no rows or no features";

/// Which columns form layers.
pub(super) struct Columns<'a> {
    /// Scalar columns that together form one layer; without it, every column of lists is a layer.
    pub(super) glob: Option<&'a GlobMatcher>,
    /// The column of the labels. Columns with a label-like name are never features either.
    pub(super) labels: Option<&'a str>,
}

/// The layers in the Parquet file `path`; a single one is called `stem`.
pub(super) fn open(path: &Path, stem: &str, columns: &Columns) -> Result<Vec<Found>, Fault> {
    let table = Arc::new(Table::open(path)?);
    let fields = table.fields();
    let features = || {
        let is_label = |name: &str| columns.labels == Some(name) || is_label_like(name);
        fields.iter().enumerate().filter(move |(_, field)| !is_label(field.name()))
    };
    if let Some(glob) = columns.glob {
        let mut chosen: Vec<(usize, &Arc<Field>)> = features()
            .filter(|(_, field)| glob.is_match(field.name()) && element::numpy_name(field.data_type()).is_some())
            .collect();
        if chosen.is_empty() {
            let problem = format!("no numeric column matches `{}`", glob.glob());
            return Err(Fault::content(problem).hint(table.describe_columns()));
        }
        chosen.sort_by(|(_, a), (_, b)| natural(a.name(), b.name()));
        let chosen = chosen.into_iter().map(|(column, _)| column).collect();
        return Ok(vec![Found::new(stem, Scalars::open(table.clone(), chosen))]);
    }
    let lists: Vec<(usize, &Arc<Field>)> = features().filter(|(_, field)| is_numeric_list(field.data_type())).collect();
    match lists[..] {
        [] => Err(Fault::content("expected a column of lists of numbers, found none")
            .hint(format_args!("{}; `--columns` makes a layer of numeric columns", table.describe_columns()))),
        [(column, _)] => Ok(vec![Found::new(stem, Vectors::open(table.clone(), column))]),
        _ => Ok(lists
            .iter()
            .map(|&(column, field)| Found::new(field.name(), Vectors::open(table.clone(), column)))
            .collect()),
    }
}

/// Whether `data_type` is a list of numbers, or of such lists: a layer, though a nested one is refused when opened.
fn is_numeric_list(data_type: &DataType) -> bool {
    vectors::list_element(data_type)
        .is_some_and(|element| element::numpy_name(element).is_some() || is_numeric_list(element))
}
