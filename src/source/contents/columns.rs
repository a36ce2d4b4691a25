//! The layers in a table: each column of vectors, or scalar columns side by side.

use std::sync::Arc;

use arrow_schema::{DataType, Field};

use super::file_layer::FileLayer;
use super::layout::Layout;
use crate::error::Fault;
use crate::source::matrix::Matrix;
use crate::source::natural::natural;
use crate::source::tables::binary::Binary;
use crate::source::tables::numbers::numpy_name;
use crate::source::tables::scalars::Scalars;
use crate::source::tables::table::Table;
use crate::source::tables::vectors::{Vectors, is_layer};

/// The layers in `table`. Scalar columns side by side have no name of their own.
pub(super) fn layers(table: Arc<dyn Table>, layout: &Layout) -> Result<Vec<FileLayer>, Fault> {
    let features =
        || table.fields().iter().enumerate().filter(|(_, field)| !layout.is_label(field.name())).collect::<Vec<_>>();
    if let Some(glob) = layout.columns {
        let is_chosen = |field: &Field| glob.is_match(field.name()) && numpy_name(field.data_type()).is_some();
        let mut chosen: Vec<(usize, &Arc<Field>)> =
            features().into_iter().filter(|(_, field)| is_chosen(field)).collect();
        if chosen.is_empty() {
            let problem = format!("no numeric column matches `{}`", glob.glob());
            return Err(Fault::content(problem).hint(table.describe_columns()));
        }
        chosen.sort_by(|(_, a), (_, b)| natural(a.name(), b.name()));
        let chosen = chosen.into_iter().map(|(column, _)| column).collect();
        let layer = Scalars::open(table.clone(), chosen).map(|matrix| Box::new(matrix) as Box<dyn Matrix>);
        return Ok(vec![FileLayer::new("", None, layer)]);
    }
    let is_bytes = |field: &Field| layout.dim.is_some() && matches!(field.data_type(), DataType::FixedSizeBinary(_));
    let vectors: Vec<(usize, &Arc<Field>)> =
        features().into_iter().filter(|(_, field)| is_layer(field.data_type()) || is_bytes(field)).collect();
    if vectors.is_empty() {
        return Err(Fault::no_layer("expected a column of lists of numbers, found none").hint(format_args!(
            "{}; `--columns` makes a layer of numeric columns, `--dim` of raw bytes",
            table.describe_columns()
        )));
    }
    let open = |column, field: &Field| -> Result<Box<dyn Matrix>, Fault> {
        Ok(match (field.data_type(), layout.dim) {
            (DataType::FixedSizeBinary(_), Some(dim)) => Box::new(Binary::open(table.clone(), column, dim)?),
            _ => Box::new(Vectors::open(table.clone(), column, layout.pool)?),
        })
    };
    Ok(vectors.into_iter().map(|(column, field)| FileLayer::new(field.name(), None, open(column, field))).collect())
}
