//! Labels in a column of a table.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, Schema};

use super::classes::Classes;
use crate::error::Fault;
use crate::source::table::Table;
use crate::source::{Values, integers, is_label_like, look_up, texts, widen};

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
        let labels = look_up(labels).map_err(Fault::content)?;
        match (&class_names, integers(&labels)) {
            (Some(names), Some(labels)) => push_named(classes, &labels, names)?,
            _ => push(classes, &labels)?,
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

/// Appends `labels` by the names of their classes; −1 is no class, and stays a number.
fn push_named(classes: &mut Classes, labels: &[i128], names: &[String]) -> Result<(), Fault> {
    for &label in labels {
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

/// Appends the labels of `array`, which has no nulls and is no dictionary.
fn push(classes: &mut Classes, array: &ArrayRef) -> Result<(), Fault> {
    if let Some(integers) = integers(array) {
        return integers.iter().try_for_each(|label| classes.push(&label.to_string()));
    }
    if let Some(texts) = texts(array) {
        return texts.into_iter().try_for_each(|label| classes.push_text(label));
    }
    match array.data_type() {
        DataType::Boolean => array.as_boolean().values().iter().try_for_each(|label| classes.push_boolean(label)),
        DataType::Float16 | DataType::Float32 | DataType::Float64 => match widen(array)? {
            Values::F32(labels) => labels.iter().try_for_each(|&label| classes.push_number(label.into())),
            Values::F64(labels) => labels.iter().try_for_each(|&label| classes.push_number(label)),
        },
        other => Err(Fault::content(format_args!("expected labels (integers, booleans or text), found {other}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_beyond_the_names_are_refused_however_large() {
        let names = ["cat".to_owned(), "dog".to_owned()];
        for (label, found) in [(2, "found 2"), (u64::MAX, "found 18446744073709551615")] {
            let labels = integers(&arrow_array::UInt64Array::from(vec![1, label])).unwrap();
            let error = push_named(&mut Classes::default(), &labels, &names).unwrap_err().to_string();
            assert!(error.contains(found), "{error}");
        }
    }

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
