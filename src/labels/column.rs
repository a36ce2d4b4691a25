//! Labels in a column of a table.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type, Schema, UInt64Type};

use super::classes::Classes;
use crate::error::Fault;
use crate::source::is_label_like;
use crate::source::table::Table;

/// Rows decoded at a time.
const BATCH_ROWS: usize = 1 << 16;

/// Reads the column called `name`, or the only one, or the only one with a label-like name.
pub(super) fn read(table: &dyn Table, name: Option<&str>, classes: &mut Classes) -> Result<(), Fault> {
    let names: Vec<&str> = table.fields().iter().map(|field| field.name().as_str()).collect();
    let column = choose(&names, name)?;
    let class_names = class_names(table.schema(), names[column]);
    for batch in table.scan(&[column], 0..table.rows(), BATCH_ROWS)? {
        let (start, batch) = batch?;
        let labels = batch.column(0);
        if let Some(row) = labels.logical_nulls().and_then(|nulls| nulls.iter().position(|is_valid| !is_valid)) {
            return Err(Fault::content(format_args!("row {} has no label: it is null", start + row))
                .hint("every row needs a class; one of its own for those without would do"));
        }
        match &class_names {
            Some(names) if labels.data_type().is_integer() => push_named(classes, labels, names)?,
            _ => push(classes, labels)?,
        }
    }
    Ok(())
}

/// The names of the classes in `column`, which Hugging Face's libraries note beside the schema:
/// `{"info": {"features": {"label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}}}`.
fn class_names(schema: &Schema, column: &str) -> Option<Vec<String>> {
    let noted: serde_json::Value = serde_json::from_str(schema.metadata().get("huggingface")?).ok()?;
    let feature = noted.get("info")?.get("features")?.get(column)?;
    let names = feature.get("names")?.as_array()?.iter().map(|name| name.as_str().map(str::to_owned));
    names.collect::<Option<Vec<_>>>().filter(|_| feature.get("_type").is_some_and(|kind| kind == "ClassLabel"))
}

/// Appends the labels of `array`, integers without nulls, by the names of their classes; −1 is no class, and stays a number.
fn push_named(classes: &mut Classes, array: &ArrayRef, names: &[String]) -> Result<(), Fault> {
    let array = cast(array, &DataType::Int64).map_err(Fault::content)?;
    for &label in array.as_primitive::<Int64Type>().values() {
        match usize::try_from(label).ok().and_then(|label| names.get(label)) {
            Some(name) => classes.push(name)?,
            None if label == -1 => classes.push("-1")?,
            None => {
                let (row, count) = (classes.len(), names.len());
                return Err(Fault::content(format_args!(
                    "expected a label below {count}, which have names in the file, found {label} in row {row}"
                ))
                .hint("the names and the labels are of different datasets"));
            }
        }
    }
    Ok(())
}

/// Index of the column called `name`, or of the only one, or of the only one with a label-like name.
pub(super) fn choose(columns: &[&str], name: Option<&str>) -> Result<usize, Fault> {
    let called = |wanted: &dyn Fn(&str) -> bool| {
        let mut found = (0..columns.len()).filter(|&column| wanted(columns[column]));
        found.next().filter(|_| found.next().is_none())
    };
    let (column, expected) = match name {
        Some(name) => (called(&|column| column == name), format!("one column called `{name}`")),
        None if columns.len() == 1 => (Some(0), String::new()),
        None => (called(&is_label_like), "one column, or one with a name like `label`".to_owned()),
    };
    column.ok_or_else(|| {
        Fault::content(format_args!("expected {expected}, found: {}", columns.join(", ")))
            .hint("name the column after a colon: `file:column`")
    })
}

/// Appends the labels of `array`, which has no nulls.
fn push(classes: &mut Classes, array: &ArrayRef) -> Result<(), Fault> {
    use DataType::{Boolean, Dictionary, Float16, Float32, Float64, Int64, LargeUtf8, UInt64, Utf8, Utf8View};
    let cast = |to| cast(array, &to).map_err(Fault::content);
    match array.data_type() {
        Boolean => array.as_boolean().values().iter().try_for_each(|label| classes.push_boolean(label)),
        Float16 | Float32 | Float64 => cast(Float64)?
            .as_primitive::<Float64Type>()
            .values()
            .iter()
            .try_for_each(|&label| classes.push_number(label)),
        integer if integer.is_unsigned_integer() => {
            let array = cast(UInt64)?;
            array.as_primitive::<UInt64Type>().values().iter().try_for_each(|label| classes.push(&label.to_string()))
        }
        integer if integer.is_signed_integer() => {
            let array = cast(Int64)?;
            array.as_primitive::<Int64Type>().values().iter().try_for_each(|label| classes.push(&label.to_string()))
        }
        Utf8 | LargeUtf8 | Utf8View => {
            cast(LargeUtf8)?.as_string::<i64>().iter().flatten().try_for_each(|label| classes.push(label))
        }
        Dictionary(_, values) => push(classes, &cast(values.as_ref().clone())?),
        other => Err(Fault::content(format_args!("expected labels (integers, booleans or text), found {other}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_named_alone_or_label_like() {
        assert_eq!(choose(&["id", "a"], Some("a")).unwrap(), 1);
        assert_eq!(choose(&["anything"], None).unwrap(), 0);
        assert_eq!(choose(&["id", "Label"], None).unwrap(), 1);
        for (columns, name) in
            [(&["y", "target"][..], None), (&["id", "a"], None), (&["a", "a"], Some("a")), (&[], None)]
        {
            assert!(choose(columns, name).is_err(), "{columns:?}");
        }
        assert!(choose(&["id", "split"], Some("y")).unwrap_err().to_string().contains("id, split"));
    }
}
