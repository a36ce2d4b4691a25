//! Tables with a column of 0 and 1 for each class, none of which alone is the labels.

use globset::Glob;

use crate::error::Fault;
use crate::source::table::Table;
use crate::source::{ColumnPath, References, Values, is_numeric, widen};

/// What to try where a row may be of several classes.
pub(super) const ONE_CLASS: &str = "every row needs one class: score one column, `file:column`, or combine all, \
                                    `df[columns].idxmax(axis=1)`";

/// Rows that are looked at.
const LOOKED_AT: usize = 1 << 10;

/// The fault of a table in which several columns, those that `name` matches if it is given, are of 0 and 1; `None` of any
/// other.
pub(super) fn fault(table: &dyn Table, columns: &[ColumnPath], name: Option<&str>) -> Result<Option<Fault>, Fault> {
    let glob = name.and_then(|name| Glob::new(name).ok()).map(|glob| glob.compile_matcher());
    let is_meant = |column: &ColumnPath| match (name, &glob) {
        (None, _) => true,
        (Some(_), glob) => glob.as_ref().is_some_and(|glob| glob.is_match(&column.name)),
    };
    let mut hot = Vec::new();
    for column in columns.iter().filter(|column| is_numeric(&column.data_type) && is_meant(column)) {
        if is_hot(table, column)? {
            hot.push(column.name.as_str());
        }
    }
    let problem = || format!("expected one label per row, found several columns of 0 and 1: {}", hot.join(", "));
    Ok((hot.len() > 1).then(|| Fault::content(problem()).hint(ONE_CLASS)))
}

/// Whether the first rows have nothing but 0 and 1 in `column`.
fn is_hot(table: &dyn Table, column: &ColumnPath) -> Result<bool, Fault> {
    for batch in table.scan(&[column.root], 0..table.rows().min(LOOKED_AT), LOOKED_AT)? {
        let (values, _) = column.follow(batch?.1.column(0));
        let references = References::of(&values)?;
        let is_hot = match widen(references.as_ref().map_or(&values, |references| &references.values))? {
            Values::F32(values) => values.iter().all(|&value| value == 0.0 || value == 1.0),
            Values::F64(values) => values.iter().all(|&value| value == 0.0 || value == 1.0),
        };
        if !is_hot {
            return Ok(false);
        }
    }
    Ok(true)
}
